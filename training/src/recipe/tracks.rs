//! What a recipe of `kind = "tracks"` says: genomes, labels along them, lanes, the network, the
//! pace, and the model file.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::net::arch::Architecture;
use crate::net::graph::Graph;
use crate::recipe::about::About;
use crate::recipe::distil::Distil;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracksRecipe {
    pub name: String,
    pub seed: u64,
    /// Heading and note in RESULTS.md.
    pub system: String,
    pub note: String,
    pub genomes: Vec<TrackGenome>,
    pub labels: Vec<Labels>,
    /// Stretches that validate and calibrate, and are never learnt from.
    pub validation: Vec<TrackStretch>,
    pub lanes: Lanes,
    /// Sequences from elsewhere that some lanes hold.
    pub implants: Option<Implants>,
    pub architecture: Architecture,
    /// What the first layer begins with.
    pub motifs: Option<Motifs>,
    pub train: TracksTrain,
    /// Labels whose weight in the loss is another than that of their group.
    #[serde(default)]
    pub emphasis: BTreeMap<String, f64>,
    /// The exported model file.
    pub model: Option<TracksCard>,
    #[serde(default)]
    pub evaluation: TracksTests,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackGenome {
    pub name: String,
    pub fasta: PathBuf,
    /// BED of bases that are masked in training.
    #[serde(default)]
    pub masks: Vec<PathBuf>,
    /// Share of the lanes.
    pub share: f64,
}

/// 0-based, half-open.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackStretch {
    pub genome: String,
    pub contig: String,
    pub start: usize,
    pub end: usize,
}

/// Some heads of the network, one a name, with the same kind of sites.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    pub names: Vec<String>,
    /// Weight of each in the loss.
    pub weight: f64,
    /// A place is on a site when it lies within so many bases of it.
    pub reach: usize,
    /// A bin is on a site when a base of it lies within so many bases of it.
    #[serde(default)]
    pub near: usize,
    /// Only the sites of the strand that is read count.
    #[serde(default)]
    pub stranded: bool,
    /// Weight with which a lane is drawn around a site of one of these labels.
    pub draw: f64,
    pub sites: Vec<Sites>,
    /// Sites within `far` bases of one of these do not count.
    #[serde(default)]
    pub far_from: Vec<Sites>,
    #[serde(default)]
    pub far: usize,
}

/// Rows of a BED file; the site is the middle of the interval.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    pub genome: String,
    pub bed: PathBuf,
    /// Only the rows whose column (from 0) says `is`, or the label's name.
    pub column: Option<usize>,
    pub is: Option<String>,
    /// Places on these are masked in training.
    #[serde(default)]
    pub unsure: bool,
}

/// How lanes, stretches that are scored in one pass, are drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lanes {
    /// Lanes a batch.
    pub batch: usize,
    /// Windows a lane.
    pub places: usize,
    /// Share of lanes around a random site of a random label; the rest lies anywhere.
    pub around: f64,
    /// Share of lanes whose strand is turned.
    pub reverse: f64,
    /// Share of bases that are drawn anew.
    pub substitutions: f64,
}

/// Two channels of the first convolution a matrix, one a strand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motifs {
    /// Matrices in TRANSFAC format.
    pub matrices: PathBuf,
    /// Names of those that begin it; the first matrix of a name counts.
    pub names: Vec<String>,
}

/// The budget and the pace of a run, in steps; the rate is a cosine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracksTrain {
    pub steps: usize,
    pub warmup: usize,
    /// Steps over which the learning rate falls to zero (default: all).
    pub decay_steps: Option<usize>,
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// Share of the running mean of the weights that a step keeps.
    pub averaging: f64,
    pub evaluate_every: usize,
    /// Evaluations without a better one, after which the run ends.
    pub patience: usize,
    /// Passes in bf16; weights stay single.
    #[serde(default)]
    pub bf16: bool,
    /// A run whose kept weights this one starts from, wherever names and shapes are the same.
    #[serde(default)]
    pub start: Option<String>,
    #[serde(default)]
    pub distil: Option<Distil>,
}

/// What is implanted, and how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Implants {
    /// Share of the lanes that hold some.
    pub share: f64,
    /// Slots of such a lane.
    pub slots: usize,
    /// Share of the slots that take a shuffle, and that take a moved stretch.
    pub shuffled: f64,
    pub moved: f64,
    pub sets: Vec<ImplantSet>,
}

/// A file of sequences with the same labels.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImplantSet {
    /// FASTA, or TSV with a column `sequence`.
    pub file: PathBuf,
    /// Of a TSV, only the rows whose column says this.
    #[serde(default)]
    pub only: Option<(String, String)>,
    /// The base of the site in each sequence; the middle without it.
    pub at: Option<usize>,
    /// Labels whose sites these are; their shuffles are not.
    #[serde(default)]
    pub of: Vec<String>,
    /// Labels whose sites these are not.
    #[serde(default)]
    pub not: Vec<String>,
    /// Weight with which a slot draws this set.
    pub draw: f64,
}

