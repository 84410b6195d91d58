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

use crate::data::annotation::STRANDS;
use crate::data::genome::UNKNOWN;
use crate::data::sites::dataset::{Dataset, Place, Stretch, read_windows};
use crate::data::sites::sampler::{Batch, Row, Sampler};
use crate::files::read_json;
use crate::metrics::Curve;
use crate::net::graph::{Graph, Node, Op};
use crate::net::import;
use crate::net::network::{Mode, Network};
use crate::net::optimiser::Optimiser;
use crate::recipe::sites::{Keep, Recipe, Start};
use crate::run::checkpoint;
use crate::run::sites::network::{graph, load, of_model};
use crate::run::sites::score::{Scored, logits, scored};

/// Where a run stands; part of each checkpoint.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Progress {
    pub step: usize,
    pub seconds: f64,
    /// Validation average precision of the weights that are kept, the mean over labels.
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
    /// The mean over labels.
    pub average_precision: f64,
}

/// Hard negatives kept for each positive.
const MINED_PER_SITE: usize = 8;

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
        for species in &recipe.data.species {
            dataset.add(species, data)?;
        }
        let [train, validation] = dataset.split(&recipe.split, recipe.seed)?;
        let mut rows = Vec::new();
        for windows in &recipe.data.windows {
            for (codes, positive) in read_windows(windows, data)? {
                let (site, at) = (windows.site, windows.at);
                let behind = graph.window() - graph.anchor();
                if at < graph.anchor() || codes.len() < at + behind {
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
        tch::manual_seed(recipe.seed as i64);
        let vs = nn::VarStore::new(self.device);
        let network = Network::new(graph(recipe), &vs.root());
        let size = [network.graph.window(), network.graph.anchor()];
        let teachers = self.teachers(&network.graph)?;
        let (draw, sites) = (&recipe.draw, recipe.sites());
        let sampler = Sampler::new(&self.data, &self.train, &self.rows, draw, sites, size);
        if let Start::Model { model } = &recipe.train.start {
            self.begin(&network, model, &sampler)?;
        }
        if recipe.train.heads_alone {
            keep_trunk(&vs, &network.graph);
        }
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

    /// Gives the network the weights of a model file; batch norm's statistics, which the file does
    /// not have, are those of training lanes.
    fn begin(&self, network: &Network, model: &Path, sampler: &Sampler) -> Result<()> {
        let place = || format!("train.start: {}", model.display());
        let bytes = std::fs::read(model).with_context(place)?;
        tch::no_grad(|| import::import(network, &bytes)).with_context(place)?;
        let lanes: Vec<Tensor> = (0..MEASURING)
            .map(|number| {
                let mut random = ChaCha8Rng::seed_from_u64(self.recipe.seed);
                random.set_stream(u64::MAX - number);
                sampler.batch(&[], &mut random, self.device).bases
            })
            .collect();
        import::measure(network, &Tensor::cat(&lanes, 0));
        Ok(())
    }

    /// The networks that the recipe learns from, all of which see no further than `graph`.
    fn teachers(&self, graph: &Graph) -> Result<Vec<Network>> {
        let behind = |graph: &Graph| graph.window() - graph.anchor();
        let teacher = |name: &String| {
            let folder = self.folder.with_file_name(name);
            let recipe: Recipe = read_json(&checkpoint::recipe(&folder))?;
            let network = load(&recipe, &folder, self.device)?;
            let other = &network.graph;
            if other.anchor() > graph.anchor() || behind(other) > behind(graph) {
                bail!("train.distil: {name} sees further than its pupil");
            }
            Ok(network)
        };
        let Some(distil) = &self.recipe.train.distil else {
            return Ok(Vec::new());
        };
        let of_file = distil
            .model
            .iter()
            .map(|path| of_model(self.recipe, path, self.device).context("train.distil"));
        distil.teachers.iter().map(teacher).chain(of_file).collect()
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
        let mode = match self.recipe.train.heads_alone {
            true => Mode::Infer,
            false => Mode::Train {
                momentum: NORM_MOMENTUM,
            },
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

    /// The batch's targets, less the share that the teachers have in those of the heads that they
    /// all have.
    fn taught(&self, teachers: &[Network], bases: &Tensor, batch: &Batch, anchor: usize) -> Tensor {
        let Some(distil) = &self.recipe.train.distil else {
            return batch.target.shallow_clone();
        };
        let length = batch.target.size()[2];
        let heads = |teacher: &Network| teacher.graph.output().channels as i64;
        let heads = teachers.iter().map(heads).min().unwrap_or(0);
        let said = |teacher: &Network| {
            let ahead = (anchor - teacher.graph.anchor()) as i64;
            let logits = teacher.forward(bases, Mode::Infer);
            logits.narrow(1, 0, heads).narrow(2, ahead, length)
        };
        tch::no_grad(|| {
            let said: Vec<Tensor> = teachers.iter().map(said).collect();
            let mean = Tensor::stack(&said, 0).mean_dim(0, false, Kind::Float);
            let targets = batch.target.copy();
            let mut taught = targets.narrow(1, 0, heads);
            taught *= 1.0 - distil.share;
            taught += mean.sigmoid() * distil.share;
            targets
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
        let labels = optimiser.averaged(|| -> Result<Vec<f64>> {
            if !train.heads_alone {
                settle(network, batches);
            }
            let scored = self.score(network, &self.validation);
            let average_precision = |s: &Scored| {
                Curve::new(&s.scores, &s.positive, s.unscored_positives).average_precision()
            };
            let labels: Vec<f64> = scored.iter().map(average_precision).collect();
            if keeps(mean(&labels)) {
                vs.save(self.folder.join("kept.ot"))?;
            }
            Ok(labels)
        })?;
        let average_precision = mean(&labels);
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
        let each = self.recipe.model.labels.iter().zip(&labels);
        let each: Vec<String> = each.map(|(label, ap)| format!("{label} {ap:.4}")).collect();
        self.log(&format!(
            "step {step} loss {loss:.5} validation AP {} kept {:.4} of {} after {seconds:.0} s",
            each.join(" "),
            progress.best,
            progress.best_step
        ))?;
        checkpoint::save(&self.folder, optimiser, progress)
    }

    /// Scores of each label.
    fn score(&self, network: &Network, blocks: &[Stretch]) -> Vec<Scored> {
        let sites = self.recipe.sites();
        let mut all: Vec<Scored> = sites.iter().map(|_| Scored::default()).collect();
        for (contig, range) in blocks {
            let codes = &self.data.contigs[*contig].codes;
            let of = (sites.len(), self.device);
            let logits = STRANDS.map(|strand| logits(network, codes, range, strand, of));
            let block = [(*contig, range.clone())];
            for (label, site) in sites.iter().enumerate() {
                all[label].extend(scored(&self.data, &block, *site, |_, _, strand| {
                    logits[strand.index()][label].clone()
                }));
            }
        }
        all
    }

    /// The highest-scoring negatives of a share of the training blocks.
    fn mine(&self, network: &Network, random: &mut ChaCha8Rng) -> Vec<Place> {
        let mut hard: Vec<(f32, Place)> = Vec::new();
        let mut sites = 0;
        let sure = |stretch: &Stretch| {
            let holds = |(contig, range): &Stretch| {
                *contig == stretch.0 && range.start <= stretch.1.start && stretch.1.end <= range.end
            };
            !self.data.unsure.iter().any(holds)
        };
        let stretches = self.train.iter().flat_map(|(contig, block)| {
            let starts = block.clone().step_by(MINED_STRETCH);
            starts.map(|at| (*contig, at..(at + MINED_STRETCH).min(block.end)))
        });
        for block in stretches.filter(sure) {
            if !random.random_bool(self.recipe.train.mine_share) {
                continue;
            }
            for scored in self.score(network, &[block]) {
                let places = scored
                    .scores
                    .iter()
                    .zip(&scored.positive)
                    .zip(&scored.places);
                for ((&score, &positive), &place) in places {
                    sites += usize::from(positive);
                    if !positive && score > MINED_OVER {
                        hard.push((score, place));
                    }
                }
            }
        }
        hard.sort_by(|a, b| b.0.total_cmp(&a.0));
        hard.truncate(sites * MINED_PER_SITE);
        hard.into_iter().map(|(_, place)| place).collect()
    }

    fn resume(&self, optimiser: &mut Optimiser) -> Result<Progress> {
        let Some(progress) = checkpoint::resume::<Progress>(&self.folder, optimiser)? else {
            if let Start::Runs(runs) = &self.recipe.train.start
                && !runs.is_empty()
            {
                let of = |name| checkpoint::path(&self.folder.with_file_name(name));
                optimiser.start(&runs.iter().map(of).collect::<Vec<_>>())?;
            }
            return Ok(Progress::default());
        };
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

/// Leaves nothing but the heads' weights to train.
fn keep_trunk(vs: &nn::VarStore, graph: &Graph) {
    let convolution = |node: &Node| matches!(node.op, Op::Conv { .. });
    let head = graph.nodes.iter().rposition(convolution);
    let head = format!("node{:02}.", head.expect("a network has heads"));
    for (name, variable) in vs.variables() {
        if !name.starts_with(&head) {
            let _ = variable.set_requires_grad(false);
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Batches on which a model file's network is measured.
const MEASURING: u64 = 32;

/// Batches that settle batch norm's statistics.
const SETTLING: u64 = 64;

/// Share of a training batch's statistics in the running ones.
const NORM_MOMENTUM: f64 = 0.02;

/// Logits under this are no hard negatives, whatever their rank.
const MINED_OVER: f32 = -6.0;

fn places(mined: &[(usize, usize, usize)]) -> Vec<Place> {
    let place = |&(contig, strand, at): &(usize, usize, usize)| Place {
        contig,
        strand: STRANDS[strand],
        at,
    };
    mined.iter().map(place).collect()
}
