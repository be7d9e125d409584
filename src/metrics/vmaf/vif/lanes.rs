//! Vectors of 16-bit lanes on x86-64, for the filters in [`super::x86`]: AVX2, AVX-512, and AVX-512 with the dot
//! products of VNNI.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

/// A vector of `LANES` 16-bit lanes or half as many 32-bit lanes. Lanes wrap.
///
/// All methods must be inlined into a function that is compiled for the instructions that the implementor names, and
/// that runs only where they exist. That is what makes the `unsafe` in them sound; the pointers are for the caller to
/// answer for.
pub(super) trait Lanes: Copy {
    /// 16-bit lanes.
    const LANES: usize;
    /// Whether [`Self::shifted`] is one instruction; otherwise a load at the shifted place is better.
    const SHIFTS: bool;

    fn splat(value: i32) -> Self;
    /// # Safety
    /// `LANES` samples can be read from `from`.
    unsafe fn load(from: *const i16) -> Self;
    /// # Safety
    /// `LANES` samples can be written to `to`.
    unsafe fn store(self, to: *mut i16);
    /// 32-bit lanes `BY..` of `self`, and then the first `BY` of `next`.
    fn shifted<const BY: i32>(self, next: Self) -> Self;
    /// 16-bit lanes of both in turn, within each block of 128 bits: the lower half of the block, and the upper.
    fn pairs(self, other: Self) -> (Self, Self);
    /// 32-bit lanes to 16 bits (signed, saturated): the inverse of [`Self::pairs`] in the order of lanes.
    fn pack(self, other: Self) -> Self;
    /// `self` plus, in each 32-bit lane, the two products of the 16-bit lanes of `a` and `b` in it.
    fn dot(self, a: Self, b: Self) -> Self;
    /// Lower 16 bits of the products of 16-bit lanes.
    fn times_low(self, other: Self) -> Self;
    /// Upper 16 bits of the signed products of 16-bit lanes.
    fn times_high(self, other: Self) -> Self;
    /// Sum of 32-bit lanes.
    fn plus(self, other: Self) -> Self;
    /// Difference of 32-bit lanes.
    fn minus(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    /// 32-bit lanes shifted down, zeros coming in.
    fn down<const BITS: i32>(self) -> Self;
    /// 32-bit lanes shifted down, the sign coming in.
    fn down_signed<const BITS: i32>(self) -> Self;
    /// 32-bit lanes shifted up.
    fn up<const BITS: i32>(self) -> Self;
    /// `round(a * b / 2^32)` of unsigned 32-bit lanes.
    fn product(self, other: Self) -> Self;
    /// Writes 32-bit lanes of `self` (even places) and `odd` in turn.
    ///
    /// # Safety
    /// `LANES` numbers can be written to `to`.
    unsafe fn store_in_turn(self, odd: Self, to: *mut i32);
    /// Writes the lower 16 bits of the 32-bit lanes.
    ///
    /// # Safety
    /// `LANES / 2` numbers can be written to `to`.
    unsafe fn store_narrow(self, to: *mut u16);
}

/// Instructions that the compiler cannot know to exist.
macro_rules! lanes {
    ($($code:tt)*) => {
        // SAFETY: `Lanes` is only used in functions compiled for these instructions that run where they exist; and who
        // calls `load` or one of the `store`s answers for the pointer.
        unsafe { $($code)* }
    };
}

/// 256 bits: AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx2(__m256i);

impl Lanes for Avx2 {
    const LANES: usize = 16;
    const SHIFTS: bool = false;

