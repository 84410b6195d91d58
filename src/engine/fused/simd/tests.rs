use super::*;

/// Applies a function to numbers, a vector at a time.
struct MapSlice<'a, const FUNCTION: usize>(&'a mut [f32]);

impl<const FUNCTION: usize> SimdTask for MapSlice<'_, FUNCTION> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for part in self.0.chunks_exact_mut(S::LANES) {
            // SAFETY: a part is one vector long.
            unsafe {
                let x = S::load(part.as_ptr());
                let y = match FUNCTION {
                    EXP => exp::<S>(x),
                    SIGMOID => sigmoid::<S>(x),
                    MAX => S::max(x, S::splat(0.0)),
                    _ => S::min(x, S::splat(0.0)),
                };
                S::store(y, part.as_mut_ptr());
            }
        }
    }
}

const EXP: usize = 0;
const SIGMOID: usize = 1;
const MAX: usize = 2;
const MIN: usize = 3;

/// Numbers of all sizes, some that are none among them.
fn numbers() -> Vec<f32> {
    let mut numbers: Vec<_> = (-80_000..80_000).map(|i| i as f32 / 800.0).collect();
    numbers.extend([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 0.0]);
    numbers.extend([f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-40]);
    numbers.resize(numbers.len().next_multiple_of(MAX_LANES), 1.0);
    numbers
}

fn mapped<const FUNCTION: usize>(isa: Isa) -> Vec<f32> {
    let mut numbers = numbers();
    // SAFETY: the task reads and writes the slice only.
    unsafe { isa.run(MapSlice::<FUNCTION>(&mut numbers)) };
    numbers
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    // All that are no numbers are one.
    let bits = |x: &f32| if x.is_nan() { u32::MAX } else { x.to_bits() };
    numbers.iter().map(bits).collect()
}

#[test]
fn functions_give_the_same_bits_on_every_instruction_set() {
    for isa in Isa::all() {
        let same = |a: Vec<f32>, b: Vec<f32>| assert!(bits(&a) == bits(&b), "{isa:?}");
        let plain = Isa(Set::Portable);
        same(mapped::<EXP>(isa), mapped::<EXP>(plain));
        same(mapped::<SIGMOID>(isa), mapped::<SIGMOID>(plain));
        same(mapped::<MAX>(isa), mapped::<MAX>(plain));
        same(mapped::<MIN>(isa), mapped::<MIN>(plain));
    }
}

#[test]
fn functions_are_what_they_say() {
    let (exps, sigmoids) = (mapped::<EXP>(Isa::best()), mapped::<SIGMOID>(Isa::best()));
    for ((x, exp), sigmoid) in numbers().into_iter().zip(exps).zip(sigmoids) {
        let x = f64::from(x);
        if (-87.0..=88.0).contains(&x) {
            let error = f64::from(exp) / x.exp() - 1.0;
            assert!(error.abs() < 3e-7, "exp({x}) is off by {error}");
        }
        if x.is_finite() {
            let error = f64::from(sigmoid) - 1.0 / (1.0 + (-x).exp());
            assert!(error.abs() < 2e-7, "sigmoid({x}) is off by {error}");
        }
    }
}

#[test]
fn the_best_instruction_set_comes_first_and_has_a_name() {
    assert_eq!(Isa::named(Isa::best().word()), Some(Isa::best()));
    assert_eq!(Isa::named("abacus"), None);
}
