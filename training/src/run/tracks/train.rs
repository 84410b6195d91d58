//! What a run along genomes learns: batches of lanes, the loss of all labels, and the average
//! precision of bins on the validation stretches.

use std::path::Path;

use anyhow::{Result, anyhow};
use rand::Rng;
use rand::distr::{Distribution, weighted::WeightedIndex};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Reduction, Tensor};

use crate::data::genome::{complement, read_fasta};
use crate::data::tracks::implants::{Drawn, Lane};
use crate::data::tracks::labels::{Dataset, Places, Truth};
use crate::metrics::Curve;
use crate::net::graph::Graph;
use crate::net::network::{Network, one_hot};
use crate::recipe::tracks::Recipe;
use crate::run::course::{Task, Verdict};
use crate::run::tracks::score::{Part, Track};

pub struct Batch {
    bases: Tensor,
    /// `[N, heads, T]` each.
    target: Tensor,
    weight: Tensor,
}

/// A site that lanes are drawn around: contig, base.
type Site = (usize, usize);
/// Sites of each label that has some, and how often the label is drawn.
type Sites = (Vec<Vec<Site>>, WeightedIndex<f64>);

pub struct Learning<'a> {
    recipe: &'a Recipe,
    pub data: &'a Dataset,
    implants: Option<Drawn>,
    window: usize,
    anchor: usize,
    step: usize,
    genomes: WeightedIndex<f64>,
    /// By genome: the blocks that hold a lane, and their weights.
    blocks: Vec<(Vec<usize>, WeightedIndex<f64>)>,
    /// By genome, none where no label has a site.
    sites: Vec<Option<Sites>>,
    /// `[1, heads, 1]`.
    weights: Tensor,
    device: Device,
}

impl<'a> Learning<'a> {
    pub fn new(
        recipe: &'a Recipe,
        data: &'a Dataset,
        implants: Option<Drawn>,
        graph: &Graph,
        device: Device,
    ) -> Result<Learning<'a>> {
        let (window, step) = (graph.window(), graph.step());
        let length = window + (recipe.lanes.places - 1) * step;
        let mut blocks = Vec::new();
        let mut sites = Vec::new();
        for (at, genome) in data.genomes.iter().enumerate() {
            let long = |block: &usize| genome.train[*block].1.len() >= length;
            let fit: Vec<usize> = (0..genome.train.len()).filter(long).collect();
            let bases = fit.iter().map(|&block| genome.train[block].1.len() as f64);
            let drawn = weighted(bases, &genome.name)?;
            blocks.push((fit, drawn));
            let mut of_labels = Vec::new();
            let mut draw = Vec::new();
            for label in &data.labels {
                let Some(known) = &label.known[at] else {
                    continue;
                };
                let inside = |&(contig, base): &Site| {
                    let mut train = genome.train.iter();
                    train.any(|(c, block)| *c == contig && block.contains(&base))
                };
                let contigs = known.sites.iter().enumerate();
                let all = contigs.flat_map(|(contig, strands)| {
                    strands.iter().flatten().map(move |&base| (contig, base))
                });
                let all: Vec<Site> = all.filter(inside).collect();
                if !all.is_empty() {
                    of_labels.push(all);
                    draw.push(label.draw);
                }
            }
            let drawn = WeightedIndex::new(draw).ok();
            sites.push(drawn.map(|drawn| (of_labels, drawn)));
        }
        let weights: Vec<f32> = data
            .labels
            .iter()
            .map(|label| label.weight as f32)
            .collect();
        Ok(Learning {
            recipe,
            data,
            implants,
            window,
            anchor: graph.anchor(),
            step,
            genomes: weighted(recipe.genomes.iter().map(|genome| genome.share), "genomes")?,
            blocks,
            sites,
            weights: Tensor::from_slice(&weights)
                .reshape([1, -1, 1])
                .to_device(device),
            device,
        })
    }

    /// Where a lane lies.
    fn places(&self, random: &mut ChaCha8Rng) -> Places {
        let lanes = &self.recipe.lanes;
        let length = self.window + (lanes.places - 1) * self.step;
        let genome = self.genomes.sample(random);
        let train = &self.data.genomes[genome].train;
        let around = random.random_bool(lanes.around);
        let (contig, start) = match &self.sites[genome] {
            Some((sites, labels)) if around => {
                let sites = &sites[labels.sample(random)];
                let (contig, base) = sites[random.random_range(0..sites.len())];
                let mut blocks = train.iter();
                let block = blocks.find(|(c, block)| *c == contig && block.contains(&base));
                let (_, block) = block.expect("sites outside of blocks are left out");
                let ahead = self.anchor + random.random_range(0..lanes.places) * self.step;
                // A lane in a block shorter than itself is drawn as any other.
                let last = (block.end.saturating_sub(length)).max(block.start);
                (contig, base.saturating_sub(ahead).clamp(block.start, last))
            }
            _ => self.anywhere(genome, length, random),
        };
        let codes = &self.data.genomes[genome].contigs[contig].codes;
        let (contig, start) = match start + length <= codes.len() {
            true => (contig, start),
            false => self.anywhere(genome, length, random),
        };
        Places {
            genome,
            contig,
            start,
            length,
            reverse: random.random_bool(lanes.reverse),
            anchor: self.anchor,
            step: self.step,
            count: lanes.places,
        }
    }

    fn anywhere(&self, genome: usize, length: usize, random: &mut ChaCha8Rng) -> (usize, usize) {
        let (fit, drawn) = &self.blocks[genome];
        let (contig, block) = &self.data.genomes[genome].train[fit[drawn.sample(random)]];
        let start = random.random_range(block.start..=block.end - length);
        (*contig, start)
    }
}

