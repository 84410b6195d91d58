use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

use super::SiteSampler;
use crate::bases::complement;
use crate::data::annotation::{STRANDS, Strand, mark};
use crate::data::batch::UNLABELLED;
use crate::data::genome::Block;
use crate::data::genome::Contig;
use crate::data::sites::dataset::{AnnotatedGenome, Place};
use crate::recipe::sites::{Draw, HEADS, Kinds, SITES};

const LENGTH: usize = 400;
const WINDOW: usize = 21;
const ANCHOR: usize = 9;

fn draw(kinds: [f64; 5]) -> Draw {
    let [site, genic, intergenic, mined, shuffled] = kinds;
    let kinds = Kinds {
        site,
        genic,
        intergenic,
        mined,
        shuffled,
    };
    Draw {
        noncoding: false,
        mutation: 0.0,
        chunk: 50,
        lanes: 1,
        window_lanes: 0,
        kinds,
    }
}

/// Random bases with an exon start behind an AG at 200 of the forward strand.
fn dataset() -> AnnotatedGenome {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut codes: Vec<u8> = (0..LENGTH).map(|_| random.random_range(0..4)).collect();
    codes[198..200].copy_from_slice(&[0, 2]);
    let mut marks = [vec![0; LENGTH], vec![0; LENGTH]];
    marks[0][200] = mark::ACCEPTOR;
    let contig = Contig {
        name: "c".into(),
        codes,
        blocks: block(),
    };
    AnnotatedGenome {
        contigs: vec![contig],
        marks: vec![marks],
        genes: Vec::new(),
        unsure: Vec::new(),
    }
}

/// The same contig read from the other end.
fn mirrored(data: &AnnotatedGenome) -> AnnotatedGenome {
    let codes = data.contigs[0]
        .codes
        .iter()
        .rev()
        .map(|&c| complement(c))
        .collect();
    let marks = data.marks[0]
        .each_ref()
        .map(|m| m.iter().rev().copied().collect::<Vec<u16>>());
    let [forward, reverse] = marks;
    let contig = Contig {
        name: "c".into(),
        codes,
        blocks: block(),
    };
    AnnotatedGenome {
        contigs: vec![contig],
        marks: vec![[reverse, forward]],
        genes: Vec::new(),
        unsure: Vec::new(),
    }
}

/// All of it: a list of one range, not a range of numbers.
fn block() -> Vec<std::ops::Range<usize>> {
    std::iter::once(0..LENGTH).collect()
}

fn blocks() -> [Block; 1] {
    [(0, 0..LENGTH)]
}

#[test]
fn a_site_reads_the_same_from_both_strands() {
    let (data, blocks) = (dataset(), blocks());
    let other = mirrored(&data);
    let draw = draw([1.0, 0.0, 0.0, 0.0, 0.0]);
    let size = [WINDOW, ANCHOR];
    let here = SiteSampler::new(&data, &blocks, &[], &draw, &SITES, size);
    let there = SiteSampler::new(&other, &blocks, &[], &draw, &SITES, size);
    let at = |strand, at| Place {
        contig: 0,
        strand,
        at,
    };
    for seed in 0..20 {
        let lane = |sampler: &SiteSampler, place| {
            sampler.lane_around(place, &mut ChaCha8Rng::seed_from_u64(seed))
        };
        let a = lane(&here, at(Strand::Forward, 200));
        let site = a.target.iter().position(|&t| t == 1.0).unwrap();
        assert!(site < draw.chunk, "on the acceptor's head");
        assert_eq!(a.weight[site], 1.0);
        assert_eq!(a.codes[site + ANCHOR - 2..site + ANCHOR], [0, 2]);
        let b = lane(&there, at(Strand::Reverse, LENGTH - 1 - 200));
        let mirrored_site = b.target.iter().position(|&t| t == 1.0).unwrap();
        let around = |codes: &[u8], site: usize| codes[site..site + WINDOW].to_vec();
        assert_eq!(around(&a.codes, site), around(&b.codes, mirrored_site));
    }
}

#[test]
fn every_other_ag_is_a_negative_and_nothing_else_is() {
    let (data, blocks) = (dataset(), blocks());
    let draw = draw([0.0, 0.0, 1.0, 0.0, 0.0]);
    let sampler = SiteSampler::new(&data, &blocks, &[], &draw, &SITES, [WINDOW, ANCHOR]);
    for strand in STRANDS {
        let place = Place {
            contig: 0,
            strand,
            at: 150,
        };
        let lane = sampler.lane_around(place, &mut ChaCha8Rng::seed_from_u64(1));
        for i in 0..draw.chunk {
            let led = lane.codes[i + ANCHOR - 2..i + ANCHOR] == [0, 2];
            assert_eq!(lane.weight[i], f32::from(u8::from(led)));
        }
    }
}

#[test]
fn shuffled_lanes_hold_no_positive() {
    let (data, blocks) = (dataset(), blocks());
    let draw = draw([0.0, 0.0, 0.0, 0.0, 1.0]);
    let sampler = SiteSampler::new(&data, &blocks, &[], &draw, &SITES, [WINDOW, ANCHOR]);
    for seed in 0..20 {
        let batch = sampler.batch(&[], &mut ChaCha8Rng::seed_from_u64(seed), Device::Cpu);
        let total = |t: &Tensor| t.sum(tch::Kind::Float).double_value(&[]);
        assert_eq!(total(&batch.target), 0.0);
        assert!(total(&batch.weight) > 0.0);
        assert_eq!(batch.target.size(), [1, HEADS as i64, 50]);
    }
}

#[test]
fn where_sites_may_be_unknown_lanes_are_drawn_around_sites_alone() {
    let (mut data, blocks) = (dataset(), blocks());
    data.unsure = vec![(0, 0..300)];
    let draw = draw([0.0, 0.5, 0.5, 0.0, 0.0]);
    let sampler = SiteSampler::new(&data, &blocks, &[], &draw, &SITES, [WINDOW, ANCHOR]);
    assert_eq!(sampler.intergenic, [(0, 300..LENGTH)]);
    assert!(sampler.genic.is_empty());
    assert_eq!(sampler.sites.len(), 1);
}

#[test]
fn a_masked_candidate_has_no_label_and_what_is_held_out_has_none_to_give() {
    let (mut data, blocks) = (dataset(), blocks());
    data.marks[0][0] = vec![mark::MASK_ACCEPTOR; LENGTH];
    let draw = draw([0.0, 0.0, 1.0, 0.0, 0.0]);
    let place = Place {
        contig: 0,
        strand: Strand::Forward,
        at: 150,
    };
    for (held_out, target) in [(0, UNLABELLED), (mark::HELD_OUT, 0.0)] {
        for marks in &mut data.marks[0][0] {
            *marks |= held_out;
        }
        let sampler = SiteSampler::new(&data, &blocks, &[], &draw, &SITES, [WINDOW, ANCHOR]);
        let lane = sampler.lane_around(place, &mut ChaCha8Rng::seed_from_u64(1));
        let mut candidates = 0;
        for i in 0..draw.chunk {
            let led = lane.codes[i + ANCHOR - 2..i + ANCHOR] == [0, 2];
            candidates += usize::from(led);
            assert_eq!(lane.weight[i], 0.0);
            assert_eq!(lane.target[i], if led { target } else { 0.0 });
        }
        assert!(candidates > 0);
    }
}
