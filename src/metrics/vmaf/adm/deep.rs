//! Scales 1 to 3 in 32 bits: kept and added detail, masking, and sums of cubes.

use super::first::COS_SQUARED;
use super::kernels;

/// `value * factor / 2^28`, rounded half up, as a magnitude. `factor` has 32 binary digits after the point.
#[inline(always)]
fn weighted(value: i32, factor: u32) -> u32 {
    // Half up for the signed value is half down for the magnitude of a negative one.
    let half = (1u64 << 27) - u64::from(value < 0);
    ((u64::from(value.unsigned_abs()) * u64::from(factor) + half) >> 28) as u32
}

/// Kept detail of one coefficient, as magnitudes: without any gain asked about, and the candidate's along the reference.
#[inline(always)]
pub(super) fn kept(o: i32, t: i32) -> (u32, u32) {
    let magnitude = o.unsigned_abs();
    let wide = magnitude >= 1 << 15;
    let shift = if wide { 17 - magnitude.leading_zeros().min(16) } else { 0 };
    // The reference's fifteen leading digits, rounded.
    let leading = if wide { (magnitude + ((1 << shift) >> 1)) >> shift } else { magnitude };
    let along = if o < 0 { t.wrapping_neg() } else { t }.max(0) as u32;
    let product = u64::from(reciprocal(leading)) * u64::from(along) + (1 << (14 + shift));
    let ratio = (product >> (15 + shift)).min(32768) as u32;
    let half = 16384 - u64::from(o < 0);
    (((u64::from(ratio) * u64::from(magnitude) + half) >> 15) as u32, along)
}

/// 2^30 / `of`, truncated, for 1..=32768; anything for 0. The quotient is whole or at least 2^-15 from the next whole
/// number, so that rounding it less a little less than a half truncates; adding 2^52 rounds, and needs no conversion.
#[inline(always)]
fn reciprocal(of: u32) -> u32 {
    let quotient = f64::from(1 << 30) / f64::from(of as i32);
    (quotient - (0.5 - 2f64.powi(-16)) + 2f64.powi(52)).to_bits() as u32
}

/// `magnitude` with the sign of `o`.
#[inline(always)]
pub(super) fn signed(magnitude: u32, o: i32) -> i32 {
    if o < 0 { (magnitude as i32).wrapping_neg() } else { magnitude as i32 }
}

