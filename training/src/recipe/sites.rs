//! A recipe of a network that finds sites along a genome.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use crate::net::arch::Architecture;
use crate::net::graph::{Graph, Motif};
use crate::recipe::about::About;
use crate::recipe::distil::Distil;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesRecipe {
    pub name: String,
    pub seed: u64,
    pub data: SitesData,
    pub split: GenomeSplit,
    pub architecture: Architecture,
    pub loss: Loss,
    pub draw: Draw,
    pub train: SitesTrain,
    pub evaluation: SitesTests,
    pub model: SitesCard,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesData {
    #[serde(flatten)]
    pub genome: GenomeFiles,
    /// Genomes of which sites are known, but not all of them.
    #[serde(default)]
    pub species: Vec<Species>,
    /// More labelled windows, in addition to the genome.
    #[serde(default)]
    pub windows: Vec<Windows>,
}

/// A genome of which some sites are known; paths are relative to the data folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Species {
    pub fasta: PathBuf,
    /// BED6 of sites, one base each, whose names are `acceptor` (an exon's first base) or `donor`
    /// (an exon's last base): positives.
    pub sites: Vec<PathBuf>,
    /// BED6 of bases that may be sites.
    #[serde(default)]
    pub mask: Vec<PathBuf>,
    /// Bases farther than this from every base of both lists are negatives. Nearer bases that
    /// are no site, and all of them where this is not given, are masked.
    pub negatives_beyond: Option<usize>,
}

/// One annotated genome; paths are relative to the data folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GenomeFiles {
    pub fasta: PathBuf,
    pub gtf: PathBuf,
    /// BED of all exon starts, also those of transcripts that the GTF leaves out.
    pub exon_starts: Option<PathBuf>,
    /// The same of exon ends.
    pub exon_ends: Option<PathBuf>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// TSV with the columns `label` (0 or 1) and `sequence`.
    pub tsv: PathBuf,
    pub site: Site,
    /// The labelled base of each sequence, counted from 0: the exon's first or last.
    pub at: usize,
    /// Rows are used only where this column is `.` or empty.
    pub unless: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    Acceptor,
    Donor,
}

/// Heads of every network: acceptor, donor, exon.
pub const HEADS: usize = 3;

/// In the order of a network's heads.
pub const SITES: [Site; 2] = [Site::Acceptor, Site::Donor];

