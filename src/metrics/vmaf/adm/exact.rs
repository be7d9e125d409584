//! Scale 0 the long way round, as libvmaf writes it down: for the few rows that the 16-bit kernels of
//! [`first`](super::first) cannot hold, and to test them.

/// Kept detail of one coefficient: `limit` is the gain allowed where `aligned`.
pub(super) fn kept(o: i16, t: i16, aligned: bool, limit: i32) -> i16 {
    let (o, t) = (i64::from(o), i64::from(t));
    let ratio = match o {
        0 => 32768,
        _ => ((((1 << 30) / o) * t + 16384) >> 15).clamp(0, 32768),
    };
    let r = (ratio * o + 16384) >> 15;
    let gained = r * i64::from(limit);
    let r = match (ratio * o).signum() {
        1 if aligned => gained.min(t),
        -1 if aligned => gained.max(t),
        _ => r,
    };
    r as i16
}

/// Kept and added detail of a row.
pub(super) fn decouple(o: &[i16], t: &[i16], aligned: &[i16], limit: i32, r: &mut [i16], added: &mut [i16]) {
    for i in 0..o.len() {
        r[i] = kept(o[i], t[i], aligned[i] != 0, limit);
        added[i] = t[i].wrapping_sub(r[i]);
    }
}

/// What a row hides, see [`first::mask`](super::first::mask).
pub(super) fn mask(bands: [&[i16]; 3], factors: [u16; 3], around: &mut [i32], own: &mut [i32]) {
    const ROUND: [(i32, u32); 3] = [(16384, 15), (16384, 15), (65535, 17)];
    for i in 0..around.len() {
        (around[i], own[i]) = (0, 0);
        for (band, (factor, (add, shift))) in bands.iter().zip(factors.into_iter().zip(ROUND)) {
            let weighted = ((i32::from(band[i]) * i32::from(factor) + add) >> shift) as i16;
            let magnitude = i32::from(weighted).abs();
            let thirtieth = (4369 * magnitude + 2048) >> 12;
            // libvmaf's portable code cuts this to 16 signed bits, its vector code does not.
            let fifteenth = (8738 * magnitude + 2048) >> 12;
            around[i] += thirtieth;
            own[i] += fifteenth - thirtieth;
        }
    }
}
