//! The training loop: draw, step, validate, keep what is best; a killed run goes on where it was.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Reduction, Tensor, nn};

use crate::files::{read_json, write_json};
use crate::genome::UNKNOWN;
use crate::graph::Graph;
use crate::metrics::Curve;
use crate::network::{Mode, Network};
use crate::optimiser::Optimiser;
use crate::sites::dataset::{Dataset, Place, Stretch, read_windows};
use crate::sites::network::{graph, load};
use crate::sites::recipe::{Keep, Recipe};
use crate::sites::sampler::{Batch, Row, Sampler};
use crate::sites::score::{Scored, logits, scored};

/// Where a run stands; written beside each checkpoint.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Progress {
    pub step: usize,
    pub seconds: f64,
    /// Validation average precision of the weights that are kept.
    pub best: f64,
    pub best_step: usize,
    pub since_best: usize,
    pub finished: bool,
    /// A row an evaluation.
    pub curve: Vec<Evaluated>,
    /// Hard negatives: contig, strand (0 forward), base.
    pub mined: Vec<(usize, usize, usize)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evaluated {
    pub step: usize,
    pub loss: f64,
    pub average_precision: f64,
}

/// Hard negatives kept for each positive.
const MINED_PER_SITE: usize = 8;

/// What a run's folder says of the network in it.
const RECIPE: &str = "recipe.json";

/// Bases that mining takes or leaves as one.
const MINED_STRETCH: usize = 50_000;

/// Streams of a step's generators.
const DRAWING: u64 = 0;
const MINING: u64 = 1;

pub struct Run<'a> {
    pub recipe: &'a Recipe,
    pub data: Dataset,
    pub train: Vec<Stretch>,
    pub validation: Vec<Stretch>,
    pub rows: Vec<Row>,
    pub folder: PathBuf,
    pub device: Device,
}

impl<'a> Run<'a> {
    pub fn new(recipe: &'a Recipe, data: &Path, folder: &Path, device: Device) -> Result<Run<'a>> {
        let graph = graph(recipe);
        let mut dataset = Dataset::read(&recipe.data.genome, data)?;
        let [train, validation] = dataset.split(&recipe.split, recipe.seed)?;
        let mut rows = Vec::new();
        for windows in &recipe.data.windows {
            for (codes, positive) in read_windows(windows, data)? {
                let (site, at) = (windows.site, windows.at);
                if at < graph.anchor() || codes.len() < at + graph.window() - graph.anchor() {
                    bail!("{}: rows too short for the network", windows.tsv.display());
                }
                if !codes.contains(&UNKNOWN) {
                    rows.push(Row {
                        codes,
                        positive,
                        site,
                        at,
                    });
                }
            }
        }
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
        let folder = folder.to_owned();
        Ok(Run {
            recipe,
            data: dataset,
            train,
            validation,
            rows,
            folder,
            device,
        })
    }

    /// Trains to the end, or to where patience ends; leaves `kept.ot` in the run's folder, beside the recipe.
    pub fn train(&self) -> Result<Progress> {
        let recipe = self.recipe;
        write_json(&self.folder.join(RECIPE), recipe)?;
        tch::manual_seed(recipe.seed as i64);
        let vs = nn::VarStore::new(self.device);
        let network = Network::new(graph(recipe), &vs.root());
        let size = [network.graph.window(), network.graph.anchor()];
        let teachers = self.teachers(&network.graph)?;
        let sampler = Sampler::new(&self.data, &self.train, &self.rows, &recipe.draw, size);
        let mut optimiser = Optimiser::new(&vs, recipe.train.weight_decay, recipe.train.averaging);
        let mut progress = self.resume(&mut optimiser)?;
        self.log(&format!(
            "window {} anchor {} parameters {} flops {} device {:?}",
            size[0],
            size[1],
            network.graph.parameters(),
            network.graph.flops(),
            self.device
        ))?;
        let bar = self.bar(&progress);
        let mut mined = places(&progress.mined);
        let mut losses = Vec::new();
        let mut clock = Instant::now();
        while !progress.finished {
            let step = progress.step;
            if step < recipe.train.steps {
                if recipe.train.mine_every > 0 && step > 0 && step % recipe.train.mine_every == 0 {
                    let mut random = self.random(step, MINING);
                    mined = optimiser.averaged(|| self.mine(&network, &mut random));
                    progress.mined = mined
                        .iter()
                        .map(|p| (p.contig, p.strand.index(), p.at))
                        .collect();
                }
                let batch = sampler.batch(&mined, &mut self.random(step, DRAWING), self.device);
                let loss = self.loss(&network, &teachers, &batch);
                optimiser.step(&loss, self.rate(step));
                losses.push(loss.double_value(&[]));
                progress.step += 1;
                bar.inc(1);
            }
            let last = progress.step >= recipe.train.steps;
            if progress.step % recipe.train.evaluate_every == 0 || last {
                progress.seconds += clock.elapsed().as_secs_f64();
                clock = Instant::now();
                // Folded, since the sum of no floats is -0.
                let count = losses.len().max(1) as f64;
                let loss = losses.drain(..).fold(0.0, |sum, loss| sum + loss) / count;
                let batches = |number: u64| {
                    let mut random = ChaCha8Rng::seed_from_u64(recipe.seed);
                    random.set_stream(u64::MAX - number);
                    sampler.batch(&mined, &mut random, self.device)
                };
                self.evaluate(&network, &vs, &mut optimiser, &mut progress, loss, batches)?;
            }
        }
        bar.finish_and_clear();
        Ok(progress)
    }

    /// The networks that the recipe learns from, all of which see no further than `graph`.
    fn teachers(&self, graph: &Graph) -> Result<Vec<Network>> {
        let behind = |graph: &Graph| graph.window() - graph.anchor();
        let teacher = |name: &String| {
            let folder = self.folder.with_file_name(name);
            let recipe: Recipe = read_json(&folder.join(RECIPE))?;
            let network = load(&recipe, &folder, self.device)?;
            let other = &network.graph;
            if other.anchor() > graph.anchor() || behind(other) > behind(graph) {
                bail!("train.distil: {name} sees further than its pupil");
            }
            Ok(network)
        };
        let distil = self.recipe.train.distil.iter();
        distil.flat_map(|d| &d.teachers).map(teacher).collect()
    }

    /// Each step has generators of its own: a resumed run draws what a whole one draws.
    fn random(&self, step: usize, purpose: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.recipe.seed);
        random.set_stream(2 * step as u64 + purpose);
        random
    }

