//! Checks that a dense model's output at a window depends on that window alone.
//!
//! With padding, a softmax or a mean over positions, a cumulative sum or instance normalisation,
//! the output depends on other bases of the stretch, and rows would depend on where chunks begin.
//! The check scores windows of random stretches alone and within their stretch.

use anyhow::Context;
use fastrand::Rng;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

use super::contract::Contract;
use super::fault::GraphError;

/// Windows of each stretch that are scored alone: the first, the last, and some others.
const ALONE: usize = 8;
/// Bases beyond a window in the longer stretch.
const REACH: usize = 2000;
/// Tolerance for the order of sums, as a share of the spread of all outputs.
const OF_SPREAD: f32 = 1e-4;
/// The same as a share of the largest output, where outputs hardly differ.
const OF_SIZE: f32 = 1e-5;

/// Scores random stretches of two lengths whole, and windows of them alone.
///
/// # Errors
///
/// The first window whose outputs differ by more than rounding explains.
pub(super) fn check(proto: &ModelProto, contract: &Contract) -> Result<(), GraphError> {
    let Contract { window, step, .. } = *contract;
    let labels = contract.labels.len();
    let failed = |error: TractError| GraphError::Inference(super::graph::line(&error));
    let one = plan(proto, window).map_err(failed)?;
    // Neither length is a multiple of the step.
    for (seed, bases) in [
        (1, window + 5 * step + step / 2),
        (2, window + REACH + step / 2),
    ] {
        let mut random = Rng::with_seed(seed);
        let codes: Vec<usize> = (0..bases).map(|_| base(&mut random)).collect();
        let windows = (bases - window) / step + 1;
        let last = windows - 1;
        let chosen: Vec<_> = (0..ALONE).map(|i| last * i / (ALONE - 1)).collect();
        let long = plan(proto, bases).map_err(failed)?;
        let whole = run(&long, &codes).map_err(failed)?;
        let mut alone = Vec::new();
        for at in &chosen {
            alone.extend(run(&one, &codes[at * step..at * step + window]).map_err(failed)?);
        }
        if whole.len() != labels * windows || alone.len() != labels * ALONE {
            return Err(GraphError::Unfit(
                "gives outputs of another shape".to_owned(),
            ));
        }
        let allowed = tolerance(whole.iter().chain(&alone));
        for (i, at) in chosen.iter().enumerate() {
            for label in 0..labels {
                let (within, alone) = (whole[label * windows + at], alone[i * labels + label]);
                // A value that is not finite is reported when it is scored.
                if (within - alone).abs() > allowed {
                    return Err(GraphError::NotLocal {
                        within,
                        alone,
                        bases,
                        start: at * step,
                    });
                }
            }
        }
    }
    Ok(())
}

fn tolerance<'a>(outputs: impl Iterator<Item = &'a f32>) -> f32 {
    let finite = outputs.copied().filter(|output| output.is_finite());
    let (least, most) = finite.fold((f32::MAX, f32::MIN), |(least, most), output| {
        (least.min(output), most.max(output))
    });
    let size = least.abs().max(most.abs()).max(1.0);
    OF_SPREAD * (most - least).max(0.0) + OF_SIZE * size
}

/// A random base; one in 64 is unknown.
fn base(random: &mut Rng) -> usize {
    match random.u8(..64) {
        0 => 4,
        _ => random.usize(..4),
    }
}

fn plan(proto: &ModelProto, bases: usize) -> TractResult<Arc<TypedRunnableModel>> {
    tract_onnx::onnx()
        .with_ignore_value_info(true)
        .model_for_proto_model(proto)?
        .with_input_fact(0, f32::fact([1, 4, bases]).into())?
        .into_optimized()?
        .into_runnable()
}

/// Outputs for a stretch, `[labels][windows]`.
fn run(plan: &Arc<TypedRunnableModel>, codes: &[usize]) -> TractResult<Vec<f32>> {
    let plane = |base| {
        codes
            .iter()
            .map(move |&code| f32::from(u8::from(code == base)))
    };
    let planes: Vec<f32> = (0..4).flat_map(plane).collect();
    let input = Tensor::from_shape(&[1, 4, codes.len()], &planes)?;
    let outputs = plan.spawn()?.run(tvec!(input.into_tvalue()))?;
    let output = outputs.first().context("no output")?;
    Ok(output.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
}
