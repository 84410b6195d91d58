//! The contract of a model file, in its `windrow.*` metadata keys.

mod metadata;
mod read;

use serde_json::Value as Json;

use super::background::Background;
use super::calibration::Calibration;
use strum::{Display, EnumString, VariantNames};

pub const MAX_WINDOW: usize = 100_000;
pub const MAX_LABELS: usize = 256;

/// What a model predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Task {
    ExonStart,
    Promoter,
    Enhancer,
    BindingSite,
    Expression,
}

/// Whether each strand has its own score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Strandedness {
    /// Each strand has its own score.
    Stranded,
    /// One score: the mean of both strands' outputs.
    Symmetric,
}

/// The kind of numbers in the output tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Output {
    /// Logits, turned into probabilities by the calibration.
    Logit,
    /// Predicted values, used unchanged.
    Value,
}

/// How windows at or above the threshold become calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum CallShape {
    /// A call is the best base within the distance.
    Point,
    /// A call spans windows that are within the distance of each other.
    Region,
}

/// Shape of the graph's input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[N, 4, L]` to `[N, labels, (L - window) / step + 1]` for any L.
    Dense,
    /// `[N, 4, window]` to `[N, labels]`.
    Window,
}

/// The contract that a model file states.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    pub name: String,
    pub task: Task,
    pub labels: Vec<String>,
    /// Length of a window, in bases.
    pub window: usize,
    /// Least distance between windows, in bases.
    pub step: usize,
    /// Offset in the window of the base that the score is about, 0-based.
    pub anchor: usize,
    pub strand: Strandedness,
    pub output: Output,
    pub calls: CallShape,
    /// Radius of non-maximum suppression (point) or merge distance (region), in bases.
    pub distance: usize,
    /// One table a label; empty for values.
    pub calibration: Vec<Calibration>,
    /// Default least value of a call, one a label.
    pub threshold: Vec<f32>,
    /// How rare raw outputs are on a genome, one table a label; empty if the file has none.
    pub background: Vec<Background>,
    pub assembly: String,
    pub trained_on: String,
    pub license: String,
    pub recipe: String,
    pub seed: String,
    pub metrics: Json,
    pub description: String,
}

/// A key that is missing or malformed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ContractError {
    #[error("metadata key {key} is missing")]
    Missing { key: &'static str },
    #[error("metadata key {key} is given twice")]
    Twice { key: String },
    #[error("metadata key {key}: {reason}")]
    Bad { key: &'static str, reason: String },
}

impl Contract {
    /// Calibrated probability of a label's raw output. A plain value is returned unchanged.
    pub fn probability(&self, label: usize, raw: f32) -> f32 {
        match (self.output, self.calibration.get(label)) {
            (Output::Logit, Some(calibration)) => calibration.probability(raw),
            _ => raw,
        }
    }
}
