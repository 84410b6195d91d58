//! Dense models in tract: all windows of a lane in one run.

use anyhow::Result;
use tract_onnx::prelude::*;

use super::{TractPlan, one_hot, plan};
use crate::engine::{Engine, Scorer};
use crate::model::Model;
use crate::sequence::Base;

/// Bases of a lane beyond a window: few enough for the caches, and many compared with the window.
const SPAN: usize = 4096;

/// Length of all lanes. Fixed shapes run several times faster than symbolic ones, so a short lane
/// is padded.
pub struct DenseEngine {
    plan: TractPlan,
    lane: usize,
    step: usize,
    /// The outputs to return.
    labels: Vec<usize>,
    /// Number of outputs of the graph.
    channels: usize,
    reason: String,
}

impl DenseEngine {
    /// `reason` tells why tract runs the model.
    pub fn new(model: &Model, labels: &[usize], reason: &str) -> Result<Self> {
        let contract = &model.contract;
        let (window, step) = (contract.window, contract.step);
        let windows = SPAN.max(window).div_ceil(step);
        let lane = window + (windows - 1) * step;
        Ok(Self {
            plan: plan(model, 1, lane)?,
            lane,
            step,
            labels: labels.to_vec(),
            channels: model.outputs,
            reason: reason.to_owned(),
        })
    }
}

impl Engine for DenseEngine {
    fn scorer(&self) -> Result<Box<dyn Scorer>> {
        Ok(Box::new(DenseScorer {
            state: self.plan.spawn()?,
            lane: self.lane,
            step: self.step,
            labels: self.labels.clone(),
            channels: self.channels,
        }))
    }

    fn name(&self) -> String {
        format!("tract ({})", self.reason)
    }
}

struct DenseScorer {
    state: TypedSimpleState,
    lane: usize,
    step: usize,
    labels: Vec<usize>,
    channels: usize,
}

impl Scorer for DenseScorer {
    fn lane(&self) -> usize {
        self.lane
    }

    fn step(&self) -> usize {
        self.step
    }

    fn score(&mut self, bases: &[Base], starts: &[u32], out: &mut Vec<f32>) -> Result<()> {
        let mut input = Tensor::zero::<f32>(&[1, 4, self.lane])?;
        one_hot(
            bases,
            self.lane,
            input.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?,
        );
        let outputs = self.state.run(tvec!(input.into_tvalue()))?;
        let scores = outputs[0].try_as_plain_ram()?.as_slice::<f32>()?;
        let windows = scores.len() / self.channels;
        out.clear();
        out.reserve(starts.len() * self.labels.len());
        for &start in starts {
            let at = start as usize / self.step;
            out.extend(self.labels.iter().map(|label| scores[label * windows + at]));
        }
        Ok(())
    }
}