/// The recipe's implants, without those that stand in what validates or tests.
pub fn implants(recipe: &Recipe, data: &Dataset, folder: &Path) -> Result<Option<Drawn>> {
    let Some(implants) = &recipe.implants else {
        return Ok(None);
    };
    let mut held_out = Vec::new();
    for stretch in &recipe.validation {
        let part = Part::of(data, stretch)?;
        held_out.push(part.codes(data)[part.bases.clone()].to_vec());
    }
    for test in &recipe.evaluation.tests {
        let contigs = read_fasta(&folder.join(&test.fasta))?;
        held_out.extend(contigs.into_iter().map(|contig| contig.codes));
    }
    let held_out: Vec<&[u8]> = held_out.iter().map(Vec::as_slice).collect();
    Drawn::read(implants, data, &held_out, folder).map(Some)
}

fn weighted(weights: impl Iterator<Item = f64>, of: &str) -> Result<WeightedIndex<f64>> {
    WeightedIndex::new(weights)
        .map_err(|error| anyhow!("{of}: nothing to draw lanes from: {error}"))
}

impl Task for Learning<'_> {
    type Batch = Batch;

    fn batch(&self, random: &mut ChaCha8Rng) -> Batch {
        let lanes = &self.recipe.lanes;
        let heads = self.data.labels.len();
        let row = heads * lanes.places;
        let mut target = vec![0.0; lanes.batch * row];
        let mut weight = vec![0.0; lanes.batch * row];
        let mut all = Vec::new();
        for lane in 0..lanes.batch {
            let places = self.places(random);
            let own = lane * row..(lane + 1) * row;
            let (target, weight) = (&mut target[own.clone()], &mut weight[own]);
            self.data.fill(&places, target, weight);
            let codes = &self.data.genomes[places.genome].contigs[places.contig].codes;
            let mut codes = codes[places.start..places.start + places.length].to_vec();
            if places.reverse {
                codes.reverse();
                codes.iter_mut().for_each(|code| *code = complement(*code));
            }
            if let Some(implants) = &self.implants {
                let mut lane = Lane {
                    codes: &mut codes,
                    target,
                    weight,
                    anchor: self.anchor,
                    step: self.step,
                    places: lanes.places,
                };
                implants.write(self.data, &mut lane, random);
            }
            let changed = (lanes.substitutions * codes.len() as f64) as usize;
            for _ in 0..changed {
                let at = random.random_range(0..codes.len());
                codes[at] = random.random_range(0..4);
            }
            all.push(codes);
        }
        let lanes_of: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
        let shape = [lanes.batch as i64, heads as i64, lanes.places as i64];
        let tensor = |values: &[f32]| {
            let values = Tensor::from_slice(values);
            values.reshape(shape).to_device(self.device)
        };
        Batch {
            bases: one_hot(&lanes_of, self.device),
            target: tensor(&target),
            weight: tensor(&weight),
        }
    }

    fn bases(batch: &Batch) -> &Tensor {
        &batch.bases
    }

    /// Cross entropy, the mean over the places of each label, weighed by label.
    fn loss(&self, scores: &Tensor, batch: &Batch) -> Tensor {
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

    fn validate(&self, network: &Network) -> Result<Verdict> {
        let labels = &self.data.labels;
        let mut scores = vec![Vec::new(); labels.len()];
        let mut truth = vec![Vec::new(); labels.len()];
        for stretch in &self.recipe.validation {
            let part = Part::of(self.data, stretch)?;
            let track = Track::new(
                network,
                part.codes(self.data),
                part.bases.clone(),
                self.device,
            );
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
        Ok(Verdict {
            figure: sum / weight.max(f64::MIN_POSITIVE),
            parts,
        })
    }
}

/// A label with fewer positive bins has no say.
const FEW: usize = 5;
