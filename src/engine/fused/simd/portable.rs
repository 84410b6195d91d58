//! Plain Rust, for any processor: one operation after the other.

use super::Simd;

#[derive(Clone, Copy)]
pub struct Portable;

const LANES: usize = 4;

#[inline(always)]
fn pairs(a: [f32; LANES], b: [f32; LANES], op: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    std::array::from_fn(|i| op(a[i], b[i]))
}

// SAFETY, of each: a pointer has as many numbers behind it as the trait says.
#[rustfmt::skip]
impl Simd for Portable {
    type Vector = [f32; LANES];
    type Table = *const f32;
    const LANES: usize = LANES;
    const TILE: [usize; 2] = [2, 2];

    #[inline(always)]
    unsafe fn splat(x: f32) -> [f32; LANES] { [x; LANES] }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> [f32; LANES] { unsafe { from.cast::<[f32; LANES]>().read() } }
    #[inline(always)]
    unsafe fn store(x: [f32; LANES], to: *mut f32) { unsafe { to.cast::<[f32; LANES]>().write(x) } }
    #[inline(always)]
    unsafe fn add(a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] { pairs(a, b, |a, b| a + b) }
    #[inline(always)]
    unsafe fn sub(a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] { pairs(a, b, |a, b| a - b) }
    #[inline(always)]
    unsafe fn mul(a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] { pairs(a, b, |a, b| a * b) }
    #[inline(always)]
    unsafe fn div(a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] { pairs(a, b, |a, b| a / b) }
    #[inline(always)]
    unsafe fn max(a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        pairs(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn min(a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        pairs(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn mul_add(a: [f32; LANES], b: [f32; LANES], c: [f32; LANES]) -> [f32; LANES] {
        std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
    }
    #[inline(always)]
    unsafe fn power_of_two(x: [f32; LANES]) -> [f32; LANES] {
        x.map(|x| f32::from_bits((x.to_bits() << 23).wrapping_add(127 << 23)))
    }
    #[inline(always)]
    unsafe fn table(from: *const f32) -> *const f32 { from }
    #[inline(always)]
    unsafe fn look_up(table: *const f32, places: *const u32) -> [f32; LANES] {
        unsafe { std::array::from_fn(|i| *table.add(*places.add(i) as usize)) }
    }
}
