//! Scale 0 the long way round, as libvmaf writes it down: for the few rows that the 16-bit kernels of
//! [`first`](super::first) cannot hold (thin lines from black to white, say).

use super::deep::{kept, signed};
use super::kernels;

kernels! {
    /// Kept and added detail of a row, without gain and with a gain of up to 100 where `aligned`.
    pub(super) fn decouple_both(
        o: &[i16],
        t: &[i16],
        aligned: &[i16],
        [r, added]: [&mut [i16]; 2],
        [r_free, added_free]: [&mut [i16]; 2],
    ) {
        let n = o.len();
        let (t, aligned, r, added) = (&t[..n], &aligned[..n], &mut r[..n], &mut added[..n]);
        let (r_free, added_free) = (&mut r_free[..n], &mut added_free[..n]);
        for i in 0..n {
            let (o, t) = (i32::from(o[i]), i32::from(t[i]));
            let (plain, along) = kept(o, t);
            let none = signed(if aligned[i] != 0 { plain.min(along) } else { plain }, o);
            let free = signed(if aligned[i] != 0 { (plain * 100).min(along) } else { plain }, o);
            (r[i], added[i]) = (none as i16, (t - none) as i16);
            (r_free[i], added_free[i]) = (free as i16, (t - free) as i16);
        }
    }

    /// What a row hides, see [`first::mask`](super::first::mask). libvmaf's portable code cuts the fifteenths to 16 signed bits, and its
    /// vector code does so in the columns that do not fill a vector (for AVX-512 the last few of fourteen); nothing is
    /// cut here.
    pub(super) fn mask(bands: [&[i16]; 3], factors: [u16; 3], around: &mut [i32], own: &mut [i32]) {
        let n = around.len();
        let own = &mut own[..n];
        let [h, v, d] = bands;
        let (h, v, d) = (&h[..n], &v[..n], &d[..n]);
        let factors = factors.map(i32::from);
        for i in 0..n {
            let weighted = [
                (i32::from(h[i]) * factors[0] + (1 << 14)) >> 15,
                (i32::from(v[i]) * factors[1] + (1 << 14)) >> 15,
                (i32::from(d[i]) * factors[2] + 65535) >> 17,
            ];
            let share = |of: i32| {
                let one = |value: i32| (of * value.abs() + 2048) >> 12;
                one(weighted[0]) + one(weighted[1]) + one(weighted[2])
            };
            let (thirtieth, fifteenth) = (share(4369), share(8738));
            around[i] = thirtieth;
            own[i] = fifteenth - thirtieth;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::first::{self, Diagonal, PLAIN, Straight, UNWRAPPED};
    use super::*;

    /// Scale 0 of `integer_adm.c`, one coefficient, in its own words.
    fn by_division(o: i32, t: i32, aligned: bool, limit: i32) -> i16 {
        let ratio = match o {
            0 => 32768,
            _ => ((i64::from((1 << 30) / o) * i64::from(t) + 16384) >> 15).clamp(0, 32768) as i32,
        };
        let r = (ratio * o + 16384) >> 15;
        match (ratio * o).signum() {
            1 if aligned => (r * limit).min(t) as i16,
            -1 if aligned => (r * limit).max(t) as i16,
            _ => r as i16,
        }
    }

    #[test]
    fn both_ways_are_libvmafs_division() {
        let most = 22930;
        for o in (-most..=most).step_by(7).chain(-300..300) {
            let row: Vec<i16> = (-most..=most).step_by(97).chain([o - 1, o, o + 1]).map(|t| t as i16).collect();
            let n = row.len();
            let reference = vec![o as i16; n];
            for aligned in [0, -1] {
                let aligned = vec![aligned; n];
                let (mut a, mut b, mut c, mut d) = (vec![0; n], vec![0; n], vec![0; n], vec![0; n]);
                decouple_both(&reference, &row, &aligned, [&mut a, &mut b], [&mut c, &mut d]);
                let check = |a: &[i16], b: &[i16], c: &[i16], d: &[i16]| {
                    for (i, &t) in row.iter().enumerate() {
                        let wanted = [1, 100].map(|limit| by_division(o, t.into(), aligned[i] != 0, limit));
                        assert_eq!([a[i], c[i]], wanted, "{t} of {o}");
                        assert_eq!([b[i], d[i]], wanted.map(|kept| t - kept));
                    }
                };
                check(&a, &b, &c, &d);
                let found = first::decouple_both(&reference, &row, &aligned, [&mut a, &mut b], [&mut c, &mut d]);
                assert_eq!(found, o.unsigned_abs() as u16);
                if found <= PLAIN {
                    check(&a, &b, &c, &d);
                }
            }
        }
    }

    #[test]
    fn sixteen_bits_mask_as_thirty_two_do() {
        let all: Vec<i16> = (-22930..=22930).collect();
        let n = all.len();
        // The factors of every viewing condition, and what stands at the ends.
        for factors in [[36453, 36453, 49417], [24809, 24809, 36087], [8833, 8833, 8254], [4739, 4739, 4018], [1, 1, 2]]
        {
            let (mut around, mut own, mut expected) = (vec![0; n], vec![0; n], [vec![0; n], vec![0; n]]);
            let [e, f] = &mut expected;
            mask([&all, &all, &all], factors, e, f);
            let (straight, diagonal) = (Straight::new(factors[0]), Diagonal::new(factors[2]));
            for i in 0..n {
                let bands = [&all[i..=i], &all[i..=i], &all[i..=i]];
                let most = first::mask(bands, straight, diagonal, &mut around[i..=i], &mut own[i..=i]);
                if most <= UNWRAPPED {
                    assert_eq!((around[i], own[i]), (expected[0][i], expected[1][i]), "{} by {factors:?}", all[i]);
                }
            }
        }
    }
}
