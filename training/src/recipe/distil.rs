//! What a recipe says about the networks that teach its run.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distil {
    /// Finished runs.
    #[serde(default)]
    pub teachers: Vec<String>,
    /// Of sites: a model file of this architecture, which teaches the heads that it has.
    pub model: Option<PathBuf>,
    /// Share of the teachers' probability in the target of a place with a label.
    pub share: f64,
    /// Weight of a place without one, whose target is the teachers' probability.
    #[serde(default)]
    pub unlabelled: f64,
}

impl Distil {
    /// Whether runs teach, and they alone.
    pub fn check_runs(&self) -> Result<()> {
        ensure!(
            self.model.is_none(),
            "train.distil: a model file teaches sites only"
        );
        ensure!(!self.teachers.is_empty(), "train.distil: names no teacher");
        Ok(())
    }
}
