//! The training loop over labelled windows: epochs, validation, the best kept; a killed run goes
//! on from its last evaluation.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor, nn};

use crate::clock;
use crate::data::windows::apart::keep_apart;
use crate::data::windows::batch::{Batch, Batches, Drawer};
use crate::data::windows::examples::{Example, Reader};
use crate::metrics::figures::Figures;
use crate::net::network::{Mode, Network};
use crate::net::optimiser::Optimiser;
use crate::recipe::windows::{Output, Part, Recipe, Schedule};
use crate::run::checkpoint;
use crate::run::vectors;
use crate::run::windows::score::{known, scores};

/// Where a run stands; part of each checkpoint.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Progress {
    pub epoch: usize,
    pub step: usize,
    /// Of the processor.
    pub seconds: f64,
    /// None before the first evaluation.
    pub best: Option<f64>,
    pub best_epoch: usize,
    pub since_best: usize,
    pub finished: bool,
    pub curve: Vec<Evaluated>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evaluated {
    pub epoch: usize,
    pub step: usize,
    /// Mean training loss since the evaluation before.
    pub loss: f64,
    /// The validation figure that picks the best.
    pub figure: f64,
}

pub struct Run<'a> {
    pub recipe: &'a Recipe,
    /// Examples of the parts: train, validation, test.
    pub parts: [Vec<Example>; 3],
    pub data: PathBuf,
    pub folder: PathBuf,
    pub device: Device,
    drawer: Drawer,
    pub window: usize,
}

impl<'a> Run<'a> {
    pub fn new(recipe: &'a Recipe, data: &Path, folder: &Path, device: Device) -> Result<Run<'a>> {
        let window = recipe.graph().window();
        let along = recipe.evaluation.along.as_ref();
        let mut run = Run {
            recipe,
            parts: Default::default(),
            data: data.to_owned(),
            folder: folder.to_owned(),
            device,
            drawer: Drawer::new(&recipe.data.negatives, along, data, window)?,
            window,
        };
        let examples = run.reader().read(&recipe.data.sources)?;
        run.parts = recipe.split.apply(examples, recipe.seed);
        let [train, validation, test] = &mut run.parts;
        if let Some(along) = along {
            along.clear(train, data)?;
        }
        if let Some(bases) = recipe.data.apart {
            keep_apart(train, &[validation, test], bases);
        }
        ensure!(
            !train.is_empty() && !validation.is_empty(),
            "the split leaves {} examples to train and {} to validate",
            train.len(),
            validation.len()
        );
        for (part, examples) in [(Part::Validation, validation), (Part::Test, test)] {
            run.drawer
                .fixed(examples, part, &recipe.split, recipe.seed)?;
        }
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
        Ok(run)
    }

    pub fn reader(&self) -> Reader<'_> {
        Reader {
            folder: &self.data,
            data: &self.recipe.data,
            split: &self.recipe.split,
            labels: &self.recipe.model.labels,
            output: self.recipe.model.output,
            window: self.window,
            seed: self.recipe.seed,
        }
    }

    pub fn train_part(&self) -> &[Example] {
        &self.parts[Part::Train as usize]
    }

    /// Examples as a yardstick learns from them: with negatives drawn once.
    pub fn train_fixed(&self) -> Result<Vec<Example>> {
        let mut examples = self.train_part().to_vec();
        let recipe = self.recipe;
        self.drawer
            .fixed(&mut examples, Part::Train, &recipe.split, recipe.seed)?;
        Ok(examples)
    }

