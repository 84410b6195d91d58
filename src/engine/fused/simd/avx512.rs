//! AVX-512: 16 numbers side by side.

use std::arch::x86_64::*;

use super::{Simd, SimdTask};

#[derive(Clone, Copy)]
pub struct Avx512;

#[target_feature(enable = "avx512f")]
pub unsafe fn run<T: SimdTask>(task: T) -> T::Output {
    // SAFETY: this function has AVX-512; what the task asks for besides, the caller of `Isa::run` holds.
    unsafe { task.run::<Avx512>() }
}

// SAFETY, of each: the instructions are there, as the trait asks; a pointer has as many numbers
// behind it as the trait says.
#[rustfmt::skip]
impl Simd for Avx512 {
    type Vector = __m512;
    type Table = [__m512; 2];
    const LANES: usize = 16;
    const TILE: [usize; 2] = [8, 3];

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m512 { unsafe { _mm512_set1_ps(x) } }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 { unsafe { _mm512_loadu_ps(from) } }
    #[inline(always)]
    unsafe fn store(x: __m512, to: *mut f32) { unsafe { _mm512_storeu_ps(to, x) } }
    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_add_ps(a, b) } }
    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_sub_ps(a, b) } }
    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_mul_ps(a, b) } }
    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_div_ps(a, b) } }
    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_max_ps(a, b) } }
    #[inline(always)]
    unsafe fn min(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_min_ps(a, b) } }
    #[inline(always)]
    unsafe fn mul_add(a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn power_of_two(x: __m512) -> __m512 {
        unsafe {
            let n = _mm512_slli_epi32::<23>(_mm512_castps_si512(x));
            _mm512_castsi512_ps(_mm512_add_epi32(n, _mm512_set1_epi32(127 << 23)))
        }
    }
    #[inline(always)]
    unsafe fn table(from: *const f32) -> [__m512; 2] {
        unsafe { [_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(16))] }
    }
    #[inline(always)]
    unsafe fn look_up(table: [__m512; 2], places: *const u32) -> __m512 {
        unsafe { _mm512_permutex2var_ps(table[0], _mm512_loadu_si512(places.cast()), table[1]) }
    }
}
