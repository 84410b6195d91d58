//! Lanes of genomes with the targets of all labels, drawn at random.

use anyhow::{Result, anyhow};
use rand::Rng;
use rand::distr::{Distribution, weighted::WeightedIndex};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

use crate::bases::{one_hot, reverse_complement};
use crate::data::batch::Batch;
use crate::data::tracks::implants::{ImplantSampler, Lane};
use crate::data::tracks::labels::{LabelledGenomes, Places};
use crate::net::graph::Graph;
use crate::recipe::tracks::TracksRecipe;

/// A site that lanes are drawn around: contig, base.
type Site = (usize, usize);
/// Sites of each label that has some, and how often the label is drawn.
type Sites = (Vec<Vec<Site>>, WeightedIndex<f64>);

/// Draws lanes of a recipe's genomes.
pub struct LaneSampler<'a> {
    recipe: &'a TracksRecipe,
    data: &'a LabelledGenomes,
    window: usize,
    anchor: usize,
    step: usize,
    genomes: WeightedIndex<f64>,
    /// By genome: the blocks that hold a lane, and their weights.
    blocks: Vec<(Vec<usize>, WeightedIndex<f64>)>,
    /// By genome, none where no label has a site.
    sites: Vec<Option<Sites>>,
    implants: Option<ImplantSampler>,
}

impl<'a> LaneSampler<'a> {
    pub fn new(
        recipe: &'a TracksRecipe,
        data: &'a LabelledGenomes,
        graph: &Graph,
        implants: Option<ImplantSampler>,
    ) -> Result<LaneSampler<'a>> {
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
        Ok(LaneSampler {
            recipe,
            data,
            window,
            anchor: graph.anchor(),
            step,
            genomes: weighted(recipe.genomes.iter().map(|genome| genome.share), "genomes")?,
            blocks,
            sites,
            implants,
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

    pub fn batch(&self, random: &mut ChaCha8Rng, device: Device) -> Batch {
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
                codes = reverse_complement(&codes);
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
            values.reshape(shape).to_device(device)
        };
        Batch {
            bases: one_hot(&lanes_of, device),
            target: tensor(&target),
            weight: tensor(&weight),
        }
    }
}

fn weighted(weights: impl Iterator<Item = f64>, of: &str) -> Result<WeightedIndex<f64>> {
    WeightedIndex::new(weights)
        .map_err(|error| anyhow!("{of}: nothing to draw lanes from: {error}"))
}
