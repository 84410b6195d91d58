//! A recipe of a network that scores windows, learnt from labelled ones.

pub mod along;
pub mod card;
pub mod search;
pub mod source;
pub mod split;
pub mod train;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::net::arch::Architecture;
use crate::net::graph::Graph;
use crate::recipe::windows::along::Along;
use crate::recipe::windows::card::{Output, WindowsCard};
use crate::recipe::windows::search::Search;
use crate::recipe::windows::source::{Negatives, Source, WindowsData};
use crate::recipe::windows::split::{Augment, ExampleSplit};
use crate::recipe::windows::train::{Select, WindowsTrain};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowsRecipe {
    pub name: String,
    /// Set from the address.
    #[serde(skip)]
    pub variant: String,
    /// Of training: the first weights, the order of the examples, their changes, dropout.
    pub seed: u64,
    /// Of what is held out, and of the negatives that are drawn once: runs of several seeds have
    /// the same rows.
    #[serde(default = "first")]
    pub split_seed: u64,
    /// The system that it belongs to: a heading of RESULTS.md.
    pub system: String,
    /// Published figures, by the beginning of the variant's name; the longest that fits counts.
    #[serde(default)]
    pub published: BTreeMap<String, String>,
    /// The variants that stand for the system in the comparison of systems.
    #[serde(default)]
    pub headline: Vec<String>,
    /// What differs from what was published, in a sentence.
    #[serde(default)]
    pub note: String,
    pub data: WindowsData,
    pub split: ExampleSplit,
    pub architecture: Architecture,
    #[serde(default)]
    pub augment: Augment,
    pub train: WindowsTrain,
    pub evaluation: WindowsTests,
    pub search: Option<Search>,
    pub model: WindowsCard,
}

fn first() -> u64 {
    1
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowsTests {
    /// Sets in addition to the parts of the split, never trained on.
    #[serde(default)]
    pub sets: Vec<Set>,
    /// Lengths of the words that regressions count.
    #[serde(default)]
    pub words: Vec<usize>,
    /// JASPAR matrices in TRANSFAC format, and the names of those that apply, by label.
    pub jaspar: Option<PathBuf>,
    #[serde(default)]
    pub matrices: BTreeMap<String, Vec<String>>,
    pub along: Option<Along>,
    /// Bundled models that are measured on the same rows.
    #[serde(default)]
    pub models: Vec<Rival>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    pub model: String,
    pub label: String,
    /// From the base that an example is about to the one that the model is asked about.
    #[serde(default)]
    pub shift: i64,
    /// Whether the model sees the sequence around the window, where all examples have it; else what
    /// lies beyond the window is unknown.
    #[serde(default)]
    pub context: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    pub name: String,
    pub sources: Vec<Source>,
    #[serde(default)]
    pub negatives: Vec<Negatives>,
    /// The targets are intensities of an array: those over the mean by so many deviations are
    /// the positives.
    pub bright: Option<f64>,
    /// Batch norm's statistics are taken from the set itself, without its labels: AdaBN (Li et al.,
    /// arXiv:1603.04779).
    #[serde(default)]
    pub adapted: bool,
}

impl WindowsRecipe {
    pub fn check(&self) -> Result<()> {
        if self.data.length.is_none() && self.architecture.dense(1).is_none() {
            bail!("data.length: the architecture needs one");
        }
        if let Some(length) = self.data.length {
            let window = self.graph().window();
            ensure!(
                length == window,
                "data.length: {length}, but the network's window is {window}"
            );
        }
        ensure!(!self.model.labels.is_empty(), "model.labels: none");
        if let Some(distil) = &self.train.distil {
            distil.check_runs()?;
            ensure!(
                distil.unlabelled == 0.0,
                "train.distil.unlabelled: windows have labels"
            );
        }
        ensure!(
            self.data.apart.is_none_or(|bases| bases >= 32),
            "data.apart: less than 32"
        );
        let regression = matches!(self.train.select, Select::R2 | Select::Pearson);
        ensure!(
            regression == (self.model.output == Output::Value),
            "train.select: not a figure of {:?}",
            self.model.output
        );
        for source in self.sources() {
            source.check(&self.model.labels)?;
        }
        if let Some(along) = &self.evaluation.along {
            along.check(&self.model, self.architecture.dense(1).is_some())?;
        }
        let anchor = self.anchor();
        ensure!(
            anchor < self.graph().window(),
            "model.anchor: {anchor} is outside the window"
        );
        Ok(())
    }

    pub fn graph(&self) -> Graph {
        let length = self.data.length.unwrap_or(1);
        self.architecture.window(length, self.model.labels.len())
    }

    /// The base of a window that its score is about.
    pub fn anchor(&self) -> usize {
        self.model.anchor.unwrap_or_else(|| self.graph().anchor())
    }

    /// All sources, of training and of the sets that are measured.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let sets = self.evaluation.sets.iter().flat_map(|set| &set.sources);
        self.data.sources.iter().chain(sets)
    }

    /// All files that the run reads.
    pub fn files(&self) -> Vec<PathBuf> {
        let sources = self.sources();
        let mut files: Vec<PathBuf> = sources
            .flat_map(|s| [&s.tsv, &s.fasta, &s.bed, &s.gtf])
            .flatten()
            .cloned()
            .collect();
        let sets = self.evaluation.sets.iter().flat_map(|set| &set.negatives);
        let negatives = self.data.negatives.iter().chain(sets);
        files.extend(negatives.filter_map(|n| n.genome.clone()));
        files.extend(self.evaluation.jaspar.clone());
        if let Some(along) = &self.evaluation.along {
            files.push(along.fasta.clone());
            files.extend(along.bed.clone());
        }
        files.sort();
        files.dedup();
        files
    }

    /// The published figure of this variant.
    pub fn published(&self) -> Option<&str> {
        let fits = self
            .published
            .iter()
            .filter(|(key, _)| self.variant.starts_with(*key));
        fits.max_by_key(|(key, _)| key.len())
            .map(|(_, figure)| figure.as_str())
    }
}
