//! The limit of the processor: independent fused multiply-adds.

use cpu_time::ThreadTime;

/// CPU seconds of this thread.
pub fn cpu_seconds() -> f64 {
    ThreadTime::now().as_duration().as_secs_f64()
}

/// Additions and multiplications a second, by the widest instructions there are, over a
/// millisecond or less: on machines that do other work the best of many short looks is the processor's.
pub fn flops() -> f64 {
    const ROUNDS: usize = 200_000;
    let begin = cpu_seconds();
    let operations = run(ROUNDS, std::hint::black_box(0.999));
    operations as f64 / (cpu_seconds() - begin)
}

#[cfg(target_arch = "x86_64")]
fn run(rounds: usize, factor: f32) -> usize {
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the instructions are there.
        return unsafe { avx512(rounds, factor) };
    }
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the instructions are there.
        return unsafe { avx2(rounds, factor) };
    }
    plain(rounds, factor)
}

#[cfg(not(target_arch = "x86_64"))]
fn run(rounds: usize, factor: f32) -> usize {
    plain(rounds, factor)
}

/// Sums side by side: enough that none waits for itself, few enough for the registers.
const SUMS: usize = 12;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn avx512(rounds: usize, factor: f32) -> usize {
    use std::arch::x86_64::*;
    let (factor, one) = (_mm512_set1_ps(factor), _mm512_set1_ps(1.0));
    let mut sums = [one; SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(one, factor, *sum);
        }
    }
    std::hint::black_box(sums);
    rounds * SUMS * 16 * 2
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(rounds: usize, factor: f32) -> usize {
    use std::arch::x86_64::*;
    let (factor, one) = (_mm256_set1_ps(factor), _mm256_set1_ps(1.0));
    let mut sums = [one; SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(one, factor, *sum);
        }
    }
    std::hint::black_box(sums);
    rounds * SUMS * 8 * 2
}

fn plain(rounds: usize, factor: f32) -> usize {
    let mut sums = [1.0f32; SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = factor.mul_add(1.0, *sum);
        }
    }
    std::hint::black_box(sums);
    rounds * SUMS * 2
}
