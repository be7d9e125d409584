//! The arithmetic of PSNR-HVS on [`LANES`] blocks at once: lane n of everything belongs to block n, so that each block
//! sees the reference's operations in the reference's order.

use multiversion::multiversion;

/// Blocks worked on at once.
pub(super) const LANES: usize = 16;

pub(super) type Lanes = [i32; LANES];
type Floats = [f32; LANES];
pub(super) type Block = [Lanes; 64];
pub(super) type Terms = [Floats; 64];

/// How well the eye sees each coefficient of luma, at the point where errors become visible.
#[rustfmt::skip]
const SEEN: [f32; 64] = [
    1.619_387_3, 2.290_159_5, 2.085_097_6, 1.483_660_9, 1.002_275_1, 0.678_297, 0.466_224_9, 0.326_509_15,
    2.290_159_5, 1.943_218_1, 2.047_930_7, 1.687_311, 1.230_566_7, 0.868_920_3, 0.612_809_9, 0.436_405_8,
    2.085_097_6, 2.047_930_7, 1.343_290_2, 1.092_056_4, 0.875_748_8, 0.670_882_94, 0.501_731_93, 0.372_504_26,
    1.483_660_9, 1.687_311, 1.092_056_4, 0.772_819_8, 0.605_636_36, 0.483_094_07, 0.380_429_45, 0.295_774_04,
    1.002_275_1, 1.230_566_7, 0.875_748_8, 0.605_636_36, 0.448_996_25, 0.352_889_27, 0.283_007, 0.226_951_35,
    0.678_297, 0.868_920_3, 0.670_882_94, 0.483_094_07, 0.352_889_27, 0.270_320_74, 0.215_017_74, 0.174_080_67,
    0.466_224_9, 0.612_809_9, 0.501_731_93, 0.380_429_45, 0.283_007, 0.215_017_74, 0.168_869_54, 0.136_153_94,
    0.326_509_15, 0.436_405_8, 0.372_504_26, 0.295_774_04, 0.226_951_35, 0.174_080_67, 0.136_153_94, 0.109_083_846,
];

/// How much each coefficient of texture hides: [`SEEN`] times 0.3885746, squared.
fn hiding() -> [f32; 64] {
    SEEN.map(|seen| {
        let part = f64::from(seen) * 0.388_574_622_590_100_3;
        (part * part) as f32
    })
}

/// The terms that `LANES` pairs of blocks add to the sum: squared, weighed errors of their 64 coefficients.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn terms(a: &Block, b: &Block, out: &mut Terms) {
    let hides = hiding();
    let (evenness_a, evenness_b) = (evenness(a), evenness(b));
    let (a, b) = (transform(a), transform(b));
    let (texture_a, texture_b) = (texture(&a, &evenness_a, &hides), texture(&b, &evenness_b, &hides));
    for i in 0..64 {
        for lane in 0..LANES {
            let texture = texture_a[lane].max(texture_b[lane]);
            let error = (a[i][lane] - b[i][lane]).unsigned_abs() as f32;
            // The mean brightness of a block is hidden by nothing.
            let hidden = if i == 0 { 0.0 } else { texture / hides[i] };
            let error = if error < hidden { 0.0 } else { error - hidden };
            out[i][lane] = (error * SEEN[i]) * (error * SEEN[i]);
        }
    }
}

/// What the texture of a block hides.
#[inline(always)]
fn texture(block: &Block, evenness: &Floats, hides: &[f32; 64]) -> Floats {
    let mut sum = [0.0; LANES];
    for i in 1..64 {
        for lane in 0..LANES {
            sum[lane] += (block[i][lane] * block[i][lane]) as f32 * hides[i];
        }
    }
    std::array::from_fn(|lane| (sum[lane] * evenness[lane]).sqrt() / 32.0)
}