    /// Linear warm-up, then a cosine down to nothing.
    fn rate(&self, step: usize) -> f64 {
        let train = &self.recipe.train;
        if step < train.warmup {
            return train.learning_rate * (step + 1) as f64 / train.warmup as f64;
        }
        let steps = train.decay_steps.unwrap_or(train.steps);
        let done = (step - train.warmup) as f64 / (steps - train.warmup).max(1) as f64;
        train.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
    }

    fn loss(&self, network: &Network, teachers: &[Network], batch: &Batch) -> Tensor {
        let kind = if self.recipe.train.bf16 {
            Kind::BFloat16
        } else {
            Kind::Float
        };
        let mode = Mode::Train {
            momentum: NORM_MOMENTUM,
        };
        let bases = batch.bases.to_kind(kind);
        let scores = network.forward(&bases, mode);
        let each = scores.binary_cross_entropy_with_logits::<Tensor>(
            &self.taught(teachers, &bases, batch, network.graph.anchor()),
            None,
            None,
            Reduction::None,
        ) * &batch.weight;
        let over: &[i64] = &[0, 2];
        let sums = each.sum_dim_intlist(over, false, Kind::Float);
        let counts = batch
            .weight
            .sum_dim_intlist(over, false, Kind::Float)
            .clamp_min(1.0);
        let loss = &self.recipe.loss;
        let heads = [loss.acceptor as f32, loss.donor as f32, loss.exon as f32];
        (sums / counts * Tensor::from_slice(&heads).to_device(self.device)).sum(Kind::Float)
    }

    /// The batch's targets, less the share that the teachers have in them.
    fn taught(&self, teachers: &[Network], bases: &Tensor, batch: &Batch, anchor: usize) -> Tensor {
        let Some(distil) = &self.recipe.train.distil else {
            return batch.target.shallow_clone();
        };
        let length = batch.target.size()[2];
        let said = |teacher: &Network| {
            let ahead = (anchor - teacher.graph.anchor()) as i64;
            let logits = teacher.forward(bases, Mode::Infer);
            logits.narrow(2, ahead, length)
        };
        tch::no_grad(|| {
            let said: Vec<Tensor> = teachers.iter().map(said).collect();
            let mean = Tensor::stack(&said, 0).mean_dim(0, false, Kind::Float);
            &batch.target * (1.0 - distil.share) + mean.sigmoid() * distil.share
        })
    }