    /// Trains to the end, to where patience or `go_on` ends it, or until its minutes are over;
    /// leaves `kept.ot` in the run's folder.
    pub fn train(&self, go_on: &mut dyn FnMut(&Progress) -> bool) -> Result<Progress> {
        let recipe = self.recipe;
        let train = &recipe.train;
        tch::manual_seed(recipe.seed as i64);
        let vs = nn::VarStore::new(self.device);
        let network = Network::new(recipe.graph(), &vs.root());
        let (mean, deviation) = self.units();
        network.set_units(mean, deviation);
        if let (Some((run, k)), Some(words)) = (recipe.architecture.vectors(), network.words()) {
            vectors::load(&self.folder.with_file_name(run), k, &words.vectors)?;
        }
        if let Some(start) = &train.start {
            let path = self.folder.with_file_name(start).join("kept.ot");
            self.log(&format!("{} tensors of {start}", adopt(&vs, &path)?))?;
        }
        let mut optimiser = Optimiser::new(&vs, train.weight_decay, train.averaging);
        let mut progress = self.resume(&mut optimiser)?;
        let batches = Batches {
            examples: self.train_part(),
            drawer: &self.drawer,
            split: &recipe.split,
            augment: &recipe.augment,
            window: self.window,
            share: train.share,
            seed: recipe.seed,
        };
        let taken = batches.taken(train.batch);
        let steps = batches.order(0).len().div_ceil(taken) * train.epochs;
        self.log(&format!(
            "window {} parameters {} examples {:?} steps {steps} device {:?}",
            self.window,
            network.graph.parameters(),
            self.parts.each_ref().map(Vec::len),
            self.device
        ))?;
        let mut losses = Vec::new();
        let mut since = clock::seconds();
        while !progress.finished && progress.epoch < train.epochs {
            for examples in batches.order(progress.epoch).chunks(taken) {
                let batch = batches.batch(examples, progress.step, self.device)?;
                // Dropout draws from a generator of each step's own.
                tch::manual_seed(recipe.seed as i64 ^ (progress.step as i64) << 20);
                let loss = self.loss(&network, &batch, deviation);
                optimiser.step(&loss, self.rate(progress.step, steps));
                losses.push(loss.double_value(&[]));
                progress.step += 1;
            }
            progress.epoch += 1;
            let over = |seconds: f64| train.minutes.is_some_and(|m| seconds >= 60.0 * m);
            let ends =
                progress.epoch == train.epochs || over(progress.seconds + clock::seconds() - since);
            if progress.epoch % train.evaluate_every != 0 && !ends {
                continue;
            }
            let loss = losses.iter().sum::<f64>() / losses.len() as f64;
            losses.clear();
            self.evaluate(&network, &vs, &mut optimiser, &mut progress, loss, &batches)?;
            progress.seconds += clock::seconds() - since;
            since = clock::seconds();
            progress.finished = ends || progress.since_best >= train.patience;
            progress.finished |= !go_on(&progress);
            checkpoint::save(&self.folder, &optimiser, &progress)?;
        }
        Ok(progress)
    }

    /// Mean and deviation of the values to learn; of classes, none.
    fn units(&self) -> (f64, f64) {
        if self.recipe.model.output == Output::Logit {
            return (0.0, 1.0);
        }
        let values = self.train_part().iter().flat_map(|e| &e.targets);
        let known: Vec<f64> = values.filter(|t| !t.is_nan()).map(|&t| t.into()).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let squares = known.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        (mean, (squares / known.len() as f64).sqrt())
    }

