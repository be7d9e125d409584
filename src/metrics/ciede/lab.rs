//! The arithmetic of CIEDE2000 on [`LANES`] samples at once.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, LOG2_E, PI, TAU};

use multiversion::multiversion;

/// Samples worked on at once.
const LANES: usize = 16;

type Lanes = [f32; LANES];

/// A row of Y', Cb, Cr, padded to whole groups of lanes.
pub(super) struct Row {
    pub luma: Vec<f32>,
    pub blue: Vec<f32>,
    pub red: Vec<f32>,
}

impl Row {
    pub fn new(width: usize) -> Self {
        let plane = || vec![0.0; width.next_multiple_of(LANES)];
        Self { luma: plane(), blue: plane(), red: plane() }
    }

    fn groups(&self) -> impl Iterator<Item = [&Lanes; 3]> {
        let [luma, blue, red] = [&self.luma, &self.blue, &self.red].map(|plane| plane.as_chunks().0);
        luma.iter().zip(blue).zip(red).map(|((luma, blue), red)| [luma, blue, red])
    }
}

/// Sum of the differences along two rows. The padding, which is the same in both, adds nothing.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn difference(a: &Row, b: &Row) -> f64 {
    let mut sums = [0.0f64; LANES];
    for (a, b) in a.groups().zip(b.groups()) {
        if a == b {
            continue;
        }
        let (one, two) = (lab(a), lab(b));
        let mut found = [0.0f32; LANES];
        for lane in 0..LANES {
            found[lane] = delta([one[0][lane], one[1][lane], one[2][lane]], [two[0][lane], two[1][lane], two[2][lane]]);
        }
        for (sum, found) in sums.iter_mut().zip(found) {
            *sum += f64::from(found);
        }
    }
    sums.iter().sum()
}

/// CIE L*a*b* of limited-range BT.709 Y'CbCr, by the reference's rounded matrices.
#[inline(always)]
fn lab([luma, blue, red]: [&Lanes; 3]) -> [Lanes; 3] {
    let mut out = [[0.0; LANES]; 3];
    for lane in 0..LANES {
        let (y, u, v) = (luma[lane], blue[lane], red[lane]);
        let r = linear(y + 1.28033 * v);
        let g = linear(y - 0.21482 * u - 0.38059 * v);
        let b = linear(y + 2.12798 * u);
        let x = cube_root((r * 0.412_456_45 + g * 0.357_576_08 + b * 0.180_437_48) * (1.0 / 0.95047));
        let y = cube_root(r * 0.212_672_85 + g * 0.715_152_16 + b * 0.072_174_99);
        let z = cube_root((r * 0.019_333_896 + g * 0.119_192_03 + b * 0.950_304_1) * (1.0 / 1.08883));
        out[0][lane] = 116.0 * y - 16.0;
        out[1][lane] = 500.0 * (x - y);
        out[2][lane] = 200.0 * (y - z);
    }
    out
}

/// The sRGB curve with the reference's threshold.
#[inline(always)]
fn linear(code: f32) -> f32 {
    let base = ((code + 0.055) * (1.0 / 1.055)).max(1e-3);
    let power = base * base * exp2(0.4 * log2(base));
    if code > 10.0 / 255.0 { power } else { code * (1.0 / 12.92) }
}

/// The curve of L*a*b*: a cube root, and a line near 0.
#[inline(always)]
fn cube_root(v: f32) -> f32 {
    const EPSILON: f32 = 216.0 / 24389.0;
    let root = exp2(log2(v.max(EPSILON)) * (1.0 / 3.0));
    if v > EPSILON { root } else { (24389.0 / 27.0 * v + 16.0) * (1.0 / 116.0) }
}

/// CIEDE2000 of two colours. Angles are radians, 0..2 pi.
#[inline(always)]
fn delta([l1, a1, b1]: [f32; 3], [l2, a2, b2]: [f32; 3]) -> f32 {
    let (c1, c2) = ((a1 * a1 + b1 * b1).sqrt(), (a2 * a2 + b2 * b2).sqrt());
    let stretch = 1.0 + 0.5 * (1.0 - saturation((c1 + c2) * 0.5));
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (p1, p2) = ((a1 * a1 + b1 * b1).sqrt(), (a2 * a2 + b2 * b2).sqrt());
    let (h1, h2) = (angle(b1, a1), angle(b2, a2));
    let turn = h2 - h1;
    let across = turn.abs() > PI;
    let shorter = if turn > 0.0 { turn - TAU } else { turn + TAU };
    let turn = if across { shorter } else { turn };
    let turn = if (c1 == 0.0) | (c2 == 0.0) { 0.0 } else { turn };
    let hue = (h1 + h2) * 0.5 + if across { PI } else { 0.0 };
    let chroma = (p1 + p2) * 0.5;
    let off = (l1 + l2) * 0.5 - 50.0;
    let s_l = 1.0 + 0.015 * off * off / (20.0 + off * off).sqrt();
    let s_c = 1.0 + 0.045 * chroma;
    let s_h = 1.0 + 0.015 * chroma * hue_weight(hue);
    let lightness = (l2 - l1) / (0.65 * s_l);
    let saturated = (p2 - p1) / s_c;
    let hued = 2.0 * (p1 * p2).sqrt() * sine(turn * 0.5) / (4.0 * s_h);
    let square = lightness * lightness + saturated * saturated + hued * hued;
    (square + rotation(chroma, hue) * saturated * hued).max(0.0).sqrt()
}

