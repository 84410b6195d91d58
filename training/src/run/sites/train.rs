//! What a run of sites learns: lanes of a genome, the loss of all heads, and the average precision
//! of its labels on the validation blocks.

use std::path::Path;

use anyhow::{Context, Result};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Reduction, Tensor, nn};

use crate::data::annotation::STRANDS;
use crate::data::batch::Batch;
use crate::data::genome::Block;
use crate::data::sites::dataset::Place;
use crate::data::sites::sampler::SiteSampler;
use crate::data::sites::split::SplitGenome;
use crate::metrics::Curve;
use crate::net::graph::{Graph, Node, Op};
use crate::net::import;
use crate::net::network::Network;
use crate::net::optimiser::Rule;
use crate::recipe::sites::{Keep, SitesRecipe, Start};
use crate::recipe::windows::train::Schedule;
use crate::run::sites::score::{SiteScores, logits, scored};
use crate::run::sites::teachers::teachers;
use crate::run::task::{Batches, Pace, Task, Validation};
use crate::run::teachers::Teachers;

/// Hard negatives kept for each positive.
const MINED_PER_SITE: usize = 8;

/// Logits under this are no hard negatives, whatever their rank.
const MINED_OVER: f32 = -6.0;

/// Mining scores or skips stretches of so many bases.
const MINED_STRETCH: usize = 50_000;

/// Batches on which a model file's network is measured.
const MEASURING: u64 = 32;

/// Batches that give batch norm its statistics.
const SETTLING: u64 = 64;

/// Streams of a step's generators.
const DRAWING: u64 = 0;
const MINING: u64 = 1;

pub struct SitesTask<'a> {
    recipe: &'a SitesRecipe,
    genome: &'a SplitGenome,
    sampler: SiteSampler<'a>,
    teachers: Option<Teachers>,
    device: Device,
}

