//! Batches, drawn from coordinates when they are needed.

use std::ops::Range;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

use crate::bases::{UNKNOWN, complement, one_hot};
use crate::data::annotation::{STRANDS, Strand, mark};
use crate::data::batch::{Batch, UNLABELLED};
use crate::data::genome::Block;
use crate::data::ranges::joined;
use crate::data::sites::dataset::{AnnotatedGenome, Place};
use crate::data::sites::rows::LabelledWindow;
use crate::recipe::sites::{Draw, HEADS, SITES, Site};

pub struct SiteSampler<'a> {
    pub data: &'a AnnotatedGenome,
    pub blocks: &'a [Block],
    pub rows: &'a [LabelledWindow],
    pub draw: &'a Draw,
    sites: Vec<Place>,
    genic: Vec<Block>,
    intergenic: Vec<Block>,
    /// For each head, the marks of a positive and of a masked base.
    heads: [(u16, u16); HEADS],
    window: usize,
    anchor: usize,
}

struct Lane {
    codes: Vec<u8>,
    target: Vec<f32>,
    weight: Vec<f32>,
}

impl<'a> SiteSampler<'a> {
    /// `sites` are those that lanes are drawn around.
    pub fn new(
        data: &'a AnnotatedGenome,
        blocks: &'a [Block],
        rows: &'a [LabelledWindow],
        draw: &'a Draw,
        sites: &[Site],
        [window, anchor]: [usize; 2],
    ) -> SiteSampler<'a> {
        let hit = |site: Site| match draw.noncoding {
            true => site.coding() | site.noncoding(),
            false => site.coding(),
        };
        let wanted = sites.iter().fold(0, |bits, site| bits | hit(*site));
        let (genic, intergenic) = by_genes(data, blocks);
        let [acceptor, donor] = SITES.map(|site| (hit(site), site.mask()));
        SiteSampler {
            data,
            blocks,
            rows,
            draw,
            sites: data.places(blocks, wanted, mark::HELD_OUT),
            genic,
            intergenic,
            heads: [acceptor, donor, (mark::EXON, mark::MASK_EXON)],
            window,
            anchor,
        }
    }

    pub fn batch(&self, mined: &[Place], random: &mut ChaCha8Rng, device: Device) -> Batch {
        let mut lanes = Vec::new();
        for _ in 0..self.draw.lanes {
            lanes.push(self.genome_lane(mined, random));
        }
        for _ in 0..self.draw.window_lanes {
            lanes.push(self.window_lane(random));
        }
        let (count, chunk) = (lanes.len() as i64, self.draw.chunk as i64);
        let codes: Vec<&[u8]> = lanes.iter().map(|lane| lane.codes.as_slice()).collect();
        let join = |part: fn(&Lane) -> &Vec<f32>| {
            let flat: Vec<f32> = lanes
                .iter()
                .flat_map(|lane| part(lane).iter().copied())
                .collect();
            Tensor::from_slice(&flat)
                .reshape([count, HEADS as i64, chunk])
                .to_device(device)
        };
        Batch {
            bases: one_hot(&codes, device),
            target: join(|lane| &lane.target),
            weight: join(|lane| &lane.weight),
        }
    }

    fn genome_lane(&self, mined: &[Place], random: &mut ChaCha8Rng) -> Lane {
        let kinds = &self.draw.kinds;
        let mut dice: f64 = random.random();
        let mut falls = |share: f64| {
            dice -= share;
            dice < 0.0
        };
        let strand = *STRANDS.choose(random).expect("two strands");
        let anywhere = |stretches: &[Block], random: &mut ChaCha8Rng| {
            let total: usize = stretches.iter().map(|(_, r)| r.len()).sum();
            let mut at = random.random_range(0..total.max(1));
            for (contig, range) in stretches {
                if at < range.len() {
                    return Place {
                        contig: *contig,
                        strand,
                        at: range.start + at,
                    };
                }
                at -= range.len();
            }
            Place {
                contig: 0,
                strand,
                at: 0,
            }
        };
        if falls(kinds.site) && !self.sites.is_empty() {
            return self.lane_around(*self.sites.choose(random).expect("some sites"), random);
        }
        if falls(kinds.mined) && !mined.is_empty() {
            return self.lane_around(*mined.choose(random).expect("some mined"), random);
        }
        if falls(kinds.genic) {
            return self.lane_around(anywhere(&self.genic, random), random);
        }
        if falls(kinds.shuffled) {
            let mut lane = self.lane_around(anywhere(self.blocks, random), random);
            lane.codes = crate::data::shuffle::dinucleotides(&lane.codes, random);
            lane.target.fill(0.0);
            self.weigh_all(&mut lane);
            return lane;
        }
        self.lane_around(anywhere(&self.intergenic, random), random)
    }

    /// A lane whose scored positions hold `place`, anywhere.
    fn lane_around(&self, place: Place, random: &mut ChaCha8Rng) -> Lane {
        let chunk = self.draw.chunk;
        let first = place.at as i64 - random.random_range(0..chunk as i64);
        let codes = &self.data.contigs[place.contig].codes;
        let marks = &self.data.marks[place.contig][place.strand.index()];
        let block = self
            .blocks
            .iter()
            .find(|(c, r)| *c == place.contig && r.contains(&place.at));
        let inside = block.map_or(0..0, |(_, range)| range.clone());
        let behind = self.window - 1 - self.anchor;
        // Forward coordinates of the lane; on the reverse strand the anchor counts from its end.
        let start = match place.strand {
            Strand::Forward => first - self.anchor as i64,
            Strand::Reverse => first - behind as i64,
        };
        let length = chunk + self.window - 1;
        let within = |at: i64| usize::try_from(at).ok().filter(|at| inside.contains(at));
        let base = |at: i64| within(at).map_or(UNKNOWN, |at| codes[at]);
        let end = start + length as i64;
        let mut codes: Vec<u8> = match place.strand {
            Strand::Forward => (start..end).map(base).collect(),
            Strand::Reverse => (start..end).rev().map(|at| complement(base(at))).collect(),
        };
        self.mutate(&mut codes, random);
        let mut lane = Lane {
            codes,
            target: vec![0.0; HEADS * chunk],
            weight: vec![0.0; HEADS * chunk],
        };
        self.weigh_all(&mut lane);
        for i in 0..chunk {
            let at = match place.strand {
                Strand::Forward => first + i as i64,
                Strand::Reverse => first + (chunk - 1 - i) as i64,
            };
            let marks = within(at).map_or(mark::HELD_OUT, |at| marks[at]);
            if marks == 0 {
                continue;
            }
            for (head, (hit, mask)) in self.heads.into_iter().enumerate() {
                let slot = head * chunk + i;
                if marks & hit != 0 {
                    lane.target[slot] = 1.0;
                } else if marks & mask != 0 && lane.weight[slot] > 0.0 {
                    (lane.target[slot], lane.weight[slot]) = (UNLABELLED, 0.0);
                }
                if marks & mark::HELD_OUT != 0 {
                    (lane.target[slot], lane.weight[slot]) = (0.0, 0.0);
                }
            }
        }
        lane
    }

    fn mutate(&self, codes: &mut [u8], random: &mut ChaCha8Rng) {
        if self.draw.mutation == 0.0 {
            return;
        }
        for code in codes.iter_mut().filter(|code| **code < UNKNOWN) {
            if random.random_bool(self.draw.mutation) {
                *code = random.random_range(0..UNKNOWN);
            }
        }
    }

    /// Weight 1 for every position where a site's motif stands, and (exon) for every known base.
    fn weigh_all(&self, lane: &mut Lane) {
        let chunk = self.draw.chunk;
        for i in 0..chunk {
            let at = i + self.anchor;
            let sites = SITES.map(|site| site.motif().stands(&lane.codes, at));
            let known = lane.codes[at] != UNKNOWN;
            for (head, on) in [sites[0], sites[1], known].into_iter().enumerate() {
                lane.weight[head * chunk + i] = f32::from(u8::from(on));
            }
        }
    }

    /// Labelled windows end to end; only each one's labelled base counts.
    fn window_lane(&self, random: &mut ChaCha8Rng) -> Lane {
        let chunk = self.draw.chunk;
        let length = chunk + self.window - 1;
        let mut lane = Lane {
            codes: Vec::with_capacity(length),
            target: vec![0.0; HEADS * chunk],
            weight: vec![0.0; HEADS * chunk],
        };
        while let Some(row) = self.rows.choose(random) {
            if lane.codes.len() + row.codes.len() > length {
                break;
            }
            let head = match row.site {
                Site::Acceptor => 0,
                Site::Donor => 1,
            };
            let slot = head * chunk + lane.codes.len() + row.at - self.anchor;
            lane.target[slot] = f32::from(u8::from(row.positive));
            let mut codes = row.codes.clone();
            self.mutate(&mut codes, random);
            lane.weight[slot] = f32::from(u8::from(row.site.motif().stands(&codes, row.at)));
            lane.codes.extend(codes);
        }
        lane.codes.resize(length, UNKNOWN);
        lane
    }
}

