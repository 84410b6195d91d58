//! Batches: examples in an order of the epoch's own, negatives drawn for the positives, augmented.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Tensor};

use crate::bases::{UNKNOWN, complement, one_hot};
use crate::data::batch::Batch;
use crate::data::shuffle::dinucleotides;
use crate::data::windows::examples::Example;
use crate::data::windows::genome::GenomeWindows;
use crate::recipe::windows::along::Along;
use crate::recipe::windows::source::{Negatives, Part};
use crate::recipe::windows::split::{Augment, ExampleSplit};

/// Ways to draw negatives for a positive.
pub struct Drawer {
    ways: Vec<Way>,
    window: usize,
}

struct Way {
    /// None: shuffles of the positive.
    genome: Option<GenomeWindows>,
    ratio: f64,
    matched: bool,
    part: Option<Part>,
}

impl Drawer {
    /// What `along` keeps for itself is drawn from no genome.
    pub fn new(
        negatives: &[Negatives],
        along: Option<&Along>,
        folder: &Path,
        window: usize,
    ) -> Result<Drawer> {
        let way = |negatives: &Negatives| {
            let mut genome = match &negatives.genome {
                Some(path) => Some(GenomeWindows::read(&folder.join(path))?),
                None => None,
            };
            if let (Some(genome), Some(along)) = (&mut genome, along) {
                along.hide(genome, folder)?;
            }
            Ok(Way {
                genome,
                ratio: negatives.ratio,
                matched: negatives.matched,
                part: negatives.part,
            })
        };
        let ways = negatives.iter().map(way).collect::<Result<_>>()?;
        Ok(Drawer { ways, window })
    }

    fn ways(&self, part: Part) -> impl Iterator<Item = &Way> {
        let all = self.ways.iter();
        all.filter(move |way| way.part.is_none_or(|only| only == part))
    }

    /// Negatives drawn for each positive in training.
    pub fn ratio(&self) -> f64 {
        self.ways(Part::Train).map(|way| way.ratio).sum()
    }

    /// Negatives for the window of a positive, as for `part`, from groups that `within` allows.
    pub fn draw(
        &self,
        positive: &[u8],
        part: Part,
        random: &mut ChaCha8Rng,
        within: impl Fn(&str) -> bool,
    ) -> Result<Vec<Vec<u8>>> {
        let mut drawn = Vec::new();
        for way in self.ways(part) {
            let more = random.random_bool(way.ratio.fract());
            for _ in 0..way.ratio as usize + usize::from(more) {
                drawn.push(match &way.genome {
                    Some(genome) if way.matched => genome.draw_like(positive, random, &within)?,
                    Some(genome) => genome.draw(self.window, random, &within)?,
                    None => dinucleotides(positive, random),
                });
            }
        }
        Ok(drawn)
    }

    /// The examples and, behind them, negatives drawn once for every positive.
    pub fn fixed(
        &self,
        examples: &mut Vec<Example>,
        part: Part,
        split: &ExampleSplit,
        seed: u64,
    ) -> Result<()> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(part as u64 + 1);
        for at in 0..examples.len() {
            let positive = &examples[at];
            if !is_positive(positive) {
                continue;
            }
            let window = positive.window(self.window, 0);
            let targets = negative(&positive.targets);
            let group = positive.group.clone();
            let wanted = |group: &str| split.part_of(group, seed) == part;
            for codes in self.draw(&window, part, &mut random, wanted)? {
                examples.push(Example {
                    at: codes.len() / 2,
                    codes,
                    targets: targets.clone(),
                    group: group.clone(),
                    block: 0,
                    split: String::new(),
                    weight: 1.0,
                    part: None,
                });
            }
        }
        Ok(())
    }
}

/// Positive for the labels that anything is known of.
pub fn is_positive(example: &Example) -> bool {
    example.targets.contains(&1.0)
}

fn negative(targets: &[f32]) -> Vec<f32> {
    targets
        .iter()
        .map(|&t| if t == 1.0 { 0.0 } else { t })
        .collect()
}

/// The batches of each epoch.
pub struct Epochs<'a> {
    pub examples: &'a [Example],
    pub drawer: &'a Drawer,
    pub split: &'a ExampleSplit,
    pub augment: &'a Augment,
    pub window: usize,
    /// Of the examples, in an epoch.
    pub share: f64,
    /// Whether each batch is of one block.
    pub one_block: bool,
    pub seed: u64,
    pub split_seed: u64,
}