kernels! {
    /// Where horizontal and vertical detail of both pictures point the same way, within one degree: -1, else 0.
    pub(super) fn aligned(oh: &[i32], ov: &[i32], th: &[i32], tv: &[i32], out: &mut [i32]) {
        let n = out.len();
        let (oh, ov, th, tv) = (&oh[..n], &ov[..n], &th[..n], &tv[..n]);
        for i in 0..n {
            let [oh, ov, th, tv] = [oh[i], ov[i], th[i], tv[i]].map(f64::from);
            // libvmaf has exact 64-bit integers before it rounds to f32; f64 has 29 digits more than f32 keeps.
            let dot = (oh * th + ov * tv) as f32;
            let reference = f64::from((oh * oh + ov * ov) as f32);
            let candidate = f64::from((th * th + tv * tv) as f32);
            let square = f64::from(dot) * f64::from(dot);
            let within = (dot >= 0.0) & (square >= COS_SQUARED * (reference * candidate));
            out[i] = -i32::from(within);
        }
    }

    /// Kept and added detail of a band with no gain allowed: where `aligned`, not even a rounded one.
    pub(super) fn decouple(o: &[i32], t: &[i32], aligned: &[i32], [r, added]: [&mut [i32]; 2]) {
        let n = o.len();
        let (t, aligned, r, added) = (&t[..n], &aligned[..n], &mut r[..n], &mut added[..n]);
        for i in 0..n {
            let (plain, along) = kept(o[i], t[i]);
            r[i] = signed(if aligned[i] != 0 { plain.min(along) } else { plain }, o[i]);
            added[i] = t[i].wrapping_sub(r[i]);
        }
    }

    /// The same, and kept and added detail with a gain of up to 100 where `aligned`.
    pub(super) fn decouple_both(
        o: &[i32],
        t: &[i32],
        aligned: &[i32],
        [r, added]: [&mut [i32]; 2],
        [r_free, added_free]: [&mut [i32]; 2],
    ) {
        let n = o.len();
        let (t, aligned, r, added) = (&t[..n], &aligned[..n], &mut r[..n], &mut added[..n]);
        let (r_free, added_free) = (&mut r_free[..n], &mut added_free[..n]);
        for i in 0..n {
            let (plain, along) = kept(o[i], t[i]);
            // 42e6 * 100 is above every coefficient and still has 32 bits.
            let gained = (plain.min(42_000_000) * 100).min(along);
            let free = signed(if aligned[i] != 0 { gained } else { plain }, o[i]);
            r_free[i] = free;
            added_free[i] = t[i].wrapping_sub(free);
            let none = signed(if aligned[i] != 0 { plain.min(along) } else { plain }, o[i]);
            r[i] = none;
            added[i] = t[i].wrapping_sub(none);
        }
    }

    /// What a coefficient hides: `around` of its neighbours, `own` of itself on top, both over the three bands.
    /// A thirtieth and a fifteenth less one half, rounded: libvmaf subtracts its rounding constant here.
    pub(super) fn mask(bands: [&[i32]; 3], factors: [u32; 3], around: &mut [i32], own: &mut [i32]) {
        let n = around.len();
        let own = &mut own[..n];
        let [h, v, d] = bands;
        let (h, v, d) = (&h[..n], &v[..n], &d[..n]);
        for i in 0..n {
            let values = [weighted(h[i], factors[0]), weighted(v[i], factors[1]), weighted(d[i], factors[2])];
            let share = |of: u64| {
                let one = |a: u32| ((u64::from(a) * of + (1 << 31)) >> 32) as i32;
                one(values[0]) + one(values[1]) + one(values[2])
            };
            let (thirtieth, fifteenth) = (share(143_165_577), share(286_331_153));
            around[i] = thirtieth - 3;
            own[i] = fifteenth - thirtieth;
        }
    }

    /// Sum of the cubes of a band after masking, each scaled down by 30 digits and then by `shift`.
    pub(super) fn cubes(band: &[i32], threshold: &[i32], factor: u32, shift: u32) -> u64 {
        let threshold = &threshold[..band.len()];
        let mut sum = 0u64;
        for i in 0..band.len() {
            sum += cube(band[i], threshold[i], factor, shift);
        }
        sum
    }

    /// Sum of the cubes of the reference's band, each scaled down by `square` digits and then by `shift`.
    pub(super) fn cubes_plain(band: &[i32], square: u32, shift: u32) -> u64 {
        let mut sum = 0u64;
        for &o in band {
            sum += cube_plain(o, square, shift);
        }
        sum
    }

    /// Adds `worth` times each cube of [`cubes`] to a map.
    pub(super) fn paint(
        band: &[i32],
        threshold: &[i32],
        factor: u32,
        shift: u32,
        worth: f64,
        map: &mut [f32],
    ) {
        let (threshold, map) = (&threshold[..band.len()], &mut map[..band.len()]);
        for i in 0..band.len() {
            map[i] += (cube(band[i], threshold[i], factor, shift) as f64 * worth) as f32;
        }
    }

    /// Adds `worth` times each cube of [`cubes_plain`] to a map.
    pub(super) fn paint_plain(band: &[i32], square: u32, shift: u32, worth: f64, map: &mut [f32]) {
        let map = &mut map[..band.len()];
        for i in 0..band.len() {
            map[i] += (cube_plain(band[i], square, shift) as f64 * worth) as f32;
        }
    }
}

/// One coefficient of [`cubes`].
#[inline(always)]
pub(super) fn cube(value: i32, threshold: i32, factor: u32, shift: u32) -> u64 {
    let x = u64::from((weighted(value, factor) as i32).wrapping_sub(threshold).max(0) as u32);
    let squared = u64::from(((x * x + (1 << 29)) >> 30) as u32);
    (squared * x + ((1 << shift) >> 1)) >> shift
}

/// One coefficient of [`cubes_plain`]. The square gets a whole unit on top, not half a one, as in libvmaf.
#[inline(always)]
pub(super) fn cube_plain(value: i32, square: u32, shift: u32) -> u64 {
    let a = u64::from(value.unsigned_abs());
    let squared = u64::from(((a * a + (1 << square)) >> square) as u32);
    (squared * a + ((1 << shift) >> 1)) >> shift
}
