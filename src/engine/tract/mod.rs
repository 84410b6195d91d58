//! The engine that runs models with tract: those that the kernels cannot run, and any in tests.

mod dense;
mod windows;

use std::sync::Arc;

use anyhow::Result;
use tract_onnx::prelude::*;

pub use dense::DenseEngine;
pub use windows::WindowEngine;

use crate::model::Model;
use crate::sequence::Base;

type TractPlan = Arc<TypedRunnableModel>;

/// The model with its input fixed at `[batch, 4, length]`.
fn plan(model: &Model, batch: usize, length: usize) -> Result<TractPlan> {
    tract_onnx::onnx()
        .with_ignore_value_info(true)
        .model_for_proto_model(&model.proto)?
        .with_input_fact(0, f32::fact([batch, 4, length]).into())?
        .into_optimized()?
        .into_runnable()
}

/// Writes bases as four planes of `length` numbers, A C G T; an unknown base is zero in each.
fn one_hot(bases: &[Base], length: usize, planes: &mut [f32]) {
    let known = bases
        .iter()
        .enumerate()
        .filter(|(_, base)| **base != Base::N);
    for (at, &base) in known {
        planes[base as usize * length + at] = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_one_hot_and_unknown_is_zero() {
        let mut planes = [0.0; 24];
        one_hot(&[0, 3, 4, 2, 1].map(Base::of), 6, &mut planes);
        let expected: [[f32; 6]; 4] = [
            [1., 0., 0., 0., 0., 0.],
            [0., 0., 0., 0., 1., 0.],
            [0., 0., 0., 1., 0., 0.],
            [0., 1., 0., 0., 0., 0.],
        ];
        assert_eq!(planes.as_slice(), expected.as_flattened());
    }
}