impl<'a> SitesTask<'a> {
    /// `folder` is the run's own; those of its teachers are next to it.
    pub fn new(
        recipe: &'a SitesRecipe,
        genome: &'a SplitGenome,
        folder: &Path,
        device: Device,
    ) -> Result<SitesTask<'a>> {
        let graph = recipe.graph();
        let size = [graph.window(), graph.anchor()];
        let SplitGenome {
            data, train, rows, ..
        } = genome;
        Ok(SitesTask {
            recipe,
            genome,
            sampler: SiteSampler::new(data, train, rows, &recipe.draw, recipe.sites(), size),
            teachers: teachers(recipe, folder, device)?,
            device,
        })
    }

    /// Each step has generators of its own.
    fn random(&self, stream: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.recipe.seed);
        random.set_stream(stream);
        random
    }

    /// A batch for other ends than a step.
    fn aside(&self, mined: &[Place], number: u64) -> Batch {
        let mut random = self.random(u64::MAX - number);
        self.sampler.batch(mined, &mut random, self.device)
    }

    /// Scores of each label.
    fn score(&self, network: &Network, blocks: &[Block]) -> Vec<SiteScores> {
        let sites = self.recipe.sites();
        let mut all: Vec<SiteScores> = sites.iter().map(|_| SiteScores::default()).collect();
        for (contig, range) in blocks {
            let codes = &self.genome.data.contigs[*contig].codes;
            let logits = STRANDS.map(|strand| logits(network, codes, range, strand, sites.len()));
            let block = [(*contig, range.clone())];
            for (label, site) in sites.iter().enumerate() {
                all[label].extend(scored(&self.genome.data, &block, *site, |_, _, strand| {
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
        let sure = |stretch: &Block| {
            let holds = |(contig, range): &Block| {
                *contig == stretch.0 && range.start <= stretch.1.start && stretch.1.end <= range.end
            };
            !self.genome.data.unsure.iter().any(holds)
        };
        let stretches = self.genome.train.iter().flat_map(|(contig, block)| {
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
}

impl Task for SitesTask<'_> {
    /// Hard negatives.
    type State = Vec<Place>;

    fn pace(&self) -> Pace<'_> {
        let train = &self.recipe.train;
        Pace {
            seed: self.recipe.seed,
            rounds: train.steps,
            epochs: false,
            steps: train.steps,
            evaluate_every: train.evaluate_every,
            patience: train.patience,
            keep_last: train.keep == Keep::Last,
            learning_rate: train.learning_rate,
            warmup: train.warmup,
            decay_steps: train.decay_steps.unwrap_or(train.steps),
            schedule: Schedule::Cosine,
            optimiser: Rule::Adam,
            weight_decay: train.weight_decay,
            averaging: train.averaging,
            norm_momentum: (!train.heads_alone).then_some(0.02),
            bf16: train.bf16,
            start: None,
            start_mean: match &train.start {
                Start::Runs(runs) => runs,
                Start::Model { .. } => &[],
            },
        }
    }

    fn graph(&self) -> Graph {
        self.recipe.graph()
    }

    /// Gives the network the weights of a model file; batch norm's statistics, which the file does
    /// not have, are those of training lanes.
    fn begin(&self, network: &Network) -> Result<()> {
        let Start::Model { model } = &self.recipe.train.start else {
            return Ok(());
        };
        let place = || format!("train.start: {}", model.display());
        let bytes = std::fs::read(model).with_context(place)?;
        tch::no_grad(|| import::import(network, &bytes)).with_context(place)?;
        let lanes = (0..MEASURING).map(|number| self.aside(&[], number).bases);
        import::measure(network, &Tensor::cat(&lanes.collect::<Vec<_>>(), 0));
        Ok(())
    }

    fn freeze(&self, vs: &nn::VarStore, graph: &Graph) {
        if self.recipe.train.heads_alone {
            freeze_trunk(vs, graph);
        }
    }

    fn renews(&self, step: usize) -> bool {
        let every = self.recipe.train.mine_every;
        every > 0 && step > 0 && step.is_multiple_of(every)
    }

    fn renew(&self, network: &Network, step: usize, mined: &mut Vec<Place>) {
        *mined = self.mine(network, &mut self.random(2 * step as u64 + MINING));
    }

    fn batches<'a>(&'a self, mined: &'a Vec<Place>, _round: usize, step: usize) -> Batches<'a> {
        let mut random = self.random(2 * step as u64 + DRAWING);
        let batch = self.sampler.batch(mined, &mut random, self.device);
        Box::new(std::iter::once(Ok(batch)))
    }

    fn settling<'a>(&'a self, mined: &'a Vec<Place>) -> Batches<'a> {
        let count = match self.recipe.train.heads_alone {
            true => 0,
            false => SETTLING,
        };
        Box::new((0..count).map(|number| Ok(self.aside(mined, number))))
    }

    /// Cross entropy with the labels, or what the teachers make of them: the mean over the places
    /// of each head, weighed by head.
    fn loss(&self, scores: &Tensor, batch: &Batch) -> Tensor {
        let taught = self.teachers.as_ref().map(|t| t.taught(batch));
        let batch = taught.as_ref().unwrap_or(batch);
        let each = scores.binary_cross_entropy_with_logits::<Tensor>(
            &batch.target,
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

    fn validate(&self, network: &Network) -> Result<Validation> {
        let average_precision = |s: &SiteScores| {
            Curve::new(&s.scores, &s.positive, s.unscored_positives).average_precision()
        };
        let scored = self.score(network, &self.genome.validation);
        let labels: Vec<f64> = scored.iter().map(average_precision).collect();
        let names = self.recipe.model.labels.iter().cloned();
        Ok(Validation {
            figure: labels.iter().sum::<f64>() / labels.len() as f64,
            parts: match labels.as_slice() {
                [_] => Vec::new(),
                _ => names.zip(labels).collect(),
            },
            loss: None,
            f1: None,
        })
    }
}

/// Freezes all weights but those of the heads.
fn freeze_trunk(vs: &nn::VarStore, graph: &Graph) {
    let convolution = |node: &Node| matches!(node.op, Op::Conv { .. });
    let head = graph.nodes.iter().rposition(convolution);
    let head = format!("node{:02}.", head.expect("a network has heads"));
    for (name, variable) in vs.variables() {
        if !name.starts_with(&head) {
            let _ = variable.set_requires_grad(false);
        }
    }
}
