//! The part of a window model's contract that the run does not give.

use serde::{Deserialize, Serialize};

use crate::recipe::about::About;

/// The part of the model file's contract that the run does not give.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowsCard {
    pub task: String,
    pub labels: Vec<String>,
    pub output: Output,
    pub strand: StrandRule,
    pub calls: String,
    pub distance: usize,
    /// The base of the window that the score is about (default: the middle).
    pub anchor: Option<usize>,
    pub assembly: String,
    pub trained_on: String,
    pub license: String,
    pub description: String,
    /// What the model is not good for, in plain words; one paragraph each.
    #[serde(default)]
    pub limits: Vec<String>,
    #[serde(default)]
    pub about: About,
}

/// What a network's numbers are, and so what it learns by: cross-entropy or squared error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    Logit,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrandRule {
    Stranded,
    /// The mean of both strands is what counts, also in every figure.
    Symmetric,
}
