//! Random search over the values of a recipe.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Value;

/// Random search over values of the recipe, with an early end of bad trials.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    pub trials: usize,
    /// Epochs of a trial.
    pub epochs: usize,
    /// A trial ends at an evaluation where it is under the median of those before it, once there
    /// were so many trials.
    pub after: usize,
    pub ranges: BTreeMap<String, Range>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Range {
    /// Evenly, ends included.
    Even([f64; 2]),
    /// Evenly in the logarithm.
    Log([f64; 2]),
    /// Whole numbers, evenly in the logarithm.
    WholeLog([i64; 2]),
    Choice(Vec<Value>),
}