    fn rate(&self, step: usize, steps: usize) -> f64 {
        let train = &self.recipe.train;
        if step < train.warmup {
            return train.learning_rate * (step + 1) as f64 / train.warmup as f64;
        }
        let whole = steps.saturating_sub(train.warmup).max(1);
        let done = ((step - train.warmup) as f64 / whole as f64).min(1.0);
        let share = match train.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * done).cos()),
            Schedule::Linear(last) => 1.0 + (last - 1.0) * done,
        };
        train.learning_rate * share
    }

    /// Mean over what is known: cross-entropy, or the squared error in deviations.
    fn loss(&self, network: &Network, batch: &Batch, deviation: f64) -> Tensor {
        let mode = Mode::Train {
            momentum: NORM_MOMENTUM,
        };
        let scores = network.forward(&batch.bases, mode);
        let unknown = batch.targets.isnan();
        let targets = batch.targets.masked_fill(&unknown, 0.0);
        let each = match self.recipe.model.output {
            Output::Logit => scores.binary_cross_entropy_with_logits::<Tensor>(
                &targets,
                None,
                None,
                tch::Reduction::None,
            ),
            Output::Value => ((scores - targets) / deviation).square(),
        };
        let known = unknown.logical_not().to_kind(Kind::Float);
        (each * &known).sum(Kind::Float) / known.sum(Kind::Float).clamp_min(1.0)
    }

    fn evaluate(
        &self,
        network: &Network,
        vs: &nn::VarStore,
        optimiser: &mut Optimiser,
        progress: &mut Progress,
        loss: f64,
        batches: &Batches,
    ) -> Result<()> {
        let figure = optimiser.averaged(|| -> Result<f64> {
            if self.recipe.train.averaging > 0.0 {
                self.settle(network, batches)?;
            }
            let figure = self.validate(network);
            if progress.best.is_none_or(|best| figure > best) {
                vs.save(self.folder.join("kept.ot"))?;
            }
            Ok(figure)
        })?;
        if progress.best.is_none_or(|best| figure > best) {
            progress.best = Some(figure);
            (progress.best_epoch, progress.since_best) = (progress.epoch, 0);
        } else {
            progress.since_best += 1;
        }
        let (epoch, step) = (progress.epoch, progress.step);
        progress.curve.push(Evaluated {
            epoch,
            step,
            loss,
            figure,
        });
        self.log(&format!(
            "epoch {epoch} step {step} loss {loss:.5} validation {} {figure:.4} best {:.4} at {}",
            self.recipe.train.select,
            progress.best.unwrap_or(figure),
            progress.best_epoch
        ))
    }

    /// The validation figure that picks the best: its mean over the labels.
    fn validate(&self, network: &Network) -> f64 {
        let examples = &self.parts[Part::Validation as usize];
        let all = scores(network, examples, self.recipe.model.strand, self.device);
        let figure = |(label, scores): (usize, &Vec<f32>)| {
            let (scores, targets) = known(scores, examples, label);
            let figures = Figures::of(self.recipe.model.output, &scores, &targets);
            figures.get(self.recipe.train.select)
        };
        all.iter().enumerate().map(figure).sum::<f64>() / all.len() as f64
    }

    /// Batch norm's statistics for the averaged weights: the plain mean over some batches.
    fn settle(&self, network: &Network, batches: &Batches) -> Result<()> {
        let order = batches.order(usize::MAX >> 1);
        let taken = batches.taken(self.recipe.train.batch);
        for (number, examples) in order.chunks(taken).take(SETTLING).enumerate() {
            let momentum = 1.0 / (number + 1) as f64;
            let batch = batches.batch(examples, usize::MAX / 4 - number, self.device)?;
            let mode = Mode::Train { momentum };
            let _scores = tch::no_grad(|| network.forward(&batch.bases, mode));
        }
        Ok(())
    }

    fn resume(&self, optimiser: &mut Optimiser) -> Result<Progress> {
        let Some(progress) = checkpoint::resume::<Progress>(&self.folder, optimiser)? else {
            return Ok(Progress::default());
        };
        self.log(&format!("resumed at step {}", progress.step))?;
        Ok(progress)
    }

    fn log(&self, line: &str) -> Result<()> {
        eprintln!("{line}");
        let path = self.folder.join("log");
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{line}")?;
        Ok(())
    }
}

/// Takes over the tensors of a trained network that have the same name and size; how many.
fn adopt(vs: &nn::VarStore, path: &Path) -> Result<usize> {
    let place = || format!("{} (run that recipe first)", path.display());
    let trained = Tensor::load_multi(path).with_context(place)?;
    let own = vs.variables();
    let mut adopted = 0;
    for (name, tensor) in trained {
        if let Some(own) = own.get(&name).filter(|own| own.size() == tensor.size()) {
            tch::no_grad(|| own.shallow_clone().copy_(&tensor));
            adopted += 1;
        }
    }
    ensure!(adopted > 0, "{}: nothing of it fits", path.display());
    Ok(adopted)
}

/// Batches that settle batch norm's statistics.
const SETTLING: usize = 64;

/// Share of a training batch's statistics in the running ones.
const NORM_MOMENTUM: f64 = 0.1;
