//! Running a model: bases in, raw outputs of windows out.

mod choice;
mod fused;
mod tract;

use std::sync::Arc;

use anyhow::Result;

use crate::model::{Model, Shape};
use crate::sequence::reverse_complement;
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
    /// `bases` holds codes 0..=4, `starts` ascending multiples of the step, of which the last one
    /// is that of the window that ends with the bases; `out` becomes `[starts.len()][labels]`.
    fn score(&mut self, bases: &[u8], starts: &[u32], out: &mut Vec<f32>) -> Result<()>;

    /// The same for the reverse complements of these windows, in the same order.
    fn score_reverse(&mut self, bases: &[u8], starts: &[u32], out: &mut Vec<f32>) -> Result<()> {
        let last = starts.last().copied().unwrap_or(0);
        let mut mirrored = Vec::new();
        reverse_complement(bases, &mut mirrored);
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
    let isa = kernels(choice);
    match (model.shape, isa) {
        (Shape::Window, _) => Ok(Arc::new(tract::Windows::new(model)?)),
        (Shape::Dense, None) => Ok(Arc::new(tract::Dense::new(model, "as asked")?)),
        (Shape::Dense, Some(isa)) => match Fused::new(model, isa, stride) {
            Ok(fused) => Ok(Arc::new(fused)),
            Err(unknown) => Ok(Arc::new(tract::Dense::new(model, &unknown.to_string())?)),
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
        named => Isa::named(named.word()),
    }
}

/// The instruction set that kernels use on this machine.
pub fn instructions() -> &'static str {
    Isa::best().word()
}
