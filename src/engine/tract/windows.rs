//! Window models in tract: batches of windows.

use anyhow::Result;
use tract_onnx::prelude::*;

use super::{TractPlan, one_hot, plan};
use crate::engine::{Engine, Scorer};
use crate::model::Model;
use crate::sequence::Base;

const BATCH: usize = 16;
/// Bases of a lane beyond a window.
const SPAN: usize = 4096;

pub struct WindowEngine {
    plan: TractPlan,
    window: usize,
    step: usize,
    /// The outputs to return.
    labels: Vec<usize>,
    /// Number of outputs of the graph.
    channels: usize,
}

impl WindowEngine {
    pub fn new(model: &Model, labels: &[usize]) -> Result<Self> {
        let (window, step) = (model.contract.window, model.contract.step);
        Ok(Self {
            plan: plan(model, BATCH, window)?,
            window,
            step,
            labels: labels.to_vec(),
            channels: model.outputs,
        })
    }
}

impl Engine for WindowEngine {
    fn scorer(&self) -> Result<Box<dyn Scorer>> {
        Ok(Box::new(WindowScorer {
            plan: self.plan.clone(),
            window: self.window,
            step: self.step,
            labels: self.labels.clone(),
            channels: self.channels,
        }))
    }

    fn name(&self) -> String {
        "tract (one window at a time)".to_owned()
    }
}

struct WindowScorer {
    plan: TractPlan,
    window: usize,
    step: usize,
    labels: Vec<usize>,
    channels: usize,
}

impl Scorer for WindowScorer {
    fn lane(&self) -> usize {
        self.window + SPAN
    }

    fn step(&self) -> usize {
        self.step
    }

    fn score(&mut self, bases: &[Base], starts: &[u32], out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        for batch in starts.chunks(BATCH) {
            let mut input = Tensor::zero::<f32>(&[BATCH, 4, self.window])?;
            let mut view = input.try_as_plain_ram_mut()?;
            let planes = view
                .as_slice_mut::<f32>()?
                .chunks_exact_mut(4 * self.window);
            for (&start, planes) in batch.iter().zip(planes) {
                let start = start as usize;
                one_hot(&bases[start..start + self.window], self.window, planes);
            }
            // A new state for each run, since recurrent layers keep theirs.
            let outputs = self.plan.spawn()?.run(tvec!(input.into_tvalue()))?;
            let scores = outputs[0].try_as_plain_ram()?.as_slice::<f32>()?;
            let windows = scores.chunks_exact(self.channels).take(batch.len());
            out.extend(windows.flat_map(|all| self.labels.iter().map(|&label| all[label])));
        }
        Ok(())
    }
}