impl Site {
    /// What a model calls it.
    pub fn label(self) -> &'static str {
        match self {
            Site::Acceptor => "exon_start",
            Site::Donor => "exon_end",
        }
    }

    pub fn motif(self) -> Motif {
        match self {
            Site::Acceptor => Motif::ACCEPTOR,
            Site::Donor => Motif::DONOR,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GenomeSplit {
    /// Validation is everything in `start..end` (0-based, half-open) of a contig.
    Region {
        contig: String,
        start: usize,
        end: usize,
    },
    /// Validation is a share of the genes, drawn with the recipe's seed.
    Genes { share: f64 },
}

/// Weight of each head's mean cross-entropy; those of the model's labels are shipped.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    pub acceptor: f64,
    pub donor: f64,
    pub exon: f64,
}

/// What a batch is made of. Each lane scores `chunk` positions of one strand; every AG in it that
/// is no exon start is a negative.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// Splice sites of noncoding transcripts are drawn and learnt like those of coding ones,
    /// instead of being masked. Evaluations never count them.
    #[serde(default)]
    pub noncoding: bool,
    pub chunk: usize,
    /// Share of bases replaced by random ones: no site is seen twice the same.
    #[serde(default)]
    pub mutation: f64,
    /// Lanes of genome a batch, and of packed `data.windows`.
    pub lanes: usize,
    pub window_lanes: usize,
    /// Shares of the genome lanes.
    pub kinds: Kinds,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// Around a site of any of the model's labels.
    pub site: f64,
    /// Anywhere in a gene, either strand.
    pub genic: f64,
    /// Anywhere else.
    pub intergenic: f64,
    /// Around the hardest negatives of the last mining.
    pub mined: f64,
    /// Genome with its bases shuffled (dinucleotides kept): all negative.
    pub shuffled: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesTrain {
    /// What the run starts from, instead of random weights.
    #[serde(default)]
    pub start: Start,
    /// Only the heads learn; all before them stays as the start has it.
    #[serde(default)]
    pub heads_alone: bool,
    /// 0: the start itself, with batch norm's statistics measured anew.
    pub steps: usize,
    /// Steps over which the learning rate falls to zero, as a cosine (default: all).
    pub decay_steps: Option<usize>,
    pub learning_rate: f64,
    pub warmup: usize,
    /// Forward and backward passes in bfloat16; weights and evaluation stay in single precision.
    #[serde(default)]
    pub bf16: bool,
    pub weight_decay: f64,
    /// Decay a step of the running mean of the weights, which is what is evaluated and shipped.
    pub averaging: f64,
    pub evaluate_every: usize,
    /// Evaluations without a better validation average precision before it stops.
    pub patience: usize,
    /// Other networks, whose scores the targets lean on.
    pub distil: Option<Distil>,
    /// Which evaluation's averaged weights are kept.
    #[serde(default)]
    pub keep: Keep,
    /// Steps between minings of hard negatives.
    pub mine_every: usize,
    /// Share of the training sequence that a mining looks at.
    pub mine_share: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Start {
    /// Runs, from the mean of whose last averaged weights this one starts (of several runs from
    /// one start: Wortsman et al., 2022, arXiv:2203.05482).
    Runs(Vec<String>),
    /// A model file of this architecture; heads that it does not have start at zero. The path
    /// starts from the folder that the program runs in.
    Model { model: PathBuf },
}

impl Default for Start {
    fn default() -> Start {
        Start::Runs(Vec::new())
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// That of the best validation average precision.
    #[default]
    Best,
    /// The last: where validation sites are few, the end of a schedule is a choice with less luck.
    Last,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesTests {
    pub held_out: Vec<HeldOut>,
    /// Names of the held-out sets whose positions calibrate the model; without them the calls
    /// along the validation blocks do.
    #[serde(default)]
    pub calibrate_on: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldOut {
    pub name: String,
    #[serde(flatten)]
    pub genome: GenomeFiles,
}

/// The part of the model file's contract that the run does not give.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesCard {
    /// Name of the model; that of the run without it.
    #[serde(default)]
    pub name: Option<String>,
    pub task: String,
    pub labels: Vec<String>,
    pub distance: usize,
    pub assembly: String,
    pub trained_on: String,
    pub license: String,
    pub description: String,
    /// What the model is not good for, in plain words; one paragraph each.
    pub limits: Vec<String>,
    #[serde(default)]
    pub about: About,
}

impl SitesRecipe {
    /// The sites that the model's labels mean.
    pub fn sites(&self) -> &'static [Site] {
        &SITES[..self.model.labels.len()]
    }

    /// The network: each site's head is gated by the dinucleotide next to the site.
    pub fn graph(&self) -> Graph {
        self.graph_of(HEADS)
    }

    /// The part of it that is shipped: the labels' heads alone.
    pub fn shipped(&self) -> Graph {
        self.graph_of(self.model.labels.len())
    }

    /// The network with the first `heads` of acceptor, donor, exon.
    pub fn graph_of(&self, heads: usize) -> Graph {
        let [acceptor, donor] = SITES.map(|site| Some(site.motif()));
        let motifs = [acceptor, donor, None];
        let dense = self.architecture.gated(&motifs[..heads]);
        dense.expect("checked when the recipe was read")
    }

    fn label_words(&self) -> Vec<&str> {
        self.model.labels.iter().map(String::as_str).collect()
    }

    pub fn check(&self) -> Result<()> {
        if self.architecture.dense(1).is_none() {
            bail!("architecture: sites want a dense network");
        }
        let labels = SITES.map(Site::label);
        if self.model.labels.is_empty() || !labels.starts_with(&self.label_words()) {
            bail!("model.labels: [\"exon_start\"] or [\"exon_start\", \"exon_end\"] is wanted");
        }
        let taught = self.train.distil.as_ref();
        if taught.is_some_and(|d| d.teachers.is_empty() && d.model.is_none()) {
            bail!("train.distil: names no teacher");
        }
        if self.train.heads_alone && !matches!(self.train.start, Start::Model { .. }) {
            bail!("train.heads_alone: wants a model file to start from");
        }
        let random = matches!(&self.train.start, Start::Runs(runs) if runs.is_empty());
        if self.train.steps == 0 && random {
            bail!("train.steps: 0 wants runs to start from");
        }
        let kinds = &self.draw.kinds;
        let shares = [
            kinds.site,
            kinds.genic,
            kinds.intergenic,
            kinds.mined,
            kinds.shuffled,
        ];
        if (shares.iter().sum::<f64>() - 1.0).abs() > 1e-9 || shares.iter().any(|s| *s < 0.0) {
            bail!("draw.kinds: shares must add up to 1");
        }
        Ok(())
    }
}
