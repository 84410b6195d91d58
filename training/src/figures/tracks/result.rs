//! The result file of a run: one JSON file with its inputs and figures.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::figures::provenance::{Origin, Provenance};
use crate::figures::tracks::evaluate::{NETWORK, TracksEvaluation, TracksRow};
use crate::net::graph::Graph;
use crate::recipe::tracks::TracksRecipe;
use crate::run::progress::{Evaluated, Progress};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TracksResult {
    /// `tracks`, which tells this file from other results.
    pub kind: String,
    #[serde(flatten)]
    pub provenance: Provenance,
    pub system: String,
    pub note: String,
    pub window: usize,
    pub anchor: usize,
    pub step: usize,
    pub parameters: usize,
    /// A base and strand.
    pub flops: usize,
    pub steps: usize,
    pub steps_planned: usize,
    pub seconds: f64,
    pub best: f64,
    pub best_step: usize,
    pub start: Option<String>,
    pub curve: Vec<Evaluated>,
    pub evaluation: TracksEvaluation,
}

impl TracksResult {
    /// `shipped` is the network with the shipped heads alone.
    pub fn new(
        origin: &Origin,
        recipe: &TracksRecipe,
        shipped: &Graph,
        progress: Progress,
        evaluation: TracksEvaluation,
    ) -> Result<TracksResult> {
        Ok(TracksResult {
            kind: "tracks".into(),
            provenance: Provenance::new(origin, recipe.seed, recipe.files())?,
            system: recipe.system.clone(),
            note: recipe.note.clone(),
            window: shipped.window(),
            anchor: shipped.anchor(),
            step: shipped.step(),
            parameters: shipped.parameters(),
            flops: shipped.flops(),
            steps: progress.step,
            steps_planned: recipe.train.steps,
            seconds: progress.seconds.round(),
            best: progress.best.unwrap_or_default(),
            best_step: progress.best_step,
            start: recipe.train.start.clone(),
            curve: progress.curve,
            evaluation,
        })
    }

    /// The network's own rows, each with the yardstick of the best average precision beside it.
    pub fn beside(&self) -> impl Iterator<Item = (&TracksRow, Option<&TracksRow>)> {
        let rows = &self.evaluation.rows;
        let own = rows.iter().filter(|row| row.scorer == NETWORK);
        own.map(move |own| {
            let others = rows.iter().filter(move |row| {
                row.set == own.set && row.label == own.label && row.scorer != NETWORK
            });
            let best = others.max_by(|a, b| a.average_precision.total_cmp(&b.average_precision));
            (own, best)
        })
    }
}
