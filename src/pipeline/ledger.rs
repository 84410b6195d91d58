//! The ledger: what was read, scored and left out.

use crate::source::reads::Tally;
use crate::window::Status;

/// Counts of one model: bases by status, windows, rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelLedger {
    /// Name of the model.
    pub name: String,
    /// SHA-256 of the model file, as 64 hexadecimal digits.
    pub sha256: String,
    /// The labels of the model.
    pub labels: Vec<String>,
    /// Bases by [`Status`].
    bases: [u64; 5],
    /// Windows scored, each strand counted.
    pub windows: u64,
    /// Of these, those that report on a base of a read that is not aligned to its contig.
    pub unplaced: u64,
    /// Rows written, by label.
    pub rows: Vec<u64>,
}

impl ModelLedger {
    pub(crate) fn new(name: &str, sha256: &str, labels: &[String]) -> Self {
        let rows = vec![0; labels.len()];
        let (name, sha256, labels) = (name.to_owned(), sha256.to_owned(), labels.to_vec());
        Self {
            name,
            sha256,
            labels,
            rows,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, status: Status, bases: usize) {
        self.bases[status as usize] += bases as u64;
    }

    /// Bases with this status.
    pub fn bases(&self, status: Status) -> u64 {
        self.bases[status as usize]
    }

    /// Rows of all labels.
    pub fn calls(&self) -> u64 {
        self.rows.iter().sum()
    }
}

/// Counts of what a run read, scored and wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// Records, regions or stretches that were read.
    pub records: u64,
    /// Bases of these that were to be reported on.
    pub bases: u64,
    /// Bases of the longest stretch that was scored as one: a record, a region with its flanks, a
    /// covered stretch of a consensus, a read.
    pub longest: u64,
    /// Alignments that were read.
    pub reads: Tally,
    /// One a model, in the order in which they were added.
    pub models: Vec<ModelLedger>,
}
