//! What a run of windows learns: epochs of labelled windows, classes or values, and the figure on
//! the validation part that picks the best epoch.

use std::path::Path;

use anyhow::Result;
use tch::{Device, Kind, Reduction, Tensor};

use crate::data::batch::Batch;
use crate::data::windows::batch::Epochs;
use crate::data::windows::parts::SplitWindows;
use crate::metrics::figures::Figures;
use crate::net::graph::Graph;
use crate::net::network::Network;
use crate::recipe::windows::WindowsRecipe;
use crate::recipe::windows::card::Output;
use crate::recipe::windows::source::Part;
use crate::recipe::windows::train::Loss;
use crate::run::task::{Batches, Pace, Task, Validation};
use crate::run::vectors;
use crate::run::windows::score::{known, scores};
use crate::run::windows::teachers::Ensemble;

/// Batches that give batch norm its statistics, and their epoch and first number: none of training.
const SETTLING: usize = 64;
const SETTLING_EPOCH: usize = usize::MAX >> 1;
const SETTLING_BATCH: usize = usize::MAX / 4;

pub struct WindowsTask<'a> {
    recipe: &'a WindowsRecipe,
    windows: &'a SplitWindows<'a>,
    /// The run's own folder; that of its word vectors is next to it.
    folder: &'a Path,
    epochs: Epochs<'a>,
    /// Examples that go into a batch.
    taken: usize,
    /// Of all epochs, as long as the first.
    steps: usize,
    /// Of the values to learn.
    mean: f64,
    deviation: f64,
    teachers: Option<Ensemble>,
    device: Device,
}

impl<'a> WindowsTask<'a> {
    pub fn new(
        windows: &'a SplitWindows<'a>,
        folder: &'a Path,
        device: Device,
    ) -> Result<WindowsTask<'a>> {
        let recipe = windows.recipe;
        let epochs = Epochs {
            examples: windows.train_part(),
            drawer: &windows.drawer,
            split: &recipe.split,
            augment: &recipe.augment,
            window: windows.window,
            share: recipe.train.share,
            one_block: recipe.train.one_block,
            seed: recipe.seed,
            split_seed: recipe.split_seed,
        };
        let taken = epochs.taken(recipe.train.batch);
        let steps = epochs.chunks(0, taken).len() * recipe.train.epochs;
        let (mean, deviation) = units(windows);
        Ok(WindowsTask {
            recipe,
            windows,
            folder,
            epochs,
            taken,
            steps,
            mean,
            deviation,
            teachers: Ensemble::read(recipe, folder, device)?,
            device,
        })
    }

    /// The batches of some examples in their order, numbered by `number`.
    fn epoch(&self, epoch: usize, number: impl Fn(usize) -> usize) -> Batches<'_> {
        let chunks = self.epochs.chunks(epoch, self.taken);
        let numbers: Vec<usize> = (0..chunks.len()).map(number).collect();
        let batch = move |(examples, number): (Vec<u32>, usize)| {
            self.epochs.batch(&examples, number, self.device)
        };
        Box::new(chunks.into_iter().zip(numbers).map(batch))
    }
}

