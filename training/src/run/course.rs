//! The course of a training run, whatever it learns: draw, step, validate, keep what is best; a
//! killed run goes on where it was.
//!
//! Weights, optimiser and progress are one file, written beside the old one and renamed once: a
//! checkpoint is whole or not there.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor, nn};

use crate::net::network::{Mode, Network};
use crate::net::optimiser::Optimiser;

/// What a run learns.
pub trait Task {
    type Batch;

    /// A batch of the training data.
    fn batch(&self, random: &mut ChaCha8Rng) -> Self::Batch;

    /// Its bases, `[N, 4, L]`.
    fn bases(batch: &Self::Batch) -> &Tensor;

    /// The loss of the network's `scores`, `[N, heads, T]`.
    fn loss(&self, scores: &Tensor, batch: &Self::Batch) -> Tensor;

    /// How good the network is on what it does not learn from.
    fn validate(&self, network: &Network) -> Result<Verdict>;
}

/// More is better.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub figure: f64,
    /// Its parts, by name.
    pub parts: Vec<(String, f64)>,
}

/// The budget and the pace of a run, in steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    pub steps: usize,
    pub warmup: usize,
    /// Steps over which the rate would fall to nothing, where they are not all of them.
    pub decay_steps: Option<usize>,
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// Share of the running mean of the weights that a step keeps.
    pub averaging: f64,
    pub evaluate_every: usize,
    /// Evaluations without a better one, after which the run ends.
    pub patience: usize,
    /// Passes in bf16; weights stay single.
    #[serde(default)]
    pub bf16: bool,
    /// A run whose kept weights this one starts from, wherever names and shapes are the same.
    #[serde(default)]
    pub start: Option<String>,
}

/// Where a run stands.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Progress {
    pub step: usize,
    pub seconds: f64,
    /// Validation figure of the weights that are kept.
    pub best: f64,
    pub best_step: usize,
    pub since_best: usize,
    pub finished: bool,
    pub curve: Vec<Evaluated>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evaluated {
    pub step: usize,
    pub loss: f64,
    pub figure: f64,
    pub parts: Vec<(String, f64)>,
}

const CHECKPOINT: &str = "checkpoint.ot";

/// Names in a checkpoint: the kept weights' begin so.
const KEPT: &str = "kept.";
const PROGRESS: &str = "progress";

/// Batches that settle batch norm's statistics.
const SETTLING: u64 = 32;

/// Share of a training batch's statistics in the running ones.
const NORM_MOMENTUM: f64 = 0.02;

pub struct Course<'a, T: Task> {
    pub task: &'a T,
    pub pace: &'a Pace,
    pub seed: u64,
    pub folder: &'a Path,
    pub device: Device,
}

