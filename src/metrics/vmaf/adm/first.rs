//! Scale 0 in 16 bits: what of the reference's detail is kept, what was added, and how much that hides.
//!
//! libvmaf divides by a table here and multiplies back. For coefficients up to [`PLAIN`] the outcome is exactly the
//! median of 0, the candidate and the reference (every pair was tried), so no division is left; rows with larger
//! ones, and rows whose masking leaves 16 bits, go through [`exact`](super::exact).

use super::kernels;

/// Largest magnitude of a reference coefficient for which the median stands for libvmaf's division. The first that
/// differs is 16554.
pub(super) const PLAIN: u16 = 16384;
/// Largest weighted magnitude for which a fifteenth of it stays within the masking's 16 bits.
pub(super) const UNWRAPPED: u16 = 15359;
/// Square of the cosine of one degree, as libvmaf rounds it.
pub(super) const COS_SQUARED: f64 = 0.999_695_4f32 as f64;

/// Multiplication by a 16-bit factor and rounded division by 2^15 with nothing wider than 16 bits:
/// `whole * a + (half * a + high(rest * a) + 1) / 2`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Straight {
    whole: i16,
    half: i16,
    rest: i16,
}

impl Straight {
    pub fn new(factor: u16) -> Self {
        let (whole, below) = nearest(i32::from(factor), 1 << 15);
        let (half, rest) = nearest(below * 4, 1 << 16);
        Self { whole, half, rest: rest as i16 }
    }

    #[inline(always)]
    fn of(self, a: i16) -> i16 {
        let twice = a.wrapping_mul(self.half).wrapping_add(high(a, self.rest));
        a.wrapping_mul(self.whole).wrapping_add(twice.wrapping_add(1) >> 1)
    }
}

/// Multiplication by a 16-bit factor, plus 65535, divided by 2^17.
#[derive(Clone, Copy, Debug)]
pub(super) struct Diagonal {
    factor: i16,
    whole: i16,
}

impl Diagonal {
    pub fn new(factor: u16) -> Self {
        Self { factor: factor as i16, whole: i16::from(factor >= 1 << 15) }
    }

    #[inline(always)]
    fn of(self, a: i16) -> i16 {
        let upper = a.wrapping_mul(self.whole).wrapping_add(high(a, self.factor));
        let more = i16::from(a.wrapping_mul(self.factor) != 0);
        upper.wrapping_add(more) >> 1
    }
}

/// `value` as a multiple of `unit` and a rest in -unit/2 .. unit/2.
fn nearest(value: i32, unit: i32) -> (i16, i32) {
    let whole = (value + unit / 2).div_euclid(unit);
    (whole as i16, value - whole * unit)
}

/// Upper half of a 32-bit product.
#[inline(always)]
fn high(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b)) >> 16) as i16
}

/// `a * factor / 2^12` for 0 <= a <= 25507, rounded, where `factor` = `whole * 2^12 + part`.
#[inline(always)]
fn share(a: i16, whole: i16, part: u16) -> i16 {
    // The part's share, twice: high(a * part * 2^5) with part * 2^5 below 2^15.
    let twice = high(a, (part << 5) as i16);
    a.wrapping_mul(whole).wrapping_add(twice.wrapping_add(1) >> 1)
}

