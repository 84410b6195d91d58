//! Whole stretches of a genome that a model is calibrated and measured on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::recipe::windows::card::{Output, WindowsCard};

/// Stretches of a genome that the model is calibrated and measured on, and never learns from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Along {
    pub fasta: PathBuf,
    /// Calibrates, and gives the default thresholds.
    pub validation: Vec<AlongStretch>,
    #[serde(default)]
    pub test: Vec<AlongStretch>,
    /// Sites in the whole genome, by label.
    pub sites: BTreeMap<String, f64>,
    /// Bases of the whole genome.
    pub bases: f64,
    /// Windows within so many bases of a site's own count as on it.
    pub reach: usize,
    /// Known sites of the (only) label, one base each: calls are measured on them, and no window
    /// near one is drawn as a negative.
    pub bed: Option<PathBuf>,
    /// Bases between a call and a known site that it still finds; also the least between calls.
    #[serde(default)]
    pub within: usize,
}

/// 0-based, half-open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlongStretch {
    pub contig: String,
    pub start: usize,
    pub end: usize,
}

impl Along {
    pub fn check(&self, model: &WindowsCard, dense: bool) -> Result<()> {
        ensure!(dense, "evaluation.along: the network is not dense");
        ensure!(
            model.output == Output::Logit,
            "evaluation.along: values are not calibrated"
        );
        ensure!(
            self.bed.is_none() || model.labels.len() == 1,
            "evaluation.along.bed: the model has several labels"
        );
        for label in &model.labels {
            ensure!(
                self.sites.get(label).is_some_and(|sites| *sites > 0.0),
                "evaluation.along.sites: how many of {label}?"
            );
        }
        Ok(())
    }
}