impl Task for WindowsTask<'_> {
    type State = ();

    fn pace(&self) -> Pace<'_> {
        let train = &self.recipe.train;
        Pace {
            seed: self.recipe.seed,
            rounds: train.epochs,
            epochs: true,
            steps: self.steps,
            evaluate_every: train.evaluate_every,
            patience: train.patience,
            keep_last: false,
            learning_rate: train.learning_rate,
            warmup: train.warmup,
            decay_steps: self.steps,
            schedule: train.schedule,
            optimiser: train.optimiser,
            weight_decay: train.weight_decay,
            averaging: train.averaging,
            norm_momentum: Some(0.1),
            bf16: train.bf16,
            start: train.start.as_deref(),
            start_mean: &[],
        }
    }

    fn graph(&self) -> Graph {
        self.recipe.graph()
    }

    fn description(&self) -> String {
        let [train, validation, test] = self.windows.parts.each_ref().map(Vec::len);
        let steps = self.steps;
        format!(
            " steps {steps} examples {train} to train, {validation} to validate, {test} to test"
        )
    }

    /// Sets the units of values, and looks up word vectors.
    fn begin(&self, network: &Network) -> Result<()> {
        network.set_units(self.mean, self.deviation);
        match (self.recipe.architecture.vectors(), network.vectors()) {
            (Some((run, k)), Some(table)) => {
                vectors::load(&self.folder.with_file_name(run), k, table)
            }
            _ => Ok(()),
        }
    }

    fn batches<'a>(&'a self, _state: &'a (), epoch: usize, step: usize) -> Batches<'a> {
        self.epoch(epoch, |at| step + at)
    }

    /// Without averaging the running statistics are those of the weights.
    fn settling<'a>(&'a self, _state: &'a ()) -> Batches<'a> {
        if self.recipe.train.averaging == 0.0 {
            return Box::new(std::iter::empty());
        }
        Box::new(
            self.epoch(SETTLING_EPOCH, |at| SETTLING_BATCH - at)
                .take(SETTLING),
        )
    }

    fn dropout_seed(&self, step: usize) -> i64 {
        self.recipe.seed as i64 ^ (step as i64) << 20
    }

    /// Mean over the known targets: cross-entropy, or the squared error in deviations.
    fn loss(&self, scores: &Tensor, batch: &Batch) -> Tensor {
        let taught = self.teachers.as_ref().map(|t| t.target(batch));
        let target = taught.as_ref().unwrap_or(&batch.target);
        let train = &self.recipe.train;
        let twice = (train.loss == Loss::SigmoidTwice).then(|| scores.sigmoid());
        let scores = twice.as_ref().unwrap_or(scores);
        let each = match self.recipe.model.output {
            Output::Logit => scores.binary_cross_entropy_with_logits::<Tensor>(
                target,
                None,
                None,
                Reduction::None,
            ),
            Output::Value => ((scores - target) / self.deviation).square(),
        };
        let known = &batch.weight;
        (each * known).sum(Kind::Float) / known.sum(Kind::Float).clamp_min(1.0)
    }

    /// The figure that the recipe selects by: its mean over the labels.
    fn validate(&self, network: &Network) -> Result<Validation> {
        let card = &self.recipe.model;
        let examples = &self.windows.parts[Part::Validation as usize];
        let all = scores(network, examples, card.strand);
        let figures = |(label, scores): (usize, &Vec<f32>)| {
            let (scores, targets) = known(scores, examples, label);
            Figures::of(card.output, &scores, &targets)
        };
        let figures: Vec<Figures> = all.iter().enumerate().map(figures).collect();
        let mean = |of: fn(&Figures) -> Option<f64>| {
            let known: Option<Vec<f64>> = figures.iter().map(of).collect();
            known.map(|all| all.iter().sum::<f64>() / all.len() as f64)
        };
        let select = self.recipe.train.select;
        let labels: Vec<f64> = figures.iter().map(|f| f.get(select)).collect();
        Ok(Validation {
            figure: labels.iter().sum::<f64>() / labels.len() as f64,
            loss: mean(|f| f.loss.or(f.mse)),
            f1: mean(|f| f.f1),
            parts: match labels.as_slice() {
                [_] => Vec::new(),
                _ => card.labels.iter().cloned().zip(labels).collect(),
            },
        })
    }
}

/// Mean and deviation of the values to learn; of classes, none.
fn units(windows: &SplitWindows) -> (f64, f64) {
    if windows.recipe.model.output == Output::Logit {
        return (0.0, 1.0);
    }
    let values = windows.train_part().iter().flat_map(|e| &e.targets);
    let known: Vec<f64> = values.filter(|t| !t.is_nan()).map(|&t| t.into()).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let squares = known.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    (mean, (squares / known.len() as f64).sqrt())
}
