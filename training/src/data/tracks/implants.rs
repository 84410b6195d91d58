//! Labelled sequences from elsewhere in the genome, written into lanes: the training blocks alone
//! hold too few sites of most factors.
//!
//! A lane with implants is cut into equal slots, and each slot takes one of three: a sequence of a
//! set, its dinucleotide shuffle, or a stretch that was moved from another place of the training
//! blocks with what is known of it. The last two keep the seams from telling anything.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rand::Rng;
use rand::distr::{Distribution, weighted::WeightedIndex};
use rand_chacha::ChaCha8Rng;

use crate::bases::{UNKNOWN, encode, reverse_complement};
use crate::data::batch::UNLABELLED;
use crate::data::genome::{open, read_fasta};
use crate::data::shuffle::dinucleotides;
use crate::data::tracks::labels::{LabelledGenomes, Truth};
use crate::recipe::tracks::Implants;

/// Places so near the middle of an implant take its labels.
const INNER: usize = 50;
/// Places so near it have no label else.
const SEAM: usize = 300;
/// Bases in the middle of a sequence by which it is found in a held-out stretch.
const KEY: usize = 32;
/// Bases of a moved stretch.
const MOVED: std::ops::RangeInclusive<usize> = 101..=301;

struct Sequences {
    all: Vec<Vec<u8>>,
    at: Option<usize>,
    of: Vec<usize>,
    not: Vec<usize>,
}

/// Draws implants of a recipe.
pub struct ImplantSampler {
    share: f64,
    slots: usize,
    shuffled: f64,
    moved: f64,
    sets: Vec<Sequences>,
    draw: WeightedIndex<f64>,
}

/// A lane as it is read, with the target and the weight of each place, a row a label.
pub struct Lane<'a> {
    pub codes: &'a mut [u8],
    pub target: &'a mut [f32],
    pub weight: &'a mut [f32],
    pub anchor: usize,
    pub step: usize,
    pub places: usize,
}

impl ImplantSampler {
    /// Reads the sets, without the sequences whose middle stands in one of `held_out`, on either
    /// strand.
    pub fn read(
        implants: &Implants,
        data: &LabelledGenomes,
        held_out: &[&[u8]],
        folder: &Path,
    ) -> Result<ImplantSampler> {
        let mut sets = Vec::new();
        for set in &implants.sets {
            let path = folder.join(&set.file);
            let all = sequences(&path, set.only.as_ref())?;
            let numbers = |names: &[String]| -> Result<Vec<usize>> {
                let number = |name: &String| {
                    let found = data.labels.iter().position(|label| label.name == *name);
                    found.with_context(|| format!("implants: no label '{name}'"))
                };
                names.iter().map(number).collect()
            };
            sets.push(Sequences {
                all,
                at: set.at,
                of: numbers(&set.of)?,
                not: numbers(&set.not)?,
            });
        }
        leave_out(&mut sets, held_out);
        for (set, read) in implants.sets.iter().zip(&sets) {
            let file = set.file.display();
            ensure!(!read.all.is_empty(), "implants: {file}: no sequences");
            eprintln!("{} sequences of {file}", read.all.len());
        }
        let draw = implants.sets.iter().map(|set| set.draw);
        Ok(ImplantSampler {
            share: implants.share,
            slots: implants.slots,
            shuffled: implants.shuffled,
            moved: implants.moved,
            draw: WeightedIndex::new(draw)
                .ok()
                .context("implants: no set is drawn")?,
            sets,
        })
    }

    /// Writes implants into a lane, or leaves it.
    pub fn write(&self, data: &LabelledGenomes, lane: &mut Lane, random: &mut ChaCha8Rng) {
        if !random.random_bool(self.share) {
            return;
        }
        let slot = lane.places * lane.step / self.slots;
        for number in 0..self.slots {
            let (codes, at, labels) = self.one(data, random);
            let Some(free) = slot.checked_sub(codes.len()) else {
                continue;
            };
            let start = lane.anchor + number * slot + random.random_range(0..=free);
            lane.codes[start..start + codes.len()].copy_from_slice(&codes);
            label(lane, start + at, &labels);
        }
    }

