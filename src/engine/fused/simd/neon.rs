//! NEON: 4 numbers side by side.

use std::arch::aarch64::*;

use super::{Simd, SimdTask};

#[derive(Clone, Copy)]
pub struct Neon;

#[target_feature(enable = "neon")]
pub unsafe fn run<T: SimdTask>(task: T) -> T::Output {
    // SAFETY: this function has NEON; what the task asks for besides, the caller of `Isa::run` holds.
    unsafe { task.run::<Neon>() }
}

// SAFETY, of each: the instructions are there, as the trait asks; a pointer has as many numbers
// behind it as the trait says.
#[rustfmt::skip]
impl Simd for Neon {
    type Vector = float32x4_t;
    type Table = *const f32;
    const LANES: usize = 4;
    const TILE: [usize; 2] = [8, 2];

    #[inline(always)]
    unsafe fn splat(x: f32) -> float32x4_t { unsafe { vdupq_n_f32(x) } }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> float32x4_t { unsafe { vld1q_f32(from) } }
    #[inline(always)]
    unsafe fn store(x: float32x4_t, to: *mut f32) { unsafe { vst1q_f32(to, x) } }
    #[inline(always)]
    unsafe fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t { unsafe { vaddq_f32(a, b) } }
    #[inline(always)]
    unsafe fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t { unsafe { vsubq_f32(a, b) } }
    #[inline(always)]
    unsafe fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t { unsafe { vmulq_f32(a, b) } }
    #[inline(always)]
    unsafe fn div(a: float32x4_t, b: float32x4_t) -> float32x4_t { unsafe { vdivq_f32(a, b) } }
    // Not vmaxq and vminq: they differ where one is no number.
    #[inline(always)]
    unsafe fn max(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) }
    }
    #[inline(always)]
    unsafe fn min(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        unsafe { vbslq_f32(vcltq_f32(a, b), a, b) }
    }
    #[inline(always)]
    unsafe fn mul_add(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        unsafe { vfmaq_f32(c, a, b) }
    }
    #[inline(always)]
    unsafe fn power_of_two(x: float32x4_t) -> float32x4_t {
        unsafe {
            let n = vshlq_n_s32::<23>(vreinterpretq_s32_f32(x));
            vreinterpretq_f32_s32(vaddq_s32(n, vdupq_n_s32(127 << 23)))
        }
    }
    #[inline(always)]
    unsafe fn table(from: *const f32) -> *const f32 { from }
    #[inline(always)]
    unsafe fn look_up(table: *const f32, places: *const u32) -> float32x4_t {
        unsafe {
            let found: [f32; 4] = std::array::from_fn(|i| *table.add(*places.add(i) as usize));
            vld1q_f32(found.as_ptr())
        }
    }
}
