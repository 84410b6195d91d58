//! Engines, which compute the raw outputs of windows.

mod choice;
mod fused;
mod tract;

use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::model::{Model, Shape};
use crate::sequence::Base;
pub use choice::EngineChoice;
use fused::{Fused, Isa};

/// A model that is prepared to run; shared by all workers.
pub trait Engine: Send + Sync {
    /// Makes the state of one worker.
    fn scorer(&self) -> Result<Box<dyn Scorer>>;

    /// Name of the engine, and why it was chosen, in a few words.
    fn name(&self) -> String;

    /// Additions and multiplications for one more window on one strand, if known.
    fn flops(&self) -> Option<usize> {
        None
    }
}

/// The state of one worker.
pub trait Scorer {
    /// Longest stretch that `score` takes, in bases. Callers pack several stretches into it.
    fn lane(&self) -> usize;

    /// Starts are multiples of this: the model's step, or the stride of the engine.
    fn step(&self) -> usize;

    /// Raw outputs (logits or values) of the windows of `bases` that begin at `starts`.
    ///
    /// `starts` holds ascending multiples of the step; the last window ends where the bases end.
    /// `out` becomes `[starts.len()][labels]`.
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

/// Prepares a model to run at its own step, with the fastest engine.
pub fn engine(model: &Model) -> Result<Arc<dyn Engine>> {
    engine_of_choice(model, model.contract.step, EngineChoice::Auto)
}

/// Prepares a model to run on windows `stride` bases apart, a multiple of its step. If kernels are
/// chosen that cannot run the model, tract runs it.
pub fn engine_of_choice(
    model: &Model,
    stride: usize,
    choice: EngineChoice,
) -> Result<Arc<dyn Engine>> {
    let labels: Vec<_> = (0..model.contract.labels.len()).collect();
    engine_of(model, &labels, stride, choice)
}

/// Prepares a model for some of its labels, by their indexes in [`Contract::labels`]. Outputs are
/// `[starts][chosen]`, in the order of `labels`, with the same numbers as those of the whole model.
///
/// Kernels leave out channels that only other labels need; tract computes all of them.
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
    let outputs: Vec<_> = labels.iter().map(|&label| model.output_of[label]).collect();
    let labels = outputs.as_slice();
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

/// Whether this machine supports an engine.
pub fn is_supported(choice: EngineChoice) -> bool {
    matches!(choice, EngineChoice::Auto | EngineChoice::Tract) || kernels(choice).is_some()
}

/// The instruction set of the kernels; none for tract.
fn kernels(choice: EngineChoice) -> Option<Isa> {
    match choice {
        EngineChoice::Auto => Some(Isa::best()),
        EngineChoice::Tract => None,
        named => Isa::named(&named.to_string()),
    }
}

/// The best instruction set of this machine.
pub fn instructions() -> &'static str {
    Isa::best().word()
}
