//! A recipe of a network that scores windows, learnt from labelled ones.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::figures::windows::along::Along;
use crate::net::arch::Architecture;
use crate::net::graph::Graph;
use crate::verbs::search::Search;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub name: String,
    /// Set from the address.
    #[serde(skip)]
    pub variant: String,
    pub seed: u64,
    /// The system that it belongs to: a heading of RESULTS.md.
    pub system: String,
    /// Published figures, by the beginning of the variant's name; the longest that fits counts.
    #[serde(default)]
    pub published: BTreeMap<String, String>,
    /// What differs from what was published, in a sentence.
    #[serde(default)]
    pub note: String,
    pub data: Data,
    pub split: Split,
    pub architecture: Architecture,
    #[serde(default)]
    pub augment: Augment,
    pub train: Train,
    pub evaluation: Evaluation,
    pub search: Option<Search>,
    pub model: Card,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Bases of an example, cut around its middle; a dense network has its own and needs none.
    pub length: Option<usize>,
    /// What to do with sequences that are shorter.
    #[serde(default)]
    pub short: Short,
    pub sources: Vec<Source>,
    #[serde(default)]
    pub negatives: Vec<Negatives>,
    /// Training examples are left out that have so many bases in common with a held-out one; 32
    /// or more.
    pub apart: Option<usize>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Short {
    #[default]
    Drop,
    /// Unknown bases on both sides.
    Pad,
}

/// Where examples come from: a TSV; a FASTA of sequences; intervals of a genome (FASTA and BED);
/// or exon starts and as many other positions of their genes (FASTA and GTF).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub tsv: Option<PathBuf>,
    pub fasta: Option<PathBuf>,
    pub bed: Option<PathBuf>,
    pub gtf: Option<PathBuf>,
    /// What "exon start" means, with a GTF.
    pub reading: Option<Reading>,
    /// The label that the examples are about, where the model has several.
    pub label: Option<String>,
    /// The target of all examples, where no column has it.
    pub target: Option<f64>,
    /// The column of the target (default: `label` for logits, `value` for values).
    pub column: Option<String>,
    /// Rows are used only where the column holds one of these.
    #[serde(default)]
    pub only: BTreeMap<String, Vec<String>>,
    /// Rows are left out where the column holds one of these.
    #[serde(default)]
    pub unless: BTreeMap<String, Vec<String>>,
    /// The base that a window is cut around, counted from 0 (default: the middle).
    pub at: Option<usize>,
    /// Bases put before and behind each sequence.
    pub flanks: Option<[String; 2]>,
    /// Times that an example is drawn in an epoch.
    pub weight: Option<f64>,
    /// Puts all examples on one side of the split.
    pub part: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The first base of an exon on its strand, read on that strand.
    Strand,
    /// The GTF's start column as it stands, read on the forward strand: on the reverse strand
    /// that is an exon's end.
    Column,
}

/// Negatives drawn anew for each positive, in training; drawn once for what is measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Negatives {
    /// A genome to draw windows from; none: dinucleotide shuffles of the positive itself.
    pub genome: Option<PathBuf>,
    /// How many for each positive.
    pub ratio: f64,
    /// Of the genome's windows, those of about the positive's GC content.
    #[serde(default)]
    pub matched: bool,
    /// Drawn for one side of the split alone.
    pub part: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Train,
    Validation,
    Test,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Split {
    /// As published: what the column says; other rows are left out.
    Column {
        column: String,
        train: Vec<String>,
        /// Share of the training rows, where no column says which.
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
    /// Most bases that the window is cut beside its middle, where the sequence goes on.
    #[serde(default)]
    pub jitter: usize,
    /// Share of bases replaced by random ones.
    #[serde(default)]
    pub mutation: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Train {
    /// Run whose best network's tensors this one starts from, where name and size are the same.
    pub start: Option<String>,
    pub epochs: usize,
    /// Share of the examples that an epoch draws.
    #[serde(default = "whole")]
    pub share: f64,
    /// Examples a step, drawn negatives among them.
    pub batch: usize,
    pub learning_rate: f64,
    pub schedule: Schedule,
    #[serde(default)]
    pub warmup: usize,
    #[serde(default)]
    pub weight_decay: f64,
    /// Decay a step of the running mean of the weights, which is what is measured; 0: none.
    #[serde(default)]
    pub averaging: f64,
    /// Epochs between evaluations.
    #[serde(default = "one")]
    pub evaluate_every: usize,
    /// Evaluations without a better one before it stops.
    pub patience: usize,
    /// The validation figure that picks the best epoch.
    pub select: Select,
    /// Minutes of the processor after which no further epoch begins.
    pub minutes: Option<f64>,
}

fn one() -> usize {
    1
}

fn whole() -> f64 {
    1.0
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    Constant,
    /// Down to nothing.
    Cosine,
    /// Straight down to this share of the first rate.
    Linear(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Select {
    Accuracy,
    Auroc,
    AveragePrecision,
    R2,
    Pearson,
}

impl std::fmt::Display for Select {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Select::Accuracy => "accuracy",
            Select::Auroc => "AUROC",
            Select::AveragePrecision => "average precision",
            Select::R2 => "R²",
            Select::Pearson => "Pearson's coefficient",
        })
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// Sets beside the split's own parts, never trained on.
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
}

/// What the model file says of itself beyond what the run knows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub task: String,
    pub labels: Vec<String>,
    pub output: Output,
    pub strand: Strand,
    pub calls: String,
    pub distance: usize,
    /// The base of the window that the score is about (default: the middle).
    pub anchor: Option<usize>,
    pub assembly: String,
    pub trained_on: String,
    pub license: String,
    pub description: String,
    /// What the model is not good for, in plain words; one paragraph each.
    #[serde(default)]
    pub limits: Vec<String>,
}

/// What a network's numbers are, and so what it learns by: cross-entropy or squared error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    Logit,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strand {
    Stranded,
    /// The mean of both strands is what counts, also in every figure.
    Symmetric,
}

impl Recipe {
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

impl Source {
    fn check(&self, labels: &[String]) -> Result<()> {
        let paths = (&self.tsv, &self.fasta, &self.bed, &self.gtf);
        match paths {
            (Some(_), None, None, None) => {}
            (None, Some(_), None, None) | (None, Some(_), Some(_), None) => {
                ensure!(
                    self.target.is_some(),
                    "a source without a column needs a target"
                );
            }
            (None, Some(_), None, Some(_)) => {
                ensure!(
                    self.reading.is_some(),
                    "a source of exon starts needs a reading"
                );
            }
            _ => bail!("a source is a tsv, a fasta, a fasta and a bed, or a fasta and a gtf"),
        }
        match &self.label {
            None => ensure!(
                labels.len() == 1,
                "a source needs a label: {}",
                labels.join(", ")
            ),
            Some(label) => ensure!(labels.contains(label), "model.labels has no '{label}'"),
        }
        Ok(())
    }
}