/// sqrt(c^7 / (c^7 + 25^7)).
#[inline(always)]
fn saturation(chroma: f32) -> f32 {
    let seventh = (chroma * chroma * chroma) * (chroma * chroma * chroma) * chroma;
    (seventh / (seventh + 6_103_515_625.0)).sqrt()
}

/// T: how much a turn of the hue counts, by hue. `hue` may reach 2 pi and half a turn more.
#[inline(always)]
fn hue_weight(hue: f32) -> f32 {
    const COS_SIN: [(f32, f32); 3] = [(0.866_025_4, 0.5), (0.994_521_9, 0.104_528_46), (0.453_990_5, 0.891_006_5)];
    // Half the angle from pi: within a quarter turn, where the polynomials hold.
    let hue = if hue >= TAU { hue - TAU } else { hue };
    let half = (hue - PI) * 0.5;
    let (s, c) = (sine(half), cosine(half));
    let (c1, s1) = (2.0 * s * s - 1.0, -2.0 * s * c);
    let (c2, s2) = (2.0 * c1 * c1 - 1.0, 2.0 * s1 * c1);
    let (c3, s3) = (c2 * c1 - s2 * s1, s2 * c1 + c2 * s1);
    let (c4, s4) = (2.0 * c2 * c2 - 1.0, 2.0 * s2 * c2);
    let [thirty, six, sixty_three] = COS_SIN;
    1.0 - 0.17 * (c1 * thirty.0 + s1 * thirty.1) + 0.24 * c2 + 0.32 * (c3 * six.0 - s3 * six.1)
        - 0.20 * (c4 * sixty_three.0 + s4 * sixty_three.1)
}

/// R_T: how chroma and hue interact, near blue.
#[inline(always)]
fn rotation(chroma: f32, hue: f32) -> f32 {
    let off = (hue * (180.0 / PI) - 275.0) * (1.0 / 25.0);
    let near = exp2((-off * off * LOG2_E).max(-120.0));
    -2.0 * saturation(chroma) * sine(PI / 3.0 * near)
}

/// atan2 in 0..2 pi, and 0 at the origin.
#[inline(always)]
fn angle(y: f32, x: f32) -> f32 {
    let (across, up) = (x.abs(), y.abs());
    let ratio = across.min(up) / across.max(up).max(1e-30);
    // Beyond pi / 8 the angle from pi / 4 is the smaller one.
    let steep = ratio > 0.414_213_57;
    let t = if steep { (ratio - 1.0) / (ratio + 1.0) } else { ratio };
    let z = t * t;
    let series = ((0.080_537_45 * z - 0.138_776_86) * z + 0.199_777_1) * z - 0.333_329_5;
    let within = t + t * z * series + if steep { FRAC_PI_4 } else { 0.0 };
    let quarter = if up > across { FRAC_PI_2 - within } else { within };
    let half = if x < 0.0 { PI - quarter } else { quarter };
    if y < 0.0 { TAU - half } else { half }
}

/// Sine for -pi/2..=pi/2, to 6e-8.
#[inline(always)]
fn sine(x: f32) -> f32 {
    let z = x * x;
    let series = (((-2.505_210_8e-8 * z + 2.755_731_9e-6) * z - 1.984_127e-4) * z + 8.333_334e-3) * z - 0.166_666_67;
    x + x * z * series
}

/// Cosine for -pi/2..=pi/2, to 1e-7.
#[inline(always)]
fn cosine(x: f32) -> f32 {
    let z = x * x;
    let series = (((2.087_675_7e-9 * z - 2.755_732e-7) * z + 2.480_158_7e-5) * z - 1.388_888_9e-3) * z + 4.166_666_8e-2;
    1.0 - 0.5 * z + z * z * series
}

/// log2 of a positive normal number, to 2e-7 of its size near 1.
#[inline(always)]
fn log2(x: f32) -> f32 {
    // The exponent such that the rest lies in 0.7071..1.4142.
    let bits = x.to_bits().wrapping_sub(0x3f35_04f3) as i32;
    let exponent = bits >> 23;
    let rest = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23) as u32));
    let s = (rest - 1.0) / (rest + 1.0);
    let z = s * s;
    let series = ((0.222_222_22 * z + 0.285_714_3) * z + 0.4) * z + 0.666_666_7;
    exponent as f32 + (2.0 * s + s * z * series) * LOG2_E
}

/// 2^x for -126..=127, to 2e-7 of the result.
#[inline(always)]
fn exp2(x: f32) -> f32 {
    // Adding this number leaves the whole part in the low bits.
    const MAGIC: f32 = 12_582_912.0;
    let shifted = x + MAGIC;
    let part = (x - (shifted - MAGIC)) * LN_2;
    let series = ((((1.984_127e-4 * part + 1.388_888_9e-3) * part + 8.333_334e-3) * part + 4.166_666_8e-2) * part
        + 0.166_666_67)
        * part
        + 0.5;
    let power = 1.0 + part + part * part * series;
    power * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()))
}
