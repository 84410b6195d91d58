//! How a recipe splits its windows, and how it changes those it learns from.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExampleSplit {
    /// As published: what the column says; other rows are left out.
    Column {
        column: String,
        train: Vec<String>,
        /// Share of the training rows, where no column names the validation rows.
        #[serde(default)]
        validation_share: f64,
        #[serde(default)]
        validation: Vec<String>,
        #[serde(default)]
        test: Vec<String>,
    },
    /// Whole groups, by the column of that name (a gene's for exon starts).
    Groups {
        #[serde(default)]
        column: Option<String>,
        validation: f64,
        #[serde(default)]
        test: f64,
    },
    Random {
        validation: f64,
        #[serde(default)]
        test: f64,
    },
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Probability of the other strand.
    #[serde(default)]
    pub reverse_complement: f64,
    /// Probability of a cyclic shift, and its most, as a share of the length.
    #[serde(default)]
    pub shift_probability: f64,
    #[serde(default)]
    pub shift: f64,
    /// Probability that all but the middle becomes unknown, and the least bases left of it.
    #[serde(default)]
    pub blank: f64,
    #[serde(default)]
    pub kept: usize,
    /// Largest shift of the window from its middle, in bases, where the sequence is long enough.
    #[serde(default)]
    pub jitter: usize,
    /// Share of bases replaced by random ones.
    #[serde(default)]
    pub mutation: f64,
}
