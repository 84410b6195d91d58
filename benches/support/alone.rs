//! Tract on one window at a time, as a program without windrow would run it.

use tract_onnx::prelude::*;
use windrow::model::Model;

use crate::peak::cpu_seconds;

const WINDOWS: usize = 24;

/// CPU seconds that one run on one window takes, its encoding left out: the best of `rounds`.
pub fn seconds_a_window(model: &Model, rounds: usize) -> TractResult<f64> {
    let window = model.contract.window;
    let plan = tract_onnx::onnx()
        .with_ignore_value_info(true)
        .model_for_proto_model(&model.proto)?
        .with_input_fact(0, f32::fact([1, 4, window]).into())?
        .into_optimized()?
        .into_runnable()?;
    let one_hot: Vec<f32> = (0..4 * window)
        .map(|at| f32::from(u8::from((at % window) * 7 % 4 == at / window)))
        .collect();
    let input = Tensor::from_shape(&[1, 4, window], &one_hot)?.into_tvalue();
    let mut state = plan.spawn()?;
    let mut best = f64::MAX;
    for _ in 0..rounds {
        let begin = cpu_seconds();
        for _ in 0..WINDOWS {
            state.run(tvec!(input.clone()))?;
        }
        best = best.min((cpu_seconds() - begin) / WINDOWS as f64);
    }
    Ok(best)
}
