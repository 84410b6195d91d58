//! The result file of a run: one JSON file with its inputs and figures.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::data::windows::parts::SplitWindows;
use crate::figures::provenance::{Origin, Provenance};
use crate::figures::windows::evaluate::{WindowsEvaluation, WindowsRow};
use crate::metrics::figures::{Column, column};
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
    /// Whether it stands for its system in the comparison of systems.
    #[serde(default)]
    pub headline: bool,
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
            headline: recipe.headline.contains(&recipe.variant),
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

    /// The main figure of one of the network's rows: that which chose the epoch, or AUROC where the
    /// set has it alone.
    pub fn main(&self, own: &WindowsRow) -> Column {
        let chose = column(self.select);
        match chose.1(&own.figures) {
            Some(_) => chose,
            None => column(Select::Auroc),
        }
    }

    /// The best yardstick beside one of the network's rows, or the best `bundled` model: its main
    /// figure and its name.
    pub fn best_beside(&self, own: &WindowsRow, bundled: bool) -> Option<(f64, &str)> {
        let (_, of) = self.main(own);
        let beside = self.beside(own).filter(|row| row.is_bundled() == bundled);
        let known = beside.filter_map(|row| Some((of(&row.figures)?, row.scorer.as_str())));
        known.max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The yardsticks beside one of the network's rows.
    fn beside<'a>(&'a self, own: &WindowsRow) -> impl Iterator<Item = &'a WindowsRow> {
        let rows = self.evaluation.rows.iter();
        let WindowsRow {
            set, label, scorer, ..
        } = own.clone();
        rows.filter(move |r| r.set == set && r.label == label && r.scorer != scorer)
    }
}
