//! AVX2 and FMA: 8 numbers side by side.

use std::arch::x86_64::*;

use super::{Simd, SimdTask};

#[derive(Clone, Copy)]
pub struct Avx2;

#[target_feature(enable = "avx2,fma")]
pub unsafe fn run<T: SimdTask>(task: T) -> T::Output {
    // SAFETY: this function has AVX2 and FMA; what the task asks for besides, the caller of `Isa::run` holds.
    unsafe { task.run::<Avx2>() }
}

// SAFETY, of each: the instructions are there, as the trait asks; a pointer has as many numbers
// behind it as the trait says.
#[rustfmt::skip]
impl Simd for Avx2 {
    type Vector = __m256;
    type Table = *const f32;
    const LANES: usize = 8;
    const TILE: [usize; 2] = [6, 2];

    #[inline(always)]
    unsafe fn splat(x: f32) -> __m256 { unsafe { _mm256_set1_ps(x) } }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 { unsafe { _mm256_loadu_ps(from) } }
    #[inline(always)]
    unsafe fn store(x: __m256, to: *mut f32) { unsafe { _mm256_storeu_ps(to, x) } }
    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 { unsafe { _mm256_add_ps(a, b) } }
    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 { unsafe { _mm256_sub_ps(a, b) } }
    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 { unsafe { _mm256_mul_ps(a, b) } }
    #[inline(always)]
    unsafe fn div(a: __m256, b: __m256) -> __m256 { unsafe { _mm256_div_ps(a, b) } }
    #[inline(always)]
    unsafe fn max(a: __m256, b: __m256) -> __m256 { unsafe { _mm256_max_ps(a, b) } }
    #[inline(always)]
    unsafe fn min(a: __m256, b: __m256) -> __m256 { unsafe { _mm256_min_ps(a, b) } }
    #[inline(always)]
    unsafe fn mul_add(a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    unsafe fn power_of_two(x: __m256) -> __m256 {
        unsafe {
            let n = _mm256_slli_epi32::<23>(_mm256_castps_si256(x));
            _mm256_castsi256_ps(_mm256_add_epi32(n, _mm256_set1_epi32(127 << 23)))
        }
    }
    #[inline(always)]
    unsafe fn table(from: *const f32) -> *const f32 { from }
    #[inline(always)]
    unsafe fn look_up(table: *const f32, places: *const u32) -> __m256 {
        unsafe { _mm256_i32gather_ps::<4>(table, _mm256_loadu_si256(places.cast())) }
    }
}
