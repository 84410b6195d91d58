//! All options of a run, checked before anything is read.

use std::path::PathBuf;
use std::sync::Arc;

use crate::call::{Threshold, Top};
use crate::engine::Engine;
use crate::model::Model;
use crate::sequence::StrandChoice;
use crate::source::{self, Input};
use crate::value::Quantity;
use crate::window::Softmask;
use crate::write::Destination;
use crate::write::tracks::TracksOptions;

/// What a run reads, how it scores, and what it writes.
pub struct Plan {
    pub models: Vec<LoadedModel>,
    pub inputs: Vec<Input>,
    pub source: source::SourceOptions,
    pub scoring: Scoring,
    pub output: Destination,
    /// File for the lengths of the contigs.
    pub chrom_sizes: Option<PathBuf>,
    /// File for the unscored intervals as BED.
    pub unscored: Option<PathBuf>,
    /// Folder of tracks to write beside rows; rows must be calls.
    pub tracks: Option<TracksOptions>,
    /// Whether a census is made for a report.
    pub census: bool,
    /// The shard to score (from 1), and the number of shards.
    pub shard: Option<(u32, u32)>,
    pub threads: usize,
    /// Reported positions of a work unit, in bases.
    pub chunk_size: usize,
    /// The command line without flags that cannot change the output.
    pub command: String,
}

/// A model made ready for this run.
pub struct LoadedModel {
    pub model: Model,
    /// Computes the raw outputs of `heads`.
    pub engine: Arc<dyn Engine>,
    /// Bases between windows, a multiple of the model's step.
    pub stride: usize,
    /// Labels to score, in the order of the model.
    pub heads: Vec<ScoredLabel>,
}

/// A label of a model that is scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredLabel {
    /// Number of the label among those of the model.
    pub label: usize,
    /// Threshold of a call; none for the model's own.
    pub threshold: Option<Threshold>,
}

/// How windows are scored, and what is written of their scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Scoring {
    /// Strands to score with stranded models.
    pub strand: StrandChoice,
    /// What is written as the value of a row.
    pub quantity: Quantity,
    /// One row a window instead of calls.
    pub raw: bool,
    /// How many calls are kept; all if none.
    pub top: Option<Top>,
    /// Bases within which windows become one call; each region model's own if none.
    pub merge_distance: Option<usize>,
    /// Least bases of a call.
    pub min_length: usize,
    /// Unknown bases allowed in a window.
    pub max_n: u32,
    pub softmask: Softmask,
}
