//! The result file of a random search.

use serde::{Deserialize, Serialize};

use crate::figures::provenance::Provenance;
use crate::recipe::windows::train::Select;

#[derive(Debug, Serialize, Deserialize)]
pub struct SearchResult {
    /// `search`, which tells this file from other results.
    pub kind: String,
    #[serde(flatten)]
    pub provenance: Provenance,
    pub system: String,
    pub select: Select,
    pub trials: Vec<Trial>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    /// As for `--set`.
    pub changes: Vec<String>,
    pub parameters: usize,
    pub epochs: usize,
    /// Epochs that it was let run: it ended where fewer than those of the best.
    pub allowed: usize,
    pub seconds: f64,
    pub best: f64,
}
