//! What a run of tracks learns: lanes along genomes, the loss of all labels, and the average
//! precision of bins on the validation stretches.

use std::path::Path;

use anyhow::Result;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Reduction, Tensor};

use crate::data::batch::Batch;
use crate::data::genome::read_fasta;
use crate::data::tracks::implants::ImplantSampler;
use crate::data::tracks::labels::{LabelledGenomes, Truth};
use crate::data::tracks::lanes::LaneSampler;
use crate::metrics::Curve;
use crate::net::graph::Graph;
use crate::net::network::Network;
use crate::net::optimiser::Rule;
use crate::recipe::tracks::TracksRecipe;
use crate::recipe::windows::train::Schedule;
use crate::run::task::{Batches, Pace, Task, Validation};
use crate::run::teachers::Teachers;
use crate::run::tracks::score::{Span, Track};
use crate::run::tracks::teachers::teachers;

/// A label with fewer positive bins has no say.
const FEW: usize = 5;

/// Batches that give batch norm its statistics.
const SETTLING: u64 = 32;

pub struct TracksTask<'a> {
    recipe: &'a TracksRecipe,
    data: &'a LabelledGenomes,
    /// The data folder.
    folder: &'a Path,
    sampler: LaneSampler<'a>,
    /// `[1, heads, 1]`.
    weights: Tensor,
    teachers: Option<Teachers>,
    device: Device,
}

impl<'a> TracksTask<'a> {
    /// `folder` is that of the data; `run` is the run's own, and those of its teachers are next
    /// to it.
    pub fn new(
        recipe: &'a TracksRecipe,
        data: &'a LabelledGenomes,
        folder: &'a Path,
        run: &Path,
        device: Device,
    ) -> Result<TracksTask<'a>> {
        let weights = data.labels.iter().map(|label| label.weight as f32);
        let weights = Tensor::from_slice(&weights.collect::<Vec<_>>());
        Ok(TracksTask {
            recipe,
            data,
            folder,
            sampler: LaneSampler::new(
                recipe,
                data,
                &recipe.graph(),
                implants(recipe, data, folder)?,
            )?,
            weights: weights.reshape([1, -1, 1]).to_device(device),
            teachers: teachers(recipe, run, device)?,
            device,
        })
    }

    fn batch(&self, stream: u64) -> Batch {
        let mut random = ChaCha8Rng::seed_from_u64(self.recipe.seed);
        random.set_stream(stream);
        self.sampler.batch(&mut random, self.device)
    }
}

/// The recipe's implants, without those that stand in what validates or tests.
fn implants(
    recipe: &TracksRecipe,
    data: &LabelledGenomes,
    folder: &Path,
) -> Result<Option<ImplantSampler>> {
    let Some(implants) = &recipe.implants else {
        return Ok(None);
    };
    let mut held_out = Vec::new();
    for stretch in &recipe.validation {
        let span = Span::of(data, stretch)?;
        held_out.push(span.codes(data)[span.bases.clone()].to_vec());
    }
    for test in &recipe.evaluation.tests {
        let contigs = read_fasta(&folder.join(&test.fasta))?;
        held_out.extend(contigs.into_iter().map(|contig| contig.codes));
    }
    let held_out: Vec<&[u8]> = held_out.iter().map(Vec::as_slice).collect();
    ImplantSampler::read(implants, data, &held_out, folder).map(Some)
}

impl Task for TracksTask<'_> {
    type State = ();

    fn pace(&self) -> Pace<'_> {
        let train = &self.recipe.train;
        Pace {
            seed: self.recipe.seed,
            rounds: train.steps,
            epochs: false,
            steps: train.steps,
            evaluate_every: train.evaluate_every,
            patience: train.patience,
            keep_last: false,
            learning_rate: train.learning_rate,
            warmup: train.warmup,
            decay_steps: train.decay_steps.unwrap_or(train.steps),
            schedule: Schedule::Cosine,
            optimiser: Rule::Adam,
            weight_decay: train.weight_decay,
            averaging: train.averaging,
            norm_momentum: Some(0.02),
            bf16: train.bf16,
            start: train.start.as_deref(),
            start_mean: &[],
        }
    }

    fn graph(&self) -> Graph {
        self.recipe.graph()
    }

    fn begin(&self, network: &Network) -> Result<()> {
        match &self.recipe.motifs {
            Some(motifs) => motifs.begin(network, self.folder),
            None => Ok(()),
        }
    }

    fn batches<'a>(&'a self, _state: &'a (), _round: usize, step: usize) -> Batches<'a> {
        Box::new(std::iter::once(Ok(self.batch(step as u64))))
    }

    /// In the precision of the passes.
    fn settling<'a>(&'a self, _state: &'a ()) -> Batches<'a> {
        let kind = match self.recipe.train.bf16 {
            true => Kind::BFloat16,
            false => Kind::Float,
        };
        Box::new((0..SETTLING).map(move |number| {
            let mut batch = self.batch(u64::MAX - number);
            batch.bases = batch.bases.to_kind(kind);
            Ok(batch)
        }))
    }

    /// Cross entropy, the mean over the places of each label, weighed by label.
    fn loss(&self, scores: &Tensor, batch: &Batch) -> Tensor {
        let taught = self.teachers.as_ref().map(|t| t.taught(batch));
        let batch = taught.as_ref().unwrap_or(batch);
        let each = scores.binary_cross_entropy_with_logits::<Tensor>(
            &batch.target,
            None,
            None,
            Reduction::None,
        );
        let places = &batch.weight;
        let count = places.sum_dim_intlist([0i64, 2].as_slice(), true, Kind::Float);
        let weight = places / count.clamp_min(1.0) * &self.weights;
        (each * weight).sum(Kind::Float)
    }

    fn validate(&self, network: &Network) -> Result<Validation> {
        let labels = &self.data.labels;
        let mut scores = vec![Vec::new(); labels.len()];
        let mut truth = vec![Vec::new(); labels.len()];
        for stretch in &self.recipe.validation {
            let part = Span::of(self.data, stretch)?;
            let track = Track::new(network, part.codes(self.data), part.bases.clone());
            for (at, label) in labels.iter().enumerate() {
                let values = part.highest(&track, at, label.stranded);
                for (value, bin) in values.into_iter().zip(part.truth(self.data, at)) {
                    if bin != Truth::Unsure {
                        scores[at].push(value);
                        truth[at].push(bin == Truth::Site);
                    }
                }
            }
        }
        let precision = |at: usize| {
            let sites = truth[at].iter().filter(|site| **site).count();
            let curve = || Curve::new(&scores[at], &truth[at], 0).average_precision();
            (sites >= FEW).then(curve)
        };
        let mut at = 0;
        let mut parts = Vec::new();
        let (mut sum, mut weight) = (0.0, 0.0);
        for group in &self.recipe.labels {
            let names = &group.names;
            let found: Vec<f64> = (at..at + names.len()).filter_map(precision).collect();
            at += names.len();
            if found.is_empty() {
                continue;
            }
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            let name = match names.as_slice() {
                [one] => one.clone(),
                many => format!("{}..", many[0]),
            };
            let own = labels[at - 1].weight * names.len() as f64;
            (sum, weight) = (sum + own * mean, weight + own);
            parts.push((name, mean));
        }
        Ok(Validation {
            figure: sum / weight.max(f64::MIN_POSITIVE),
            parts,
            loss: None,
            f1: None,
        })
    }
}