/// Blocks cut into genic and intergenic parts; where sites may be unknown is in neither.
fn by_genes(data: &AnnotatedGenome, blocks: &[Block]) -> (Vec<Block>, Vec<Block>) {
    let (mut genic, mut intergenic) = (Vec::new(), Vec::new());
    for (contig, block) in blocks {
        let mut spans: Vec<Range<usize>> = data
            .genes
            .iter()
            .filter(|gene| gene.contig == data.contigs[*contig].name)
            .map(|gene| gene.span.start.max(block.start)..gene.span.end.min(block.end))
            .filter(|span| span.start < span.end)
            .collect();
        spans.sort_by_key(|span| span.start);
        let mut at = block.start;
        for span in spans {
            if span.end <= at {
                continue;
            }
            if span.start > at {
                intergenic.push((*contig, at..span.start));
            }
            genic.push((*contig, at.max(span.start)..span.end));
            at = span.end;
        }
        let unsure = data.unsure.iter().filter(|(other, _)| other == contig);
        for range in joined(unsure.map(|(_, range)| range.clone()).collect()) {
            if range.end <= at || range.start >= block.end {
                continue;
            }
            if range.start > at {
                intergenic.push((*contig, at..range.start));
            }
            at = range.end;
        }
        if at < block.end {
            intergenic.push((*contig, at..block.end));
        }
    }
    (genic, intergenic)
}

#[cfg(test)]
#[path = "sampler_tests.rs"]
mod tests;
