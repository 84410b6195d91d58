//! The proof that a model file run by the filter gives what the trained network gave.

use anyhow::{Result, ensure};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Device;
use windrow::model::Output;
use windrow::sequence::Base;

use crate::bases::one_hot;
use crate::net::network::{Mode, Network};

/// Windows of each kind, random and real, that the proof compares.
pub const PROVED: usize = 200;

/// Of the random windows.
const SEED: u64 = 1;

/// Largest difference between tch and tract: of probabilities, or of values in deviations.
const TOLERANCE: f64 = 1e-5;
const VALUE_TOLERANCE: f64 = 1e-4;

/// Compares both on `windows` and as many random ones, and prints the largest difference.
pub fn prove(network: &Network, model: &[u8], mut windows: Vec<Vec<u8>>) -> Result<()> {
    windows.extend(random_windows(network.graph.window(), PROVED, SEED));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::onnx;
    use crate::net::graph::{Act, Conv, Graph};
    use windrow::model::{Calibration, CallShape, Contract, Strandedness, Task};

    /// A dense graph with poolings, residual blocks and an odd window.
    fn stepped() -> Graph {
        let mut graph = Graph::default();
        let stem = graph.conv(0, 6, Conv::of(6, Act::Relu));
        let pooled = graph.max_pool(stem, 4);
        let next = graph.conv(pooled, 5, Conv::of(3, Act::Swish).normed());
        let pooled = graph.max_pool(next, 2);
        let wide = graph.conv(pooled, 5, Conv::of(3, Act::None).dilated(3));
        let sum = graph.add(pooled, wide, Act::Relu);
        let mean = graph.mean(sum, 4);
        graph.conv(mean, 1, Conv::of(1, Act::None));
        graph
    }

    #[test]
    fn a_step_of_a_long_lane_is_its_window_alone() {
        tch::manual_seed(8);
        let vs = tch::nn::VarStore::new(Device::Cpu);
        let network = Network::new(stepped(), &vs.root());
        let (window, step) = (network.graph.window(), network.graph.step());
        assert_eq!((step, network.graph.is_dense()), (8, true));
        let contract = Contract {
            name: "stepped".to_owned(),
            task: Task::Promoter,
            labels: vec!["x".to_owned()],
            window,
            step,
            anchor: network.graph.anchor(),
            strand: Strandedness::Stranded,
            output: Output::Logit,
            calls: CallShape::Point,
            distance: 10,
            calibration: vec![Calibration::new(vec![(-1.0, 0.1), (1.0, 0.9)]).unwrap()],
            threshold: vec![0.5],
            background: Vec::new(),
            assembly: String::new(),
            trained_on: String::new(),
            license: String::new(),
            recipe: String::new(),
            seed: "1".to_owned(),
            metrics: serde_json::json!({ "tables": [], "text": [] }),
            description: String::new(),
        };
        let keys = contract.to_metadata();
        let bytes = onnx::export(&network, &network.graph, &keys).unwrap();
        let model = windrow::model::parse(&bytes, "stepped").unwrap();
        let engine = windrow::engine::engine(&model).unwrap();
        for rest in 0..step {
            let places = 7;
            let length = window + (places - 1) * step + rest;
            let lane = random_windows(length, 1, rest as u64).remove(0);
            let bases = one_hot(&[&lane], Device::Cpu);
            let dense = tch::no_grad(|| network.forward(&bases, Mode::Infer));
            assert_eq!(dense.size(), [1, 1, places as i64]);
            let starts: Vec<u32> = (0..places).map(|place| (place * step) as u32).collect();
            let mut run = Vec::new();
            let mut scorer = engine.scorer().unwrap();
            let whole = lane[..length - rest].iter().map(|&code| Base::of(code));
            let whole: Vec<_> = whole.collect();
            scorer.score(&whole, &starts, &mut run).unwrap();
            for place in 0..places {
                let window = &lane[place * step..][..window];
                let alone = one_hot(&[window], Device::Cpu);
                let alone = tch::no_grad(|| network.forward(&alone, Mode::Infer));
                assert_eq!(alone.size(), [1, 1, 1]);
                let alone = alone.double_value(&[0, 0, 0]);
                let at = dense.double_value(&[0, 0, place as i64]);
                assert!((alone - at).abs() < 1e-5, "tch, place {place}, rest {rest}");
                let engine = f64::from(run[place]);
                assert!(
                    (alone - engine).abs() < 1e-4,
                    "engine, place {place}, rest {rest}"
                );
            }
        }
    }
}
