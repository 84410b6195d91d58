//! Where a recipe's labelled windows come from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowsData {
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
    /// The column holds intensities of an array: those over the mean by so many deviations are the
    /// positives.
    pub bright: Option<f64>,
    /// Rows are used only where the column holds one of these; of a BED, where column 4, `name`, does.
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

/// Negatives drawn for each positive: anew in each epoch of training, once for evaluation.
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

impl Source {
    pub fn check(&self, labels: &[String]) -> Result<()> {
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
        let of_bed =
            self.bed.is_none() || self.unless.is_empty() && self.only.keys().all(|c| c == "name");
        ensure!(of_bed, "intervals of a bed are chosen by their name alone");
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
