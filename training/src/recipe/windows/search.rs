//! Random search over the values of a recipe, by halving.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Value;

/// Random search over values of the recipe: all trials run for a few epochs, the better half of them
/// for twice as many, and so on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    pub trials: usize,
    /// Epochs of every trial.
    pub first: usize,
    /// Most epochs of a trial.
    pub epochs: usize,
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