/// What the network is held against.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracksTests {
    #[serde(default)]
    pub tests: Vec<Test>,
    /// Matrices of factors, in TRANSFAC format.
    pub jaspar: Option<PathBuf>,
}

/// Whole contigs that neither training nor any choice used.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    pub name: String,
    pub fasta: PathBuf,
    pub truth: Vec<Truths>,
}

/// Sites of some labels in a test.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truths {
    pub names: Vec<String>,
    /// Their genome is the test's name.
    pub sites: Vec<Sites>,
    #[serde(default)]
    pub far_from: Vec<Sites>,
    #[serde(default)]
    pub far: usize,
}

/// The part of the model file's contract that the run does not give.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracksCard {
    pub name: String,
    pub task: String,
    /// The heads that are shipped.
    pub labels: Vec<String>,
    pub calls: String,
    pub distance: usize,
    pub assembly: String,
    pub trained_on: String,
    pub license: String,
    pub description: String,
    #[serde(default)]
    pub limits: Vec<String>,
    #[serde(default)]
    pub about: About,
}

impl TracksRecipe {
    pub fn check(&self) -> Result<()> {
        let graph = self.architecture.dense(1);
        graph.context("architecture: a dense one is wanted")?;
        if let Some(distil) = &self.train.distil {
            distil.check_runs()?;
        }
        let genomes: HashSet<&str> = self.genomes.iter().map(|g| g.name.as_str()).collect();
        let mut names = HashSet::new();
        for labels in &self.labels {
            for name in &labels.names {
                ensure!(names.insert(name), "labels: {name} twice");
            }
            for sites in labels.sites.iter().chain(&labels.far_from) {
                let known = genomes.contains(sites.genome.as_str());
                ensure!(known, "labels: no genome '{}'", sites.genome);
            }
        }
        for set in self.implants.iter().flat_map(|implants| &implants.sets) {
            for name in set.of.iter().chain(&set.not) {
                ensure!(names.contains(name), "implants: no label '{name}'");
            }
        }
        for stretch in &self.validation {
            let known = genomes.contains(stretch.genome.as_str());
            ensure!(known, "validation: no genome '{}'", stretch.genome);
        }
        for name in self.emphasis.keys() {
            ensure!(names.contains(name), "emphasis: no label '{name}'");
        }
        for name in self.evaluation.tests.iter().flat_map(|test| &test.truth) {
            for name in &name.names {
                ensure!(names.contains(name), "evaluation.tests: no label '{name}'");
            }
        }
        if let Some(card) = &self.model {
            for label in &card.labels {
                ensure!(names.contains(label), "model.labels: no label '{label}'");
            }
            let stranded = |name: &String| {
                let mut heads = self.heads();
                heads.any(|(labels, label)| label == name && labels.stranded)
            };
            let first = card.labels.first().is_some_and(stranded);
            let same = card.labels.iter().all(|label| stranded(label) == first);
            ensure!(same, "model.labels: some are stranded and some are not");
        }
        Ok(())
    }

    /// Every file of the data folder that the run reads.
    pub fn files(&self) -> Vec<PathBuf> {
        let tests = &self.evaluation.tests;
        let mut files: Vec<PathBuf> = self.genomes.iter().map(|g| g.fasta.clone()).collect();
        files.extend(self.genomes.iter().flat_map(|genome| genome.masks.clone()));
        files.extend(tests.iter().map(|test| test.fasta.clone()));
        let learnt = self
            .labels
            .iter()
            .flat_map(|l| l.sites.iter().chain(&l.far_from));
        let judged = tests.iter().flat_map(|test| &test.truth);
        let judged = judged.flat_map(|t| t.sites.iter().chain(&t.far_from));
        files.extend(learnt.chain(judged).map(|sites| sites.bed.clone()));
        files.extend(self.evaluation.jaspar.clone());
        let sets = self.implants.iter().flat_map(|implants| &implants.sets);
        files.extend(sets.map(|set| set.file.clone()));
        files.extend(self.motifs.iter().map(|motifs| motifs.matrices.clone()));
        files.sort();
        files.dedup();
        files
    }

    pub fn heads(&self) -> impl Iterator<Item = (&Labels, &str)> {
        self.labels
            .iter()
            .flat_map(|labels| labels.names.iter().map(move |name| (labels, name.as_str())))
    }

    /// The heads that are shipped, in the model's order; all without a model.
    pub fn shipped(&self) -> Vec<usize> {
        let Some(card) = &self.model else {
            return (0..self.heads().count()).collect();
        };
        let at = |label: &String| self.heads().position(|(_, name)| name == label);
        card.labels.iter().filter_map(at).collect()
    }

    pub fn graph(&self) -> Graph {
        let graph = self.architecture.dense(self.heads().count());
        graph.expect("checked when the recipe was read")
    }
}
