//! Vectors of numbers on each instruction set, and the choice among them.
//!
//! Every operation rounds once, as IEEE 754 says, and none depends on how many numbers lie side
//! by side. So a kernel that adds up each output in one order gives the same bits everywhere.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(test)]
mod tests;

/// Most numbers in a vector.
pub const MAX_LANES: usize = 16;
/// Numbers in the table of a look-up.
pub const TABLE: usize = 32;

/// The vectors of an instruction set.
///
/// # Safety
///
/// Methods may run only where the instruction set is there: inside [`Isa::run`].
pub trait Simd: Copy {
    type Vector: Copy;
    /// A table of [`TABLE`] numbers, where look-ups want it.
    type Table: Copy;
    /// Numbers in a vector; divides [`MAX_LANES`].
    const LANES: usize;
    /// Most channels of a tile, and the vectors that it is wide: its sums fill the registers.
    const TILE: [usize; 2];

    unsafe fn splat(x: f32) -> Self::Vector;
    /// Reads `LANES` numbers.
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// Writes `LANES` numbers.
    unsafe fn store(x: Self::Vector, to: *mut f32);
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn div(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a` where it is greater, else `b`: also where one is no number.
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a` where it is less, else `b`: also where one is no number.
    unsafe fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`, rounded once.
    unsafe fn mul_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// 2 to the power of the integer in the low bits of `x`, -126 to 127.
    unsafe fn power_of_two(x: Self::Vector) -> Self::Vector;
    /// Reads [`TABLE`] numbers.
    unsafe fn table(from: *const f32) -> Self::Table;
    /// The numbers at `LANES` places below [`TABLE`].
    unsafe fn look_up(table: Self::Table, places: *const u32) -> Self::Vector;
}

/// Work that is the same on any instruction set.
pub trait SimdTask {
    type Output;

    /// Must be `#[inline(always)]`, with all that it calls.
    ///
    /// # Safety
    ///
    /// See [`Simd`]; each task adds its own terms.
    unsafe fn run<S: Simd>(self) -> Self::Output;
}

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

impl Isa {
    /// The best that this machine has.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// All that this machine has, the best first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                all.push(Self(Set::Avx512));
            }
            if std::arch::is_x86_feature_detected!("avx2")
                && std::arch::is_x86_feature_detected!("fma")
            {
                all.push(Self(Set::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self(Set::Neon));
        all.push(Self(Set::Portable));
        all
    }

    /// The one of this name, if this machine has it.
    pub fn named(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|isa| isa.word() == word)
    }

    pub fn word(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Set::Neon => "neon",
            Set::Portable => "portable",
        }
    }

    /// Numbers in a vector.
    pub fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => avx512::Avx512::LANES,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => avx2::Avx2::LANES,
            #[cfg(target_arch = "aarch64")]
            Set::Neon => neon::Neon::LANES,
            Set::Portable => portable::Portable::LANES,
        }
    }

    /// See [`Simd::TILE`].
    pub fn tile(self) -> [usize; 2] {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => avx512::Avx512::TILE,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => avx2::Avx2::TILE,
            #[cfg(target_arch = "aarch64")]
            Set::Neon => neon::Neon::TILE,
            Set::Portable => portable::Portable::TILE,
        }
    }

    /// Runs a task with this instruction set.
    ///
    /// # Safety
    ///
    /// That of the task.
    pub unsafe fn run<T: SimdTask>(self, task: T) -> T::Output {
        // SAFETY: an `Isa` is made only where its instructions were detected.
        unsafe {
            match self.0 {
                #[cfg(target_arch = "x86_64")]
                Set::Avx512 => avx512::run(task),
                #[cfg(target_arch = "x86_64")]
                Set::Avx2 => avx2::run(task),
                #[cfg(target_arch = "aarch64")]
                Set::Neon => neon::run(task),
                Set::Portable => task.run::<portable::Portable>(),
            }
        }
    }
}

/// `exp(x)` within 2e-7 of its value; x is held within -87 and 88.
///
/// x = n ln 2 + r, and exp(r) is a polynomial: the minimax one of degree 5 for the relative
/// error (7.5e-8) on |r| <= ln 2 / 2.
#[inline(always)]
pub unsafe fn exp<S: Simd>(x: S::Vector) -> S::Vector {
    /// Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    const ROUNDER: f32 = 12_582_912.0;
    /// Head and tail of ln 2; a product of the head and a small integer is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const EXP: [f32; 6] = [
        1.000_000_1,
        0.999_999_7,
        0.499_988_94,
        0.166_675_75,
        0.041_915_383,
        0.008_297_655,
    ];
    // SAFETY: nothing touches memory; the instructions are there, for the caller runs inside
    // `Isa::run`. `sum` holds n in its low bits, -126 to 127 for the x that is left.
    unsafe {
        let x = S::min(S::max(x, S::splat(-87.0)), S::splat(88.0));
        let sum = S::mul_add(x, S::splat(std::f32::consts::LOG2_E), S::splat(ROUNDER));
        let n = S::sub(sum, S::splat(ROUNDER));
        let r = S::mul_add(n, S::splat(-LN_2[0]), x);
        let r = S::mul_add(n, S::splat(-LN_2[1]), r);
        let mut p = S::splat(EXP[5]);
        p = S::mul_add(p, r, S::splat(EXP[4]));
        p = S::mul_add(p, r, S::splat(EXP[3]));
        p = S::mul_add(p, r, S::splat(EXP[2]));
        p = S::mul_add(p, r, S::splat(EXP[1]));
        p = S::mul_add(p, r, S::splat(EXP[0]));
        S::mul(p, S::power_of_two(sum))
    }
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
pub unsafe fn sigmoid<S: Simd>(x: S::Vector) -> S::Vector {
    // SAFETY: as in `exp`.
    unsafe {
        let one = S::splat(1.0);
        S::div(one, S::add(one, exp::<S>(S::sub(S::splat(0.0), x))))
    }
}
