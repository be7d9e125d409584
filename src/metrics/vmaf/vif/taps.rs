//! The Gaussians of the four scales (`vif_filter1d_table` in libvmaf's `integer_vif.h`): sigma is a fifth of the
//! number of taps, and the taps add up to 65,536.

const TAPS_17: [i32; 17] =
    [489, 935, 1640, 2640, 3896, 5274, 6547, 7455, 7784, 7455, 6547, 5274, 3896, 2640, 1640, 935, 489];
const TAPS_9: [i32; 9] = [1244, 3663, 7925, 12590, 14692, 12590, 7925, 3663, 1244];
const TAPS_5: [i32; 5] = [3571, 16004, 26386, 16004, 3571];
const TAPS_3: [i32; 3] = [10904, 43728, 10904];

/// The filter with `N` taps: 17, 9, 5 or 3 for scales 0 to 3.
pub(super) const fn taps<const N: usize>() -> [i32; N] {
    let table: &[i32] = match N {
        17 => &TAPS_17,
        9 => &TAPS_9,
        5 => &TAPS_5,
        _ => &TAPS_3,
    };
    let mut taps = [0; N];
    let mut i = 0;
    while i < N {
        taps[i] = table[i];
        i += 1;
    }
    taps
}