impl<T: Task> Course<'_, T> {
    /// Trains to the end of the budget, or to where patience ends; leaves the best weights in the
    /// run's checkpoint.
    pub fn run(&self, vs: &nn::VarStore, network: &Network) -> Result<Progress> {
        std::fs::create_dir_all(self.folder)
            .with_context(|| format!("{}", self.folder.display()))?;
        if let Some(start) = &self.pace.start {
            let taken = begin(vs, &self.folder.with_file_name(start))?;
            self.log(&format!("{taken} tensors of {start}"))?;
        }
        let mut optimiser = Optimiser::new(vs, self.pace.weight_decay, self.pace.averaging);
        let (mut progress, mut kept) = self.resume(&mut optimiser)?;
        self.log(&format!(
            "window {} anchor {} step {} parameters {} flops {} device {:?}",
            network.graph.window(),
            network.graph.anchor(),
            network.graph.step(),
            network.graph.parameters(),
            network.graph.flops(),
            self.device
        ))?;
        let (mut loss, mut since) = (0.0, 0);
        let mut clock = Instant::now();
        while !progress.finished {
            if progress.step < self.pace.steps {
                let batch = self.task.batch(&mut self.random(progress.step as u64));
                // Dropout draws from libtorch's own generator.
                tch::manual_seed((self.seed << 32 | progress.step as u64) as i64);
                let mode = Mode::Train {
                    momentum: NORM_MOMENTUM,
                };
                let scores = network.forward(&self.cast(&batch), mode);
                let step = self.task.loss(&scores, &batch);
                optimiser.step(&step, self.rate(progress.step));
                loss += step.double_value(&[]);
                since += 1;
                progress.step += 1;
            }
            let last = progress.step >= self.pace.steps;
            if progress.step.is_multiple_of(self.pace.evaluate_every) || last {
                progress.seconds += clock.elapsed().as_secs_f64();
                clock = Instant::now();
                let verdict = optimiser.averaged(|| {
                    self.settle(network);
                    let verdict = self.task.validate(network)?;
                    if verdict.figure > progress.best || kept.is_empty() {
                        kept = copies(vs);
                    }
                    Ok::<_, anyhow::Error>(verdict)
                })?;
                self.note(&mut progress, verdict, loss / f64::from(since.max(1)));
                (loss, since) = (0.0, 0);
                self.save(&optimiser, &progress, &kept)?;
                self.report(&progress)?;
            }
        }
        Ok(progress)
    }

    fn note(&self, progress: &mut Progress, verdict: Verdict, loss: f64) {
        let Verdict { figure, parts } = verdict;
        let step = progress.step;
        if figure > progress.best || progress.curve.is_empty() {
            (progress.best, progress.best_step, progress.since_best) = (figure, step, 0);
        } else {
            progress.since_best += 1;
        }
        progress.curve.push(Evaluated {
            step,
            loss,
            figure,
            parts,
        });
        progress.finished = step >= self.pace.steps || progress.since_best >= self.pace.patience;
    }

    fn report(&self, progress: &Progress) -> Result<()> {
        let Some(last) = progress.curve.last() else {
            return Ok(());
        };
        let parts = last.parts.iter().map(|(name, x)| format!(" {name} {x:.4}"));
        let left = progress.seconds * (self.pace.steps as f64 / last.step.max(1) as f64 - 1.0);
        self.log(&format!(
            "step {} loss {:.5} validation {:.4}{} kept {:.4} of {} after {:.0} s, {left:.0} s left",
            last.step,
            last.loss,
            last.figure,
            parts.collect::<String>(),
            progress.best,
            progress.best_step,
            progress.seconds,
        ))
    }

    /// The batch's bases in the precision of the passes.
    fn cast(&self, batch: &T::Batch) -> Tensor {
        T::bases(batch).to_kind(if self.pace.bf16 {
            Kind::BFloat16
        } else {
            Kind::Float
        })
    }

    /// Batch norm's running statistics are those of the weights as they move; the averaged
    /// weights get their own, the plain mean over some batches.
    fn settle(&self, network: &Network) {
        tch::no_grad(|| {
            for number in 0..SETTLING {
                let batch = self.task.batch(&mut self.random(u64::MAX - number));
                let momentum = 1.0 / (number + 1) as f64;
                let _scores = network.forward(&self.cast(&batch), Mode::Train { momentum });
            }
        });
    }

    /// Each step has a generator of its own: a resumed run draws what a whole one draws.
    fn random(&self, step: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(step);
        random
    }

    /// Linear warm-up, then a cosine down to nothing.
    fn rate(&self, step: usize) -> f64 {
        let Pace {
            steps,
            warmup,
            decay_steps,
            learning_rate,
            ..
        } = *self.pace;
        if step < warmup {
            return learning_rate * (step + 1) as f64 / warmup as f64;
        }
        let steps = decay_steps.unwrap_or(steps).saturating_sub(warmup).max(1);
        let done = (step - warmup) as f64 / steps as f64;
        learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
    }

    fn save(
        &self,
        optimiser: &Optimiser,
        progress: &Progress,
        kept: &[(String, Tensor)],
    ) -> Result<()> {
        let mut named = optimiser.tensors();
        let kept = kept.iter().map(|(name, tensor)| {
            // In the file dots stand as bars, and come back as dots.
            let name = format!("{KEPT}{name}").replace('.', "|");
            (name, tensor.shallow_clone())
        });
        named.extend(kept);
        let progress = Tensor::from_slice(&serde_json::to_vec(progress)?);
        named.push((PROGRESS.into(), progress));
        let new = self.folder.join("checkpoint.new");
        Tensor::save_multi(&named, &new).with_context(|| format!("{}", new.display()))?;
        std::fs::rename(&new, self.folder.join(CHECKPOINT))?;
        Ok(())
    }

    fn resume(&self, optimiser: &mut Optimiser) -> Result<(Progress, Vec<(String, Tensor)>)> {
        if !self.folder.join(CHECKPOINT).exists() {
            return Ok((Progress::default(), Vec::new()));
        }
        let (mut state, mut kept) = (Vec::new(), Vec::new());
        let mut progress = Progress::default();
        for (name, tensor) in read(self.folder)? {
            if name == PROGRESS {
                progress = serde_json::from_slice(&Vec::<u8>::try_from(&tensor)?)?;
            } else if let Some(name) = name.strip_prefix(KEPT) {
                kept.push((name.to_owned(), tensor));
            } else {
                state.push((name, tensor));
            }
        }
        let place = || format!("{}", self.folder.display());
        optimiser.restore(state).with_context(place)?;
        progress.finished =
            progress.step >= self.pace.steps || progress.since_best >= self.pace.patience;
        self.log(&format!("resumed at step {}", progress.step))?;
        Ok((progress, kept))
    }

    fn log(&self, line: &str) -> Result<()> {
        eprintln!("{line}");
        let path = self.folder.join("log");
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{line}")?;
        Ok(())
    }
}

fn copies(vs: &nn::VarStore) -> Vec<(String, Tensor)> {
    let named: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
    let copy = |(name, tensor): (String, Tensor)| (name, tensor.detach().copy());
    named.into_iter().map(copy).collect()
}

fn read(folder: &Path) -> Result<Vec<(String, Tensor)>> {
    let path: PathBuf = folder.join(CHECKPOINT);
    Tensor::load_multi(&path).with_context(|| format!("{}", path.display()))
}

/// Sets the variables that have the name and shape of a kept one of the run in `folder`; how many
/// did.
fn begin(vs: &nn::VarStore, folder: &Path) -> Result<usize> {
    let mut variables = vs.variables();
    let mut taken = 0;
    for (name, tensor) in read(folder)? {
        let Some(name) = name.strip_prefix(KEPT) else {
            continue;
        };
        if let Some(variable) = variables.get_mut(name)
            && variable.size() == tensor.size()
        {
            tch::no_grad(|| variable.copy_(&tensor));
            taken += 1;
        }
    }
    Ok(taken)
}

/// Puts the kept weights of the run in `folder` into `vs`; how the run went.
pub fn load(vs: &nn::VarStore, folder: &Path) -> Result<Progress> {
    let taken = begin(vs, folder)?;
    let wanted = vs.variables().len();
    if taken != wanted {
        bail!(
            "{}: {taken} of the network's {wanted} tensors",
            folder.display()
        );
    }
    let progress = read(folder)?.into_iter().find(|(name, _)| name == PROGRESS);
    let (_, bytes) = progress.context("a checkpoint without progress")?;
    Ok(serde_json::from_slice(&Vec::<u8>::try_from(&bytes)?)?)
}
