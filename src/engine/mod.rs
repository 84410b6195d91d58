//! Running a model: bases in, raw outputs of windows out.

mod choice;
mod fused;
mod tract;

use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::model::{Model, Shape};
use crate::sequence::Base;
pub use choice::EngineChoice;
use fused::{Fused, Isa};

/// One loaded model made ready to run; shared by all workers.
pub trait Engine: Send + Sync {
    /// The state of one worker.
    fn scorer(&self) -> Result<Box<dyn Scorer>>;

    /// What runs the model, and why, in a few words.
    fn name(&self) -> String;

    /// Additions and multiplications for one more window on one strand, where they are known.
    fn flops(&self) -> Option<usize> {
        None
    }
}

/// One worker's state.
pub trait Scorer {
    /// Longest stretch that `score` takes, in bases; callers pack several stretches into one.
    fn lane(&self) -> usize;

    /// What starts are multiples of: the model's step, or the stride that the engine is for.
    fn step(&self) -> usize;

    /// Raw outputs (logits or values) of the windows of `bases` that begin at `starts`.
    ///
    /// `starts` holds ascending multiples of the step, of which the last one is that of the window
    /// that ends with the bases; `out` becomes `[starts.len()][labels]`.
    fn score(&mut self, bases: &[Base], starts: &[u32], out: &mut Vec<f32>) -> Result<()>;

    /// The same for the reverse complements of these windows, in the same order.
    fn score_reverse(&mut self, bases: &[Base], starts: &[u32], out: &mut Vec<f32>) -> Result<()> {
        let last = starts.last().copied().unwrap_or(0);
        let mirrored: Vec<_> = bases.iter().rev().map(|base| base.complement()).collect();
        let from_end: Vec<_> = starts.iter().rev().map(|start| last - start).collect();
        self.score(&mirrored, &from_end, out)?;
        let labels = out.len() / starts.len().max(1);
        out.reverse();
        out.chunks_exact_mut(labels.max(1))
            .for_each(<[f32]>::reverse);
        Ok(())
    }
}

/// Makes a model ready to run at its own step, by the best way that there is for it.
pub fn engine(model: &Model) -> Result<Arc<dyn Engine>> {
    engine_of_choice(model, model.contract.step, EngineChoice::Auto)
}

/// Makes a model ready to run on windows `stride` bases apart, a multiple of its step. Kernels
/// that are asked for and do not fit the model leave it to tract.
pub fn engine_of_choice(
    model: &Model,
    stride: usize,
    choice: EngineChoice,
) -> Result<Arc<dyn Engine>> {
    let labels: Vec<_> = (0..model.contract.labels.len()).collect();
    engine_of(model, &labels, stride, choice)
}

/// The same for some of the model's labels, by their places in [`Contract::labels`]: outputs are
/// `[starts][chosen]`, in the order of `labels`, and each number is that of the whole model.
///
/// The kernels do not compute what only the other labels need; tract computes all of it.
///
/// [`Contract::labels`]: crate::model::Contract::labels
///
/// # Errors
///
/// If no label is chosen, if the model has no such label, or if tract fails.
pub fn engine_of(
    model: &Model,
    labels: &[usize],
    stride: usize,
    choice: EngineChoice,
) -> Result<Arc<dyn Engine>> {
    let there = model.contract.labels.len();
    ensure!(
        !labels.is_empty() && labels.iter().all(|&label| label < there),
        "labels {labels:?} of a model that has {there}"
    );
    match (model.shape, kernels(choice)) {
        (Shape::Window, _) => Ok(Arc::new(tract::WindowEngine::new(model, labels)?)),
        (Shape::Dense, None) => Ok(Arc::new(tract::DenseEngine::new(
            model, labels, "as asked",
        )?)),
        (Shape::Dense, Some(isa)) => match Fused::new(model, labels, isa, stride) {
            Ok(fused) => Ok(Arc::new(fused)),
            Err(unknown) => {
                let reason = unknown.to_string();
                Ok(Arc::new(tract::DenseEngine::new(model, labels, &reason)?))
            }
        },
    }
}

/// Whether this machine can run what was chosen.
pub fn is_there(choice: EngineChoice) -> bool {
    matches!(choice, EngineChoice::Auto | EngineChoice::Tract) || kernels(choice).is_some()
}

/// The instruction set of the kernels, if there are to be any.
fn kernels(choice: EngineChoice) -> Option<Isa> {
    match choice {
        EngineChoice::Auto => Some(Isa::best()),
        EngineChoice::Tract => None,
        named => Isa::named(&named.to_string()),
    }
}

/// The instruction set that kernels use on this machine.
pub fn instructions() -> &'static str {
    Isa::best().word()
}