    /// A sequence, the base of it that its labels are about, and these.
    fn one(
        &self,
        data: &LabelledGenomes,
        random: &mut ChaCha8Rng,
    ) -> (Vec<u8>, usize, Vec<(usize, f32)>) {
        let kind = random.random::<f64>();
        if kind < self.moved {
            return moved(data, random);
        }
        let set = &self.sets[self.draw.sample(random)];
        let codes = &set.all[random.random_range(0..set.all.len())];
        let at = set.at.unwrap_or(codes.len() / 2);
        let shuffled = kind < self.moved + self.shuffled;
        let no = set.not.iter().map(|&label| (label, 0.0));
        if shuffled {
            let of = set.of.iter().map(|&label| (label, 0.0));
            return (dinucleotides(codes, random), at, of.chain(no).collect());
        }
        let of = set.of.iter().map(|&label| (label, 1.0));
        let labels: Vec<_> = of.chain(no).collect();
        // Where a label goes by strand, the other strand of its site is no site and no other place.
        let turns = labels
            .iter()
            .all(|&(label, _)| !data.labels[label].stranded);
        match turns && random.random_bool(0.5) {
            true => (reverse_complement(codes), codes.len() - 1 - at, labels),
            false => (codes.clone(), at, labels),
        }
    }
}

/// A stretch of a training block.
fn moved(data: &LabelledGenomes, random: &mut ChaCha8Rng) -> (Vec<u8>, usize, Vec<(usize, f32)>) {
    // The first genome is the one that the labels are known in.
    let genome = &data.genomes[0];
    let length = random.random_range(MOVED);
    let (contig, block) = loop {
        let (contig, block) = &genome.train[random.random_range(0..genome.train.len())];
        if block.len() > length {
            break (*contig, block);
        }
    };
    let start = random.random_range(block.start..block.end - length);
    let codes = &genome.contigs[contig].codes[start..start + length];
    let reverse = random.random_bool(0.5);
    let base = start + length / 2;
    let mut labels = Vec::new();
    for number in 0..data.labels.len() {
        match data.at((0, contig), base, usize::from(reverse), number) {
            Truth::Site => labels.push((number, 1.0)),
            Truth::No => labels.push((number, 0.0)),
            Truth::Unsure => {}
        }
    }
    match reverse {
        true => (reverse_complement(codes), length - 1 - length / 2, labels),
        false => (codes.to_vec(), length / 2, labels),
    }
}

/// Gives the places around base `at` of the lane the labels, and takes all other labels from them.
fn label(lane: &mut Lane, at: usize, labels: &[(usize, f32)]) {
    let within = |reach: usize| {
        let place = |base: usize| base.saturating_sub(lane.anchor).div_ceil(lane.step);
        place(at.saturating_sub(reach)).min(lane.places)..place(at + reach + 1).min(lane.places)
    };
    let (seam, inner) = (within(SEAM), within(INNER));
    for row in (0..lane.weight.len()).step_by(lane.places) {
        for place in row + seam.start..row + seam.end {
            if std::mem::take(&mut lane.weight[place]) > 0.0 {
                lane.target[place] = UNLABELLED;
            }
        }
    }
    for &(label, target) in labels {
        let row = label * lane.places;
        let inner = row + inner.start..row + inner.end;
        lane.target[inner.clone()].fill(target);
        lane.weight[inner].fill(1.0);
    }
}

