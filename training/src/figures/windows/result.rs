//! The result file of a run: one JSON file with its inputs and figures.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::data::windows::parts::SplitWindows;
use crate::figures::provenance::{Origin, Provenance};
use crate::figures::windows::evaluate::{WindowsEvaluation, WindowsRow};
use crate::recipe::windows::WindowsRecipe;
use crate::recipe::windows::train::Select;
use crate::run::progress::{Evaluated, Progress};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WindowsResult {
    /// `windows`, which tells this file from other results.
    pub kind: String,
    #[serde(flatten)]
    pub provenance: Provenance,
    pub system: String,
    pub published: Option<String>,
    pub note: String,
    pub dense: bool,
    /// Calibrated along a genome.
    #[serde(default)]
    pub along: bool,
    pub window: usize,
    pub anchor: usize,
    pub parameters: usize,
    /// A base and strand of a dense network, else a window.
    pub flops: usize,
    /// Examples of the parts, before negatives were drawn for training: train, validation, test.
    pub examples: [usize; 3],
    pub epochs: usize,
    /// Epochs that the recipe allows.
    pub epochs_planned: usize,
    pub steps: usize,
    pub seconds: f64,
    pub select: Select,
    pub best: f64,
    pub best_epoch: usize,
    pub curve: Vec<Evaluated>,
    pub evaluation: WindowsEvaluation,
}

impl WindowsResult {
    pub fn new(
        origin: &Origin,
        recipe: &WindowsRecipe,
        data: &SplitWindows,
        progress: Progress,
        evaluation: WindowsEvaluation,
    ) -> Result<WindowsResult> {
        let graph = recipe.graph();
        Ok(WindowsResult {
            kind: "windows".into(),
            provenance: Provenance::new(origin, recipe.seed, recipe.files())?,
            system: recipe.system.clone(),
            published: recipe.published().map(str::to_owned),
            note: recipe.note.clone(),
            dense: graph.is_dense(),
            along: recipe.evaluation.along.is_some(),
            window: graph.window(),
            anchor: recipe.anchor(),
            parameters: graph.parameters(),
            flops: graph.flops(),
            examples: data.parts.each_ref().map(Vec::len),
            epochs: progress.round,
            epochs_planned: recipe.train.epochs,
            steps: progress.step,
            seconds: progress.seconds.round(),
            select: recipe.train.select,
            best: progress.best.unwrap_or_default(),
            best_epoch: progress.best_round,
            curve: progress.curve,
            evaluation,
        })
    }

    /// The network's own rows.
    pub fn own(&self) -> impl Iterator<Item = &WindowsRow> {
        let scorer = self.evaluation.rows.first().map(|row| row.scorer.clone());
        let rows = self.evaluation.rows.iter();
        rows.filter(move |row| Some(&row.scorer) == scorer.as_ref())
    }

    /// The yardsticks beside one of the network's rows.
    pub fn beside<'a>(&'a self, own: &'a WindowsRow) -> impl Iterator<Item = &'a WindowsRow> {
        let rows = self.evaluation.rows.iter();
        rows.filter(move |r| r.set == own.set && r.label == own.label && r.scorer != own.scorer)
    }
}