    #[inline(always)]
    fn splat(value: i32) -> Self {
        Self(lanes! { _mm256_set1_epi32(value) })
    }
    #[inline(always)]
    unsafe fn load(from: *const i16) -> Self {
        Self(lanes! { _mm256_loadu_si256(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut i16) {
        lanes! { _mm256_storeu_si256(to.cast(), self.0) }
    }
    #[inline(always)]
    fn shifted<const BY: i32>(self, next: Self) -> Self {
        // In two steps: instructions of AVX2 shift within 128 bits.
        lanes! {
            let middle = _mm256_permute2x128_si256::<0x21>(self.0, next.0);
            match BY {
                0 => self,
                1 => Self(_mm256_alignr_epi8::<4>(middle, self.0)),
                2 => Self(_mm256_alignr_epi8::<8>(middle, self.0)),
                3 => Self(_mm256_alignr_epi8::<12>(middle, self.0)),
                4 => Self(middle),
                5 => Self(_mm256_alignr_epi8::<4>(next.0, middle)),
                6 => Self(_mm256_alignr_epi8::<8>(next.0, middle)),
                7 => Self(_mm256_alignr_epi8::<12>(next.0, middle)),
                _ => next,
            }
        }
    }
    #[inline(always)]
    fn pairs(self, other: Self) -> (Self, Self) {
        lanes! { (Self(_mm256_unpacklo_epi16(self.0, other.0)), Self(_mm256_unpackhi_epi16(self.0, other.0))) }
    }
    #[inline(always)]
    fn pack(self, other: Self) -> Self {
        Self(lanes! { _mm256_packs_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn dot(self, a: Self, b: Self) -> Self {
        Self(lanes! { _mm256_add_epi32(self.0, _mm256_madd_epi16(a.0, b.0)) })
    }
    #[inline(always)]
    fn times_low(self, other: Self) -> Self {
        Self(lanes! { _mm256_mullo_epi16(self.0, other.0) })
    }
    #[inline(always)]
    fn times_high(self, other: Self) -> Self {
        Self(lanes! { _mm256_mulhi_epi16(self.0, other.0) })
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(lanes! { _mm256_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(lanes! { _mm256_sub_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(lanes! { _mm256_xor_si256(self.0, other.0) })
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(lanes! { _mm256_and_si256(self.0, other.0) })
    }
    #[inline(always)]
    fn down<const BITS: i32>(self) -> Self {
        Self(lanes! { _mm256_srli_epi32::<BITS>(self.0) })
    }
    #[inline(always)]
    fn down_signed<const BITS: i32>(self) -> Self {
        Self(lanes! { _mm256_srai_epi32::<BITS>(self.0) })
    }
    #[inline(always)]
    fn up<const BITS: i32>(self) -> Self {
        Self(lanes! { _mm256_slli_epi32::<BITS>(self.0) })
    }
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        lanes! {
            let half = _mm256_set1_epi64x(1 << 31);
            let even = _mm256_add_epi64(_mm256_mul_epu32(self.0, other.0), half);
            let odd = _mm256_mul_epu32(_mm256_srli_epi64::<32>(self.0), _mm256_srli_epi64::<32>(other.0));
            let odd = _mm256_add_epi64(odd, half);
            Self(_mm256_blend_epi32::<0b1010_1010>(_mm256_srli_epi64::<32>(even), odd))
        }
    }
    #[inline(always)]
    unsafe fn store_in_turn(self, odd: Self, to: *mut i32) {
        lanes! {
            let low = _mm256_unpacklo_epi32(self.0, odd.0);
            let high = _mm256_unpackhi_epi32(self.0, odd.0);
            _mm256_storeu_si256(to.cast(), _mm256_permute2x128_si256::<0x20>(low, high));
            _mm256_storeu_si256(to.add(8).cast(), _mm256_permute2x128_si256::<0x31>(low, high));
        }
    }
    #[inline(always)]
    unsafe fn store_narrow(self, to: *mut u16) {
        lanes! {
            let low = _mm256_and_si256(self.0, _mm256_set1_epi32(0xffff));
            let packed = _mm256_permute4x64_epi64::<0b1000>(_mm256_packus_epi32(low, low));
            _mm_storeu_si128(to.cast(), _mm256_castsi256_si128(packed));
        }
    }
}

/// 512 bits: AVX-512 F and BW, and with `VNNI` that too.
#[derive(Clone, Copy)]
pub(super) struct Avx512<const VNNI: bool>(__m512i);

impl<const VNNI: bool> Lanes for Avx512<VNNI> {
    const LANES: usize = 32;
    const SHIFTS: bool = true;

    #[inline(always)]
    fn splat(value: i32) -> Self {
        Self(lanes! { _mm512_set1_epi32(value) })
    }
    #[inline(always)]
    unsafe fn load(from: *const i16) -> Self {
        Self(lanes! { _mm512_loadu_si512(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut i16) {
        lanes! { _mm512_storeu_si512(to.cast(), self.0) }
    }
    #[inline(always)]
    fn shifted<const BY: i32>(self, next: Self) -> Self {
        Self(lanes! { _mm512_alignr_epi32::<BY>(next.0, self.0) })
    }
    #[inline(always)]
    fn pairs(self, other: Self) -> (Self, Self) {
        lanes! { (Self(_mm512_unpacklo_epi16(self.0, other.0)), Self(_mm512_unpackhi_epi16(self.0, other.0))) }
    }
    #[inline(always)]
    fn pack(self, other: Self) -> Self {
        Self(lanes! { _mm512_packs_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn dot(self, a: Self, b: Self) -> Self {
        Self(lanes! {
            if VNNI {
                _mm512_dpwssd_epi32(self.0, a.0, b.0)
            } else {
                _mm512_add_epi32(self.0, _mm512_madd_epi16(a.0, b.0))
            }
        })
    }
    #[inline(always)]
    fn times_low(self, other: Self) -> Self {
        Self(lanes! { _mm512_mullo_epi16(self.0, other.0) })
    }
    #[inline(always)]
    fn times_high(self, other: Self) -> Self {
        Self(lanes! { _mm512_mulhi_epi16(self.0, other.0) })
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(lanes! { _mm512_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(lanes! { _mm512_sub_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(lanes! { _mm512_xor_si512(self.0, other.0) })
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(lanes! { _mm512_and_si512(self.0, other.0) })
    }
    #[inline(always)]
    fn down<const BITS: i32>(self) -> Self {
        Self(lanes! { _mm512_srl_epi32(self.0, _mm_cvtsi32_si128(BITS)) })
    }
    #[inline(always)]
    fn down_signed<const BITS: i32>(self) -> Self {
        Self(lanes! { _mm512_sra_epi32(self.0, _mm_cvtsi32_si128(BITS)) })
    }
    #[inline(always)]
    fn up<const BITS: i32>(self) -> Self {
        Self(lanes! { _mm512_sll_epi32(self.0, _mm_cvtsi32_si128(BITS)) })
    }
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        lanes! {
            let half = _mm512_set1_epi64(1 << 31);
            let even = _mm512_add_epi64(_mm512_mul_epu32(self.0, other.0), half);
            let odd = _mm512_mul_epu32(_mm512_srli_epi64::<32>(self.0), _mm512_srli_epi64::<32>(other.0));
            let odd = _mm512_add_epi64(odd, half);
            Self(_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64::<32>(even), odd))
        }
    }
    #[inline(always)]
    unsafe fn store_in_turn(self, odd: Self, to: *mut i32) {
        lanes! {
            let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            _mm512_storeu_si512(to.cast(), _mm512_permutex2var_epi32(self.0, first, odd.0));
            _mm512_storeu_si512(to.add(16).cast(), _mm512_permutex2var_epi32(self.0, second, odd.0));
        }
    }
    #[inline(always)]
    unsafe fn store_narrow(self, to: *mut u16) {
        lanes! { _mm256_storeu_si256(to.cast(), _mm512_cvtepi32_epi16(self.0)) }
    }
}
