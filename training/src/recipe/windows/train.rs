//! How long and how fast a recipe of windows learns.

use serde::{Deserialize, Serialize};

use crate::net::optimiser::Rule;
use crate::recipe::distil::Distil;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowsTrain {
    /// Run whose best network's tensors this one starts from, where name and size are the same.
    pub start: Option<String>,
    pub epochs: usize,
    /// Share of the examples that an epoch draws.
    #[serde(default = "whole")]
    pub share: f64,
    /// Examples a step, drawn negatives among them.
    pub batch: usize,
    pub learning_rate: f64,
    pub schedule: Schedule,
    #[serde(default)]
    pub warmup: usize,
    #[serde(default)]
    pub weight_decay: f64,
    /// Decay a step of the running mean of the weights, which is evaluated; 0: no mean.
    #[serde(default)]
    pub averaging: f64,
    /// Epochs between evaluations.
    #[serde(default = "one")]
    pub evaluate_every: usize,
    /// Evaluations without a better one before it stops.
    pub patience: usize,
    /// The validation figure that picks the best epoch.
    pub select: Select,
    #[serde(default)]
    pub loss: Loss,
    #[serde(default)]
    pub optimiser: Rule,
    /// Forward and backward passes in bfloat16; weights stay single.
    #[serde(default)]
    pub bf16: bool,
    /// Each batch is of one block of known bases (a chromosome's part), drawn at random.
    #[serde(default)]
    pub one_block: bool,
    /// Its teachers score the windows as they are changed for a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distil: Option<Distil>,
}

/// What classes are learnt by.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Cross-entropy of the logits.
    #[default]
    CrossEntropy,
    /// The slip of a sigmoid before a loss that takes logits: cross-entropy of probabilities taken
    /// for logits.
    SigmoidTwice,
}

fn one() -> usize {
    1
}

fn whole() -> f64 {
    1.0
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    Constant,
    /// Up to the rate over the first three tenths of the steps, then to zero, both as a cosine
    /// (Smith and Topin, arXiv:1708.07120; torch's `OneCycleLR`).
    OneCycle,
    /// To zero, as a cosine.
    Cosine,
    /// Linearly to this share of the first rate.
    Linear(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    Accuracy,
    Auroc,
    AveragePrecision,
    R2,
    Pearson,
}

impl std::fmt::Display for Select {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Select::Accuracy => "accuracy",
            Select::Auroc => "AUROC",
            Select::AveragePrecision => "average precision",
            Select::R2 => "R²",
            Select::Pearson => "Pearson's coefficient",
        })
    }
}