impl Epochs<'_> {
    /// The examples of an epoch in their order, each as often as its weight says.
    pub fn order(&self, epoch: usize) -> Vec<u32> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(2 * epoch as u64);
        let mut order = Vec::new();
        for (at, example) in self.examples.iter().enumerate() {
            let weight = example.weight * self.share;
            let lot = random.random_bool(weight.fract());
            let times = weight.floor() as usize + usize::from(lot);
            order.extend(std::iter::repeat_n(at as u32, times));
        }
        order.shuffle(&mut random);
        order
    }

    /// The examples of an epoch in batches of `taken`.
    pub fn chunks(&self, epoch: usize, taken: usize) -> Vec<Vec<u32>> {
        let order = self.order(epoch);
        if !self.one_block {
            return order.chunks(taken).map(<[u32]>::to_vec).collect();
        }
        let mut blocks: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for at in order {
            let block = self.examples[at as usize].block;
            blocks.entry(block).or_default().push(at);
        }
        let batches = blocks.values().flat_map(|block| block.chunks(taken));
        let mut batches: Vec<Vec<u32>> = batches.map(<[u32]>::to_vec).collect();
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(2 * epoch as u64);
        batches.shuffle(&mut random);
        batches
    }

    /// Examples that go into a batch of `size`, so that those drawn for them fill it.
    pub fn taken(&self, size: usize) -> usize {
        let positives = self.examples.iter().filter(|e| is_positive(e)).count();
        let share = positives as f64 / self.examples.len() as f64;
        ((size as f64 / (1.0 + share * self.drawer.ratio())).round() as usize).max(1)
    }

    /// The batch of `taken` examples, by a generator of its own: it depends on `number` alone.
    pub fn batch(&self, taken: &[u32], number: usize, device: Device) -> Result<Batch> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(2 * number as u64 + 1);
        let train = |group: &str| self.split.part_of(group, self.split_seed) == Part::Train;
        let (mut lanes, mut targets) = (Vec::new(), Vec::new());
        for &at in taken {
            let example = &self.examples[at as usize];
            let jitter = self.augment.jitter as i64;
            let aside = random.random_range(-jitter..=jitter);
            let window = example.window(self.window, example.inside(self.window, aside));
            if is_positive(example) {
                for drawn in self.drawer.draw(&window, Part::Train, &mut random, train)? {
                    lanes.push(drawn);
                    targets.extend(negative(&example.targets));
                }
            }
            lanes.push(window);
            targets.extend(&example.targets);
        }
        for lane in &mut lanes {
            self.augment.apply(lane, &mut random);
        }
        let lanes: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
        let (count, labels) = (lanes.len() as i64, (targets.len() / lanes.len()) as i64);
        let targets = Tensor::from_slice(&targets).reshape([count, labels, 1]);
        let unknown = targets.isnan();
        Ok(Batch {
            bases: one_hot(&lanes, device),
            target: targets.masked_fill(&unknown, 0.0).to_device(device),
            weight: unknown.logical_not().to_kind(Kind::Float).to_device(device),
        })
    }
}

impl Augment {
    pub fn apply(&self, lane: &mut [u8], random: &mut ChaCha8Rng) {
        if self.shift > 0.0 && random.random_bool(self.shift_probability) {
            let most = (lane.len() as f64 * self.shift) as i64;
            let by = random.random_range(-most..=most);
            lane.rotate_left(by.rem_euclid(lane.len() as i64) as usize);
        }
        if self.reverse_complement > 0.0 && random.random_bool(self.reverse_complement) {
            lane.reverse();
            lane.iter_mut().for_each(|code| *code = complement(*code));
        }
        if self.blank > 0.0 && random.random_bool(self.blank) {
            let kept = random.random_range(self.kept.min(lane.len())..=lane.len());
            let first = (lane.len() - kept) / 2;
            lane[..first].fill(UNKNOWN);
            lane[first + kept..].fill(UNKNOWN);
        }
        if self.mutation > 0.0 {
            for code in lane.iter_mut().filter(|code| **code < UNKNOWN) {
                if random.random_bool(self.mutation) {
                    *code = random.random_range(0..4);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(count: usize, weight: f64) -> Vec<Example> {
        let example = |i: usize| Example {
            codes: (0..20).map(|at| (at * (i + 1) % 4) as u8).collect(),
            at: 10,
            targets: vec![(i % 2) as f32],
            group: format!("{i}"),
            block: i / 300,
            split: String::new(),
            weight,
            part: None,
        };
        (0..count).map(example).collect()
    }

    #[test]
    fn an_epoch_draws_each_example_as_its_weight_says() {
        let drawer = Drawer {
            ways: vec![Way {
                genome: None,
                ratio: 2.0,
                matched: false,
                part: None,
            }],
            window: 12,
        };
        let split = ExampleSplit::Random {
            validation: 0.0,
            test: 0.0,
        };
        let examples = examples(1000, 1.5);
        let epochs = Epochs {
            examples: &examples,
            drawer: &drawer,
            split: &split,
            augment: &Augment::default(),
            window: 12,
            share: 1.0,
            one_block: false,
            seed: 3,
            split_seed: 1,
        };
        let order = epochs.order(0);
        assert!((1450..1550).contains(&order.len()));
        assert_ne!(order, epochs.order(1));
        assert_eq!(epochs.taken(32), 16);
        let batch = epochs.batch(&order[..16], 7, Device::Cpu).unwrap();
        let again = epochs.batch(&order[..16], 7, Device::Cpu).unwrap();
        assert_eq!(batch.bases, again.bases);
        let positives = order[..16].iter().filter(|&&i| i % 2 == 1).count();
        let size = 16 + 2 * positives as i64;
        assert_eq!(batch.bases.size(), [size, 4, 12]);
        assert_eq!(
            batch.target.sum(tch::Kind::Float).double_value(&[]),
            positives as f64
        );
    }

    #[test]
    fn a_blanked_lane_keeps_its_middle() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let augment = Augment {
            blank: 1.0,
            kept: 10,
            ..Default::default()
        };
        for _ in 0..50 {
            let mut lane = vec![2; 40];
            augment.apply(&mut lane, &mut random);
            let known = lane.iter().filter(|&&code| code == 2).count();
            assert!(known >= 10 && lane[15..25] == [2; 10], "{lane:?}");
        }
    }

    #[test]
    fn two_reversals_and_a_whole_turn_change_nothing() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let augment = Augment {
            reverse_complement: 1.0,
            ..Default::default()
        };
        let lane: Vec<u8> = (0..40).map(|i| (i * i % 5) as u8).collect();
        let mut turned = lane.clone();
        augment.apply(&mut turned, &mut random);
        assert_ne!(turned, lane);
        augment.apply(&mut turned, &mut random);
        assert_eq!(turned, lane);
    }
}