kernels! {
    /// Where horizontal and vertical detail of both pictures point the same way, within one degree: -1, else 0.
    pub(super) fn aligned(oh: &[i16], ov: &[i16], th: &[i16], tv: &[i16], out: &mut [i16]) {
        let n = out.len();
        let (oh, ov, th, tv) = (&oh[..n], &ov[..n], &th[..n], &tv[..n]);
        for i in 0..n {
            let [oh, ov, th, tv] = [oh[i], ov[i], th[i], tv[i]].map(i32::from);
            let dot = (oh * th + ov * tv) as f32;
            let reference = f64::from((oh * oh + ov * ov) as f32);
            let candidate = f64::from((th * th + tv * tv) as f32);
            let square = f64::from(dot) * f64::from(dot);
            let within = (dot >= 0.0) & (square >= COS_SQUARED * (reference * candidate));
            out[i] = -i16::from(within);
        }
    }

    /// Kept and added detail of a band with no gain allowed. Returns the largest magnitude of the reference.
    pub(super) fn decouple(o: &[i16], t: &[i16], [kept, added]: [&mut [i16]; 2]) -> u16 {
        let n = o.len();
        let (t, kept, added) = (&t[..n], &mut kept[..n], &mut added[..n]);
        let mut most = 0u16;
        for i in 0..n {
            let r = t[i].max(o[i].min(0)).min(o[i].max(0));
            kept[i] = r;
            added[i] = t[i].wrapping_sub(r);
            most = most.max(o[i].unsigned_abs());
        }
        most
    }

    /// The same, and kept and added detail with a gain of up to 100 where `aligned`.
    pub(super) fn decouple_both(
        o: &[i16],
        t: &[i16],
        aligned: &[i16],
        [kept, added]: [&mut [i16]; 2],
        [kept_free, added_free]: [&mut [i16]; 2],
    ) -> u16 {
        let n = o.len();
        let (t, aligned, kept, added) = (&t[..n], &aligned[..n], &mut kept[..n], &mut added[..n]);
        let (kept_free, added_free) = (&mut kept_free[..n], &mut added_free[..n]);
        let mut most = 0u16;
        for i in 0..n {
            let r = t[i].max(o[i].min(0)).min(o[i].max(0));
            kept[i] = r;
            added[i] = t[i].wrapping_sub(r);
            // 327 * 100 is above every coefficient there can be (22930).
            let raised = o[i].clamp(-327, 327) * 100;
            let limit = if aligned[i] != 0 { raised } else { o[i] };
            let r = t[i].max(limit.min(0)).min(limit.max(0));
            kept_free[i] = r;
            added_free[i] = t[i].wrapping_sub(r);
            most = most.max(o[i].unsigned_abs());
        }
        most
    }

    /// What a coefficient hides: `around` of its neighbours, `own` of itself on top, both over the three bands.
    /// Returns the largest weighted magnitude.
    pub(super) fn mask(
        bands: [&[i16]; 3],
        straight: Straight,
        diagonal: Diagonal,
        around: &mut [i32],
        own: &mut [i32],
    ) -> u16 {
        let n = around.len();
        let [h, v, d] = bands;
        let (h, v, d, own) = (&h[..n], &v[..n], &d[..n], &mut own[..n]);
        let mut most = 0u16;
        for i in 0..n {
            let weighted = [straight.of(h[i]), straight.of(v[i]), diagonal.of(d[i])].map(i16::wrapping_abs);
            let thirtieth = weighted.map(|a| share(a, 1, 273));
            let fifteenth = weighted.map(|a| share(a, 2, 546));
            let sum = |s: [i16; 3]| s[0].wrapping_add(s[1]).wrapping_add(s[2]) as u16;
            let around_i = sum(thirtieth);
            around[i] = i32::from(around_i);
            own[i] = i32::from(sum(fifteenth).wrapping_sub(around_i));
            most = most.max(weighted[0] as u16).max(weighted[1] as u16).max(weighted[2] as u16);
        }
        most
    }

    /// Sum of the cubes of a band after masking; `shifts`: of the threshold, of the square, of the cube.
    pub(super) fn cubes(band: &[i16], threshold: &[i32], factor: u16, shifts: [u32; 3]) -> u64 {
        let threshold = &threshold[..band.len()];
        let mut sum = 0u64;
        for i in 0..band.len() {
            sum += cube(band[i], threshold[i], factor, shifts);
        }
        sum
    }

    /// Sum of the cubes of the reference's band.
    pub(super) fn cubes_plain(band: &[i16]) -> u64 {
        let mut sum = 0u64;
        for &o in band {
            let a = u32::from(o.unsigned_abs());
            sum += u64::from(a * a) * u64::from(a);
        }
        sum
    }

    /// Adds `worth` times each cube of [`cubes`] to a map.
    pub(super) fn paint(
        band: &[i16],
        threshold: &[i32],
        factor: u16,
        shifts: [u32; 3],
        worth: f64,
        map: &mut [f32],
    ) {
        let (threshold, map) = (&threshold[..band.len()], &mut map[..band.len()]);
        for i in 0..band.len() {
            map[i] += (cube(band[i], threshold[i], factor, shifts) as f64 * worth) as f32;
        }
    }

    /// Adds `worth` times each cube of [`cubes_plain`] to a map.
    pub(super) fn paint_plain(band: &[i16], worth: f64, map: &mut [f32]) {
        let map = &mut map[..band.len()];
        for i in 0..band.len() {
            let a = f64::from(i32::from(band[i]).abs());
            map[i] += (a * a * a * worth) as f32;
        }
    }
}

/// One coefficient of [`cubes`].
#[inline(always)]
pub(super) fn cube(value: i16, threshold: i32, factor: u16, [over, square, cube]: [u32; 3]) -> u64 {
    let visible = (i32::from(value) * i32::from(factor)).wrapping_abs().wrapping_sub(threshold.wrapping_shl(over));
    let x = u64::from(visible.max(0) as u32);
    let squared = u64::from(((x * x + ((1 << square) >> 1)) >> square) as u32);
    (squared * x + ((1 << cube) >> 1)) >> cube
}

/// Shifts of the threshold and of the square for [`cubes`]: horizontal and vertical, diagonal.
pub(super) const SHIFTS: [[u32; 2]; 2] = [[10, 29], [12, 30]];
