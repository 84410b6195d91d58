//! The result file of a run: one JSON file with its inputs and figures.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::bases::UNKNOWN;
use crate::data::genome;
use crate::figures::provenance::{Origin, Provenance};
use crate::figures::sites::evaluate::SitesEvaluation;
use crate::recipe::sites::{GenomeFiles, SitesRecipe};
use crate::run::progress::{Evaluated, Progress};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SitesResult {
    #[serde(flatten)]
    pub provenance: Provenance,
    pub window: usize,
    pub anchor: usize,
    pub parameters: usize,
    /// A base and strand.
    pub flops: usize,
    pub steps: usize,
    pub seconds: f64,
    pub best_step: usize,
    pub validation_average_precision: f64,
    pub curve: Vec<Evaluated>,
    /// One a label.
    #[serde(alias = "evaluation", deserialize_with = "one_or_many")]
    pub evaluations: Vec<SitesEvaluation>,
}

/// Result files of models with one label hold their evaluation as it is.
fn one_or_many<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Vec<SitesEvaluation>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Many(Vec<SitesEvaluation>),
        One(Box<SitesEvaluation>),
    }
    Ok(match Either::deserialize(from)? {
        Either::Many(many) => many,
        Either::One(one) => vec![*one],
    })
}

impl SitesResult {
    pub fn new(
        origin: &Origin,
        recipe: &SitesRecipe,
        progress: Progress,
        evaluations: Vec<SitesEvaluation>,
    ) -> Result<SitesResult> {
        let graph = recipe.graph();
        let shipped = recipe.shipped();
        Ok(SitesResult {
            provenance: Provenance::new(origin, recipe.seed, files(recipe))?,
            window: graph.window(),
            anchor: graph.anchor(),
            parameters: shipped.parameters(),
            flops: shipped.flops(),
            steps: progress.step,
            seconds: progress.seconds.round(),
            best_step: progress.best_step,
            validation_average_precision: progress.best.unwrap_or_default(),
            curve: progress.curve,
            evaluations,
        })
    }
}

fn files(recipe: &SitesRecipe) -> Vec<PathBuf> {
    let of = |genome: &GenomeFiles| {
        let GenomeFiles {
            fasta,
            gtf,
            exon_starts,
            exon_ends,
        } = genome.clone();
        [Some(fasta), Some(gtf), exon_starts, exon_ends]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    let mut files = of(&recipe.data.genome);
    for species in recipe.data.species.iter().cloned() {
        files.push(species.fasta);
        files.extend(species.sites.into_iter().chain(species.mask));
    }
    files.extend(recipe.data.windows.iter().map(|w| w.tsv.clone()));
    files.extend(
        recipe
            .evaluation
            .held_out
            .iter()
            .flat_map(|h| of(&h.genome)),
    );
    files
}

/// Windows of real sequence for proofs of parity: codes, as long as asked, none unknown.
pub fn real_windows(
    data: &Path,
    recipe: &SitesRecipe,
    length: usize,
    count: usize,
) -> Result<Vec<Vec<u8>>> {
    let held_out = recipe
        .evaluation
        .held_out
        .first()
        .context("no held-out set")?;
    let contigs = genome::read_fasta(&data.join(&held_out.genome.fasta))?;
    let codes = contigs.iter().flat_map(|c| c.codes.chunks_exact(length));
    let known = codes.filter(|w| w.iter().all(|&c| c < UNKNOWN));
    Ok(known.step_by(7).take(count).map(<[u8]>::to_vec).collect())
}