/// The sequences of a FASTA or TSV file, as codes.
fn sequences(path: &Path, only: Option<&(String, String)>) -> Result<Vec<Vec<u8>>> {
    let place = || format!("{}", path.display());
    let mut lines = BufReader::new(open(path)?).lines();
    let header = lines.next().with_context(place)?.with_context(place)?;
    if header.starts_with('>') {
        let contigs = read_fasta(path)?;
        return Ok(contigs.into_iter().map(|contig| contig.codes).collect());
    }
    let names: Vec<&str> = header.split('\t').collect();
    let column = |name: &str| {
        let found = names.iter().position(|n| *n == name);
        found.with_context(|| format!("{}: no column '{name}'", place()))
    };
    let sequence = column("sequence")?;
    let only = match only {
        Some((name, says)) => Some((column(name)?, says)),
        None => None,
    };
    let mut all = Vec::new();
    for line in lines {
        let line = line.with_context(place)?;
        let fields: Vec<&str> = line.split('\t').collect();
        if only.is_none_or(|(at, says)| fields.get(at) == Some(&says.as_str())) {
            let text = fields
                .get(sequence)
                .with_context(|| format!("{}: a short row", place()))?;
            all.push(encode(text.as_bytes()));
        }
    }
    Ok(all)
}

/// The middle of a sequence in 2 bits a base, none where it has unknown bases or is too short.
fn key(codes: &[u8]) -> Option<u64> {
    let start = codes.len().checked_sub(KEY)? / 2;
    pack(&codes[start..start + KEY])
}

fn pack(codes: &[u8]) -> Option<u64> {
    codes.iter().try_fold(0, |packed: u64, &code| {
        (code != UNKNOWN).then_some(packed << 2 | u64::from(code))
    })
}

fn leave_out(sets: &mut [Sequences], held_out: &[&[u8]]) {
    let all = sets.iter().flat_map(|set| &set.all);
    let keys: HashSet<u64> = all.filter_map(|codes| key(codes)).collect();
    let mut found = HashSet::new();
    for codes in held_out {
        for codes in [codes.to_vec(), reverse_complement(codes)] {
            let (mut packed, mut known) = (0u64, 0);
            for &code in &codes {
                known = if code == UNKNOWN { 0 } else { known + 1 };
                packed = packed << 2 | u64::from(code & 3);
                if known >= KEY && keys.contains(&packed) {
                    found.insert(packed);
                }
            }
        }
    }
    for set in sets {
        set.all
            .retain(|codes| key(codes).is_some_and(|key| !found.contains(&key)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn random_codes(length: usize, seed: u64) -> Vec<u8> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        (0..length).map(|_| random.random_range(0..4)).collect()
    }

    #[test]
    fn held_out_sequences_go_on_both_strands() {
        let genome = random_codes(500, 1);
        let sequences = vec![
            genome[100..201].to_vec(),
            reverse_complement(&genome[300..401]),
            random_codes(101, 2),
            random_codes(20, 3),
        ];
        let kept = sequences[2].clone();
        let mut sets = [Sequences {
            all: sequences,
            at: None,
            of: vec![],
            not: vec![],
        }];
        leave_out(&mut sets, &[&genome]);
        assert_eq!(sets[0].all, [kept]);
    }

    #[test]
    fn labels_of_an_implant_are_those_of_its_middle() {
        let (anchor, step, places) = (10, 16, 60);
        let mut codes = vec![0; 1000];
        let mut target = vec![0.5; 2 * places];
        let mut weight = vec![1.0; 2 * places];
        let mut lane = Lane {
            codes: &mut codes,
            target: &mut target,
            weight: &mut weight,
            anchor,
            step,
            places,
        };
        label(&mut lane, 500, &[(1, 1.0)]);
        for place in 0..places {
            let away = (anchor + place * step).abs_diff(500);
            let (near, inner) = (away <= SEAM, away <= INNER);
            assert_eq!(weight[place], f32::from(u8::from(!near)), "{place}");
            assert_eq!(weight[places + place], f32::from(u8::from(!near || inner)));
            assert_eq!(target[place], if near { UNLABELLED } else { 0.5 });
            assert_eq!(target[places + place] == 1.0, inner);
        }
    }
}
