//! A recipe of vectors of words.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorsRecipe {
    pub name: String,
    pub seed: u64,
    pub system: String,
    pub genomes: Vec<PathBuf>,
    /// Shortest and longest word.
    pub words: [usize; 2],
    pub width: usize,
    /// Most words between a word and one of its context; each word draws its own.
    pub window: usize,
    pub negatives: usize,
    /// Shortest and longest segment; each is reversed with probability one half.
    pub segment: [usize; 2],
    /// The rate falls to a thousandth.
    pub learning_rate: f32,
    /// Bases read in all.
    pub bases: usize,
}
