//! The interface between the training loop and what a recipe learns.

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tch::{Tensor, nn};

use crate::data::batch::Batch;
use crate::net::graph::Graph;
use crate::net::network::Network;
use crate::net::optimiser::Rule;
use crate::recipe::windows::train::Schedule;

/// What a run learns.
pub trait Task {
    /// State that changes during training, apart from the weights; part of each checkpoint.
    type State: Default + Serialize + DeserializeOwned;

    fn pace(&self) -> Pace<'_>;

    fn graph(&self) -> Graph;

    /// The data, for the log's first line.
    fn description(&self) -> String {
        String::new()
    }

    /// Sets the weights of a new network that do not begin at random.
    fn begin(&self, network: &Network) -> Result<()>;

    /// Freezes the variables that are not trained.
    fn freeze(&self, _vs: &nn::VarStore, _graph: &Graph) {}

    /// Whether [`Task::renew`] comes before the step.
    fn renews(&self, _step: usize) -> bool {
        false
    }

    /// Renews the state; the network has its averaged weights.
    fn renew(&self, _network: &Network, _step: usize, _state: &mut Self::State) {}

    /// The batches of a round, the first of which is that of `step`. They depend on nothing else
    /// but the state: a resumed run draws what a whole one draws.
    fn batches<'a>(&'a self, state: &'a Self::State, round: usize, step: usize) -> Batches<'a>;

    /// Batches that give batch norm its statistics for the averaged weights, which are those of the
    /// plain mean over them; none where the statistics stay as they are.
    fn settling<'a>(&'a self, state: &'a Self::State) -> Batches<'a>;

    /// The seed of a step's dropout.
    fn dropout_seed(&self, step: usize) -> i64 {
        (self.pace().seed << 32 | step as u64) as i64
    }

    /// The loss of the network's `scores`, `[N, heads, T]`.
    fn loss(&self, scores: &Tensor, batch: &Batch) -> Tensor;

    /// How good the network is on what it does not learn from.
    fn validate(&self, network: &Network) -> Result<Validation>;
}

pub type Batches<'a> = Box<dyn Iterator<Item = Result<Batch>> + 'a>;

/// More is better.
#[derive(Debug, Clone)]
pub struct Validation {
    pub figure: f64,
    /// Its parts, by name, where there are several.
    pub parts: Vec<(String, f64)>,
    /// Mean loss of windows, and F1 of calls at logit 0, over the labels.
    pub loss: Option<f64>,
    pub f1: Option<f64>,
}

/// The budget and the pace of a run. A round is what the run counts by: a step, or an epoch.
#[derive(Debug, Clone)]
pub struct Pace<'a> {
    pub seed: u64,
    pub rounds: usize,
    /// Whether rounds are epochs of several steps.
    pub epochs: bool,
    /// Steps of all rounds, about.
    pub steps: usize,
    pub evaluate_every: usize,
    /// Evaluations without a better one, after which the run ends.
    pub patience: usize,
    /// Keeps the last weights instead of the best.
    pub keep_last: bool,
    pub learning_rate: f64,
    pub warmup: usize,
    /// Steps over which the schedule runs, warm-up among them.
    pub decay_steps: usize,
    pub schedule: Schedule,
    pub optimiser: Rule,
    pub weight_decay: f64,
    /// Share of the running mean of the weights that a step keeps.
    pub averaging: f64,
    /// Share of a batch's statistics in batch norm's running ones; none: the running ones are used,
    /// and stay.
    pub norm_momentum: Option<f64>,
    /// Forward and backward passes in bfloat16; weights stay single.
    pub bf16: bool,
    /// A run whose kept weights this one starts from, wherever names and shapes are the same.
    pub start: Option<&'a str>,
    /// Runs from the mean of whose last averaged weights this one starts.
    pub start_mean: &'a [String],
}

impl Pace<'_> {
    /// The learning rate of a step: linear warm-up, then the schedule.
    pub fn rate(&self, step: usize) -> f64 {
        if step < self.warmup {
            return self.learning_rate * (step + 1) as f64 / self.warmup as f64;
        }
        let steps = self.decay_steps.saturating_sub(self.warmup).max(1);
        let done = ((step - self.warmup) as f64 / steps as f64).min(1.0);
        let share = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::OneCycle if done < RISE => half_wave(1.0 - done / RISE),
            Schedule::OneCycle => half_wave((done - RISE) / (1.0 - RISE)),
            Schedule::Cosine => half_wave(done),
            Schedule::Linear(last) => 1.0 + (last - 1.0) * done,
        };
        self.learning_rate * share
    }
}

/// Share of one cycle's steps in which the rate rises.
const RISE: f64 = 0.3;

/// From 1 to 0 as `done` goes from 0 to 1.
fn half_wave(done: f64) -> f64 {
    0.5 * (1.0 + (std::f64::consts::PI * done).cos())
}
