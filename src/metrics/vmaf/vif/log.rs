//! Binary logarithms as libvmaf's integer VIF takes them: the top 16 bits of a number, looked up in a table of
//! `round(log2f(m) * 2048)`, plus 2048 for each binary place.
//!
//! A table of 32,768 entries does not fit into a first-level cache beside everything else, and a lookup cannot be done
//! for several lanes at a time on most machines. Here the same integers come from a polynomial in 32-bit floats,
//! found so that rounding never differs: a test walks all 32,768 mantissas.

/// Unity in logarithms: they count in 1/2048.
pub(super) const ONE: i32 = 2048;

/// 2048 * (log2(1 + x) - x) = x (1 - x) q(x) + `SHIFT`, for x from 0 to 1; q from its lowest power up. Minimax by
/// Lawson's iteration, then moved by less than 1e-4 until all mantissas round as in the table.
const Q: [f32; 7] = [906.6261, -570.2796, 409.83484, -301.17645, 195.27765, -89.80885, 20.24456];
/// 2^-21 in units of 1/2048: libvmaf rounds log2f, itself rounded to multiples of 2^-20, halves upwards. The
/// remainder was found with `Q`.
const SHIFT: f32 = 0.0011204774;
/// 1.5 * 2^23: a float of this size has steps of 1, so adding it rounds.
const ROUND: f32 = 12_582_912.0;

/// `value`, an integer of at least 2^15, cut to its top 16 bits.
#[inline(always)]
pub(super) fn cut(value: f64) -> f32 {
    f64::from_bits(value.to_bits() & !((1 << 37) - 1)) as f32
}

/// The same for a positive 32-bit integer of at least 2^17.
#[inline(always)]
pub(super) fn cut_i32(value: i32) -> f32 {
    // Of numbers that a float would round, bits that are to go anyway are cleared first.
    let exact = if value < 1 << 24 { value } else { value & !0xff };
    f32::from_bits((exact as f32).to_bits() & !0xff)
}

/// log2 of `value` in units of 1/2048. `value` is positive and comes from [`cut`]. `FUSED` asks for instructions that
/// multiply and add at once, where the machine has them; the result is the same.
#[inline(always)]
pub(super) fn log2<const FUSED: bool>(value: f32) -> i32 {
    let bits = value.to_bits();
    // Mantissas have 15 bits: the upper 11 go straight into the result, the lower 4 take part in the rounding.
    let below = (bits & 0xfff) as i32 as f32;
    let x = f32::from_bits(bits & 0x7f_ffff | 1f32.to_bits()) - 1.0;
    let q = fused::<FUSED>(x, Q[6], Q[5]);
    let q = fused::<FUSED>(x, q, Q[4]);
    let q = fused::<FUSED>(x, q, Q[3]);
    let q = fused::<FUSED>(x, q, Q[2]);
    let q = fused::<FUSED>(x, q, Q[1]);
    let q = fused::<FUSED>(x, q, Q[0]);
    let more = fused::<FUSED>(x * (1.0 - x), q, fused::<FUSED>(below, 1.0 / 4096.0, SHIFT));
    let more = (more + ROUND).to_bits() as i32 - ROUND.to_bits() as i32;
    (bits >> 12) as i32 - 127 * ONE + more
}

/// `a * b + c`, rounded once or twice.
#[inline(always)]
fn fused<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mantissa_rounds_as_in_libvmafs_table() {
        for m in 32_768..65_536u32 {
            // log2f is correctly rounded for all of these.
            let table = (f64::from(f64::from(m).log2() as f32) * 2048.0).round() as i32;
            assert_eq!(log2::<false>(m as f32), table, "{m}");
            assert_eq!(log2::<true>(m as f32), table, "{m} fused");
            assert_eq!(log2::<false>(cut(f64::from(m) * 65536.0 + 65535.0)), table + 16 * ONE, "{m} with bits below");
            for places in 2..16 {
                let value = ((m as i32) << (places - 1)) + (1 << (places - 1)) - 1;
                assert_eq!(cut_i32(value), cut(f64::from(value)), "{value}");
            }
        }
    }
}
