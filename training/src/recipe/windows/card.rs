//! What a model file of windows says of itself.

use serde::{Deserialize, Serialize};

/// What the model file says of itself beyond what the run knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub task: String,
    pub labels: Vec<String>,
    pub output: Output,
    pub strand: Strand,
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
pub enum Strand {
    Stranded,
    /// The mean of both strands is what counts, also in every figure.
    Symmetric,
}
