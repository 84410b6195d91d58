//! Where a run's result comes from: the part that all result files share.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::files;

/// The inputs of a run.
pub struct Origin<'a> {
    pub name: &'a str,
    /// The recipe's file name, with its variant.
    pub recipe: String,
    pub sha256: &'a str,
    pub changes: &'a [String],
    pub data: &'a Path,
    pub folder: &'a Path,
    /// Whether a run that is there is left for a new one.
    pub fresh: bool,
    /// The result file.
    pub result: PathBuf,
    pub device: tch::Device,
}

impl Origin<'_> {
    /// The result of an evaluation before.
    pub fn read_result<T: DeserializeOwned>(&self) -> Result<T> {
        ensure!(
            self.result.exists(),
            "{}: not there; `windrow-train evaluate` writes it",
            self.result.display()
        );
        files::read_json(&self.result)
    }
}

/// The part of a result file that repeats the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Provenance {
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
}

impl Provenance {
    pub fn new(origin: &Origin, seed: u64, files: Vec<PathBuf>) -> Result<Provenance> {
        Ok(Provenance {
            name: origin.name.to_owned(),
            recipe: origin.recipe.clone(),
            recipe_sha256: origin.sha256.to_owned(),
            changes: origin.changes.to_vec(),
            seed,
            data: files::hashes(files, origin.data)?,
            versions: format!("windrow-train {}, tch 0.24.0", env!("CARGO_PKG_VERSION")),
            device: format!("{:?}", origin.device),
        })
    }

    /// The recipe and its hash, as a model file states them.
    pub fn recipe_line(&self) -> String {
        format!("{} {}", self.recipe, self.recipe_sha256)
    }

    /// Where the plots of a run with a calibrated model are.
    pub fn plots_line(&self) -> String {
        let plot = |of| format!("training/results/{}.{of}.svg", self.name);
        format!(
            "Plots: precision against recall, {}; calibration, {}.",
            plot("precision"),
            plot("calibration")
        )
    }

    /// The command that repeats it; `verb` is `run` or `search`.
    pub fn command(&self, verb: &str) -> String {
        let changes = self.changes.iter().map(|c| format!(" --set '{c}'"));
        format!(
            "windrow-train {verb} recipes/{} --name {}{}",
            self.recipe,
            self.name,
            changes.collect::<String>()
        )
    }
}