    fn evaluate(
        &self,
        network: &Network,
        vs: &nn::VarStore,
        optimiser: &mut Optimiser,
        progress: &mut Progress,
        loss: f64,
        batches: impl Fn(u64) -> Batch,
    ) -> Result<()> {
        let train = &self.recipe.train;
        let before = progress.best;
        let keeps = |reached: f64| train.keep == Keep::Last || reached > before;
        let average_precision = optimiser.averaged(|| -> Result<f64> {
            settle(network, batches);
            let scored = self.score(network, &self.validation);
            let curve = Curve::new(&scored.scores, &scored.positive, scored.unscored_positives);
            let average_precision = curve.average_precision();
            if keeps(average_precision) {
                vs.save(self.folder.join("kept.ot"))?;
            }
            Ok(average_precision)
        })?;
        let step = progress.step;
        progress.curve.push(Evaluated {
            step,
            loss,
            average_precision,
        });
        if keeps(average_precision) {
            (progress.best, progress.best_step, progress.since_best) = (average_precision, step, 0);
        } else {
            progress.since_best += 1;
        }
        progress.finished = step >= train.steps || progress.since_best >= train.patience;
        let seconds = progress.seconds;
        self.log(&format!(
            "step {step} loss {loss:.5} validation AP {average_precision:.4} \
             kept {:.4} of {} after {seconds:.0} s",
            progress.best, progress.best_step
        ))?;
        optimiser.save(&self.folder.join("checkpoint.new"))?;
        write_json(&self.folder.join("progress.new"), progress)?;
        for name in ["checkpoint", "progress"] {
            let file = |suffix: &str| self.folder.join(format!("{name}.{suffix}"));
            std::fs::rename(
                file("new"),
                file(if name == "progress" { "json" } else { "ot" }),
            )?;
        }
        Ok(())
    }

    fn score(&self, network: &Network, blocks: &[Stretch]) -> Scored {
        scored(&self.data, blocks, |contig, range, strand| {
            let codes = &self.data.contigs[contig].codes;
            logits(network, codes, range, strand, self.device)
        })
    }

    /// The highest-scoring negatives of a share of the training blocks.
    fn mine(&self, network: &Network, random: &mut ChaCha8Rng) -> Vec<Place> {
        let mut hard: Vec<(f32, Place)> = Vec::new();
        let mut sites = 0;
        let stretches = self.train.iter().flat_map(|(contig, block)| {
            let starts = block.clone().step_by(MINED_STRETCH);
            starts.map(|at| (*contig, at..(at + MINED_STRETCH).min(block.end)))
        });
        for block in &stretches.collect::<Vec<_>>() {
            if !random.random_bool(self.recipe.train.mine_share) {
                continue;
            }
            let scored = self.score(network, std::slice::from_ref(block));
            for ((&score, &positive), &place) in scored
                .scores
                .iter()
                .zip(&scored.positive)
                .zip(&scored.places)
            {
                sites += usize::from(positive);
                if !positive && score > MINED_OVER {
                    hard.push((score, place));
                }
            }
        }
        hard.sort_by(|a, b| b.0.total_cmp(&a.0));
        hard.truncate(sites * MINED_PER_SITE);
        hard.into_iter().map(|(_, place)| place).collect()
    }

    fn resume(&self, optimiser: &mut Optimiser) -> Result<Progress> {
        let checkpoint = self.folder.join("checkpoint.ot");
        if !checkpoint.exists() {
            let start = self.recipe.train.start.iter();
            let start: Vec<PathBuf> = start
                .map(|name| self.folder.with_file_name(name).join("checkpoint.ot"))
                .collect();
            if !start.is_empty() {
                optimiser.start(&start)?;
            }
            return Ok(Progress::default());
        }
        optimiser.resume(&checkpoint)?;
        let progress: Progress = read_json(&self.folder.join("progress.json"))?;
        self.log(&format!("resumed at step {}", progress.step))?;
        Ok(progress)
    }

    fn bar(&self, progress: &Progress) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = "{wide_bar} {pos}/{len} steps, {per_sec}, {eta} left";
        let bar = ProgressBar::new(self.recipe.train.steps as u64)
            .with_style(ProgressStyle::with_template(style).expect("a valid template"));
        bar.set_position(progress.step as u64);
        bar
    }

    fn log(&self, line: &str) -> Result<()> {
        eprintln!("{line}");
        let path = self.folder.join("log");
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{line}")?;
        Ok(())
    }
}

/// Batch norm's running statistics are those of the weights as they move; the averaged weights
/// get their own, the plain mean over some batches.
fn settle(network: &Network, batches: impl Fn(u64) -> Batch) {
    tch::no_grad(|| {
        for number in 0..SETTLING {
            let momentum = 1.0 / (number + 1) as f64;
            let _scores = network.forward(&batches(number).bases, Mode::Train { momentum });
        }
    });
}

/// Batches that settle batch norm's statistics.
const SETTLING: u64 = 64;

/// Share of a training batch's statistics in the running ones.
const NORM_MOMENTUM: f64 = 0.02;

/// Logits under this are no hard negatives, whatever their rank.
const MINED_OVER: f32 = -6.0;

fn places(mined: &[(usize, usize, usize)]) -> Vec<Place> {
    let place = |&(contig, strand, at): &(usize, usize, usize)| Place {
        contig,
        strand: crate::annotation::STRANDS[strand],
        at,
    };
    mined.iter().map(place).collect()
}
