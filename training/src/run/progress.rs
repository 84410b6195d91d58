//! The progress of a run.

use serde::{Deserialize, Serialize};

use crate::run::task::{Pace, Validation};

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Progress {
    pub round: usize,
    pub step: usize,
    /// Of the processor.
    pub seconds: f64,
    /// Validation figure of the weights that are kept; none before the first evaluation.
    pub best: Option<f64>,
    pub best_round: usize,
    pub best_step: usize,
    /// Evaluations since then.
    pub since_best: usize,
    pub finished: bool,
    /// A row an evaluation.
    pub curve: Vec<Evaluated>,
}

/// An evaluation on the validation part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evaluated {
    /// Where the run counts by epochs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<usize>,
    pub step: usize,
    /// Mean training loss since the evaluation before.
    pub loss: f64,
    /// Result files of sites call it so, which were written before all runs had one loop.
    #[serde(alias = "average_precision")]
    pub figure: f64,
    /// Its parts, by name, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<(String, f64)>,
    /// Of windows: the loss that is learnt, and F1 of calls at logit 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_loss: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
}

impl Progress {
    /// Whether weights of this figure are kept.
    pub fn keeps(&self, figure: f64, pace: &Pace) -> bool {
        pace.keep_last || self.best.is_none_or(|best| figure > best)
    }

    /// Whether the budget or the patience is at its end.
    pub fn is_over(&self, pace: &Pace) -> bool {
        self.round >= pace.rounds || self.since_best >= pace.patience
    }

    /// Notes an evaluation, with the mean loss since the one before.
    pub fn note(&mut self, validation: Validation, loss: f64, pace: &Pace) {
        let Validation {
            figure,
            parts,
            loss: validation_loss,
            f1,
        } = validation;
        if self.keeps(figure, pace) {
            self.best = Some(figure);
            (self.best_round, self.best_step, self.since_best) = (self.round, self.step, 0);
        } else {
            self.since_best += 1;
        }
        self.curve.push(Evaluated {
            epoch: pace.epochs.then_some(self.round),
            step: self.step,
            loss,
            figure,
            parts,
            validation_loss,
            f1,
        });
    }
}