/// The variances of a block's four quarters over the variance of the whole: small where an edge runs through it, which
/// hides less than texture does.
#[inline(always)]
fn evenness(block: &Block) -> Floats {
    let quarter = |i: usize| ((i / 8) & 4) / 4 + (i & 4) / 2;
    let (mut whole, mut parts) = ([0.0; LANES], [[0.0; LANES]; 4]);
    for (i, codes) in block.iter().enumerate() {
        let part = &mut parts[quarter(i)];
        for lane in 0..LANES {
            whole[lane] += codes[lane] as f32;
            part[lane] += codes[lane] as f32;
        }
    }
    whole.iter_mut().for_each(|sum| *sum /= 64.0);
    parts.iter_mut().flatten().for_each(|sum| *sum /= 16.0);
    let (mut spread, mut spreads) = ([0.0; LANES], [[0.0; LANES]; 4]);
    for (i, codes) in block.iter().enumerate() {
        let (part, parts) = (&mut spreads[quarter(i)], &parts[quarter(i)]);
        for lane in 0..LANES {
            let (off, off_part) = (codes[lane] as f32 - whole[lane], codes[lane] as f32 - parts[lane]);
            spread[lane] += off * off;
            part[lane] += off_part * off_part;
        }
    }
    std::array::from_fn(|lane| {
        let whole = spread[lane] * (1.0 / 63.0 * 64.0);
        let [a, b, c, d] = spreads.map(|part| part[lane] * (1.0 / 15.0 * 16.0));
        if whole > 0.0 { (a + b + c + d) / whole } else { whole }
    })
}

/// The reference's integer 8x8 DCT, columns first.
#[inline(always)]
fn transform(block: &Block) -> Block {
    let mut columns = [[0; LANES]; 64];
    for x in 0..8 {
        let line = line(std::array::from_fn(|y| block[y * 8 + x]));
        columns[x * 8..x * 8 + 8].copy_from_slice(&line);
    }
    let mut rows = [[0; LANES]; 64];
    for y in 0..8 {
        let line = line(std::array::from_fn(|x| columns[x * 8 + y]));
        rows[y * 8..y * 8 + 8].copy_from_slice(&line);
    }
    rows
}

/// Half of `v`, rounded towards zero.
#[inline(always)]
fn half(v: Lanes) -> Lanes {
    v.map(|v| (v + ((v as u32) >> 31) as i32) >> 1)
}

#[inline(always)]
fn add(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

#[inline(always)]
fn sub(a: Lanes, b: Lanes) -> Lanes {
    std::array::from_fn(|lane| a[lane] - b[lane])
}

/// `v * factor / 2^shift`, rounded to nearest.
#[inline(always)]
fn lift(v: Lanes, factor: i32, shift: u32) -> Lanes {
    v.map(|v| (v * factor + (1 << (shift - 1))) >> shift)
}

/// An 8-point DCT by lifting steps (`od_bin_fdct8`): butterflies, then a 4-point DCT of the even half and a 4-point DST
/// of the odd half. The factors are tangents and sines of the rotations' angles.
#[inline(always)]
fn line(x: [Lanes; 8]) -> [Lanes; 8] {
    let [mut t0, mut t4, mut t2, mut t6, mut t7, mut t3, mut t5, mut t1] = x;
    t1 = sub(t0, t1);
    let t1h = half(t1);
    t0 = sub(t0, t1h);
    t4 = add(t4, t5);
    let t4h = half(t4);
    t5 = sub(t5, t4h);
    t3 = sub(t2, t3);
    t2 = sub(t2, half(t3));
    t6 = add(t6, t7);
    let t6h = half(t6);
    t7 = sub(t6h, t7);

    t0 = add(t0, t6h);
    t6 = sub(t0, t6);
    t2 = sub(t4h, t2);
    t4 = sub(t2, t4);
    // tan(pi/8), sin(pi/4)
    t0 = sub(t0, lift(t4, 13573, 15));
    t4 = add(t4, lift(t0, 11585, 14));
    t0 = sub(t0, lift(t4, 13573, 15));
    // tan(3 pi/16), sin(3 pi/8)
    t6 = sub(t6, lift(t2, 21895, 15));
    t2 = add(t2, lift(t6, 15137, 14));
    t6 = sub(t6, lift(t2, 21895, 15));

    t3 = add(t3, lift(t5, 19195, 15));
    t5 = add(t5, lift(t3, 11585, 14));
    t3 = sub(t3, lift(t5, 7489, 13));
    t7 = sub(half(t5), t7);
    t5 = sub(t5, t7);
    t3 = sub(t1h, t3);
    t1 = sub(t1, t3);
    // tan(pi/32), sin(pi/16)
    t7 = add(t7, lift(t1, 3227, 15));
    t1 = sub(t1, lift(t7, 6393, 15));
    t7 = add(t7, lift(t1, 3227, 15));
    // tan(3 pi/32), sin(3 pi/16)
    t5 = add(t5, lift(t3, 2485, 13));
    t3 = sub(t3, lift(t5, 18205, 15));
    t5 = add(t5, lift(t3, 2485, 13));
    [t0, t1, t2, t3, t4, t5, t6, t7]
}
