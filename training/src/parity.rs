//! The proof that a model file run by the filter gives what the trained network gave.

use anyhow::{Result, ensure};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Device;
use windrow::model::Output;
use windrow::sequence::Base;

use crate::network::{Mode, Network, one_hot};

/// Windows of each kind, random and real, that the proof compares.
pub const PROVED: usize = 200;

/// Largest difference between tch and tract: of probabilities, or of values in deviations.
const TOLERANCE: f64 = 1e-5;
const VALUE_TOLERANCE: f64 = 1e-4;

/// Compares both on `windows` and as many random ones, and says by how much they differ at most.
pub fn prove(network: &Network, model: &[u8], mut windows: Vec<Vec<u8>>, seed: u64) -> Result<()> {
    windows.extend(random_windows(network.graph.window(), PROVED, seed));
    let model = windrow::model::parse(model, "exported model")?;
    let engine = windrow::engine::engine(&model)?;
    let mut scorer = engine.scorer()?;
    let (mut expected, mut got, mut run) = (Vec::new(), Vec::new(), Vec::new());
    for window in &windows {
        let sequence: Vec<_> = window.iter().map(|&code| Base::of(code)).collect();
        scorer.score(&sequence, &[0], &mut run)?;
        let bases = one_hot(&[window], Device::Cpu);
        let trained = tch::no_grad(|| network.forward(&bases, Mode::Infer));
        for (label, &value) in run.iter().enumerate() {
            expected.push(trained.double_value(&[0, label as i64, 0]));
            got.push(f64::from(value));
        }
    }
    let logit = model.contract.output == Output::Logit;
    let (unit, tolerance) = if logit {
        (1.0, TOLERANCE)
    } else {
        (deviation(&expected), VALUE_TOLERANCE)
    };
    let seen = |x: f64| if logit { 1.0 / (1.0 + (-x).exp()) } else { x };
    let differences = expected
        .iter()
        .zip(&got)
        .map(|(a, b)| (seen(*a) - seen(*b)).abs());
    let worst = differences.fold(0.0, f64::max) / unit;
    ensure!(worst <= tolerance, "tract differs from tch by {worst}");
    println!(
        "tract and tch differ by {worst:.1e} at most on {} windows",
        windows.len()
    );
    Ok(())
}

fn random_windows(window: usize, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || (0..window).map(|_| random.random_range(0..4)).collect();
    (0..count).map(|_| draw()).collect()
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    (squares / values.len() as f64).sqrt().max(1e-6)
}
