//! What a run leaves behind for others: one JSON file with all that went in and came out.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::evaluate::Evaluation;
use crate::genome;
use crate::recipe::{Genome, Recipe, hex};
use crate::train::{Evaluated, Progress, graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunResult {
    pub name: String,
    pub recipe: String,
    pub recipe_sha256: String,
    /// The recipe's changed values, as given to `--set`.
    pub changes: Vec<String>,
    pub seed: u64,
    /// SHA-256 of each data file.
    pub data: Vec<(PathBuf, String)>,
    pub versions: String,
    pub device: String,
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
    pub evaluation: Evaluation,
}

pub struct Origin<'a> {
    pub name: &'a str,
    pub recipe: &'a Path,
    pub sha256: &'a str,
    pub changes: &'a [String],
    pub data: &'a Path,
    pub device: tch::Device,
}

impl RunResult {
    pub fn new(
        origin: &Origin,
        recipe: &Recipe,
        progress: Progress,
        evaluation: Evaluation,
    ) -> Result<RunResult> {
        let graph = graph(recipe);
        let shipped = crate::train::shipped(recipe);
        let file_name = origin.recipe.file_name().context("a recipe is a file")?;
        Ok(RunResult {
            name: origin.name.to_owned(),
            recipe: file_name.to_string_lossy().into_owned(),
            recipe_sha256: origin.sha256.to_owned(),
            changes: origin.changes.to_vec(),
            seed: recipe.seed,
            data: hashes(recipe, origin.data)?,
            versions: format!("windrow-train {}, tch 0.24.0", env!("CARGO_PKG_VERSION")),
            device: format!("{:?}", origin.device),
            window: graph.window(),
            anchor: graph.anchor(),
            parameters: shipped.parameters(),
            flops: shipped.flops(),
            steps: progress.step,
            seconds: progress.seconds.round(),
            best_step: progress.best_step,
            validation_average_precision: progress.best,
            curve: progress.curve,
            evaluation,
        })
    }
}

fn hashes(recipe: &Recipe, data: &Path) -> Result<Vec<(PathBuf, String)>> {
    let of = |genome: &Genome| {
        let Genome {
            fasta,
            gtf,
            exon_starts,
        } = genome.clone();
        [Some(fasta), Some(gtf), exon_starts]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    let mut files = of(&recipe.data.genome);
    files.extend(recipe.data.windows.iter().map(|w| w.tsv.clone()));
    files.extend(
        recipe
            .evaluation
            .held_out
            .iter()
            .flat_map(|h| of(&h.genome)),
    );
    let hash = |file: PathBuf| {
        let path = data.join(&file);
        let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        Ok((file, hex(&Sha256::digest(bytes))))
    };
    files.into_iter().map(hash).collect()
}

/// Windows of real sequence for proofs of parity: codes, as long as asked, none unknown.
pub fn real_windows(
    data: &Path,
    recipe: &Recipe,
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
    let known = codes.filter(|w| w.iter().all(|&c| c < genome::UNKNOWN));
    Ok(known.step_by(7).take(count).map(<[u8]>::to_vec).collect())
}
