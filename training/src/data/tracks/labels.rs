//! Labels along genomes: sites as points, and the truth of each place.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::bases::UNKNOWN;
use crate::data::batch::UNLABELLED;
use crate::data::ranges::touches;
use crate::data::tracks::bed::{Beds, Interval};
use crate::data::tracks::genome::MaskedGenome;
use crate::recipe::tracks::{Labels, Sites, Test, TracksRecipe};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    Site,
    No,
    /// A mask is there, or nothing is known.
    Unsure,
}

/// Ascending points by contig and strand.
type Points = Vec<[Vec<usize>; 2]>;

/// A label's sites in one genome.
#[derive(Default)]
pub struct Known {
    pub sites: Points,
    /// Where nothing is known of it.
    pub unsure: Points,
}

pub struct Label {
    pub name: String,
    pub weight: f64,
    pub reach: usize,
    pub near: usize,
    pub stranded: bool,
    pub draw: f64,
    /// By genome; none where it was not looked for.
    pub known: Vec<Option<Known>>,
}

pub struct LabelledGenomes {
    pub genomes: Vec<MaskedGenome>,
    pub labels: Vec<Label>,
}

impl LabelledGenomes {
    pub fn read(recipe: &TracksRecipe, data: &Path) -> Result<LabelledGenomes> {
        let mut beds = Beds::new(data);
        let mut genomes = Vec::new();
        for genome in &recipe.genomes {
            let mut read = MaskedGenome::read(&genome.name, &data.join(&genome.fasta))?;
            for mask in &genome.masks {
                read.mask(beds.rows(mask)?);
            }
            for stretch in recipe.validation.iter().filter(|s| s.genome == genome.name) {
                read.hold_out(stretch)?;
            }
            genomes.push(read);
        }
        let mut labels = Vec::new();
        for (of, name) in recipe.heads() {
            let known = genomes
                .iter()
                .map(|genome| known(of, name, genome, &mut beds));
            labels.push(Label {
                name: name.to_owned(),
                weight: recipe.emphasis.get(name).copied().unwrap_or(of.weight),
                reach: of.reach,
                near: of.near,
                stranded: of.stranded,
                draw: of.draw,
                known: known.collect::<Result<_>>()?,
            });
        }
        let implanted = |label: &Label| {
            let mut sets = recipe.implants.iter().flat_map(|implants| &implants.sets);
            sets.any(|set| set.of.contains(&label.name))
        };
        for label in labels.iter().filter(|label| !implanted(label)) {
            let found = label.known.iter().flatten().flat_map(|known| &known.sites);
            let found = found.flatten().any(|sites| !sites.is_empty());
            ensure!(found, "labels: {} has no sites", label.name);
        }
        Ok(LabelledGenomes { genomes, labels })
    }

    /// The contigs of a test, with the recipe's labels as they are known there.
    pub fn of_test(recipe: &TracksRecipe, test: &Test, data: &Path) -> Result<LabelledGenomes> {
        let genome = MaskedGenome::read(&test.name, &data.join(&test.fasta))?;
        let mut beds = Beds::new(data);
        let mut labels = Vec::new();
        for (of, name) in recipe.heads() {
            let mut truths = test.truth.iter();
            let known = match truths.find(|truth| truth.names.iter().any(|n| n == name)) {
                None => None,
                Some(truth) => {
                    let of = Labels {
                        sites: truth.sites.clone(),
                        far_from: truth.far_from.clone(),
                        far: truth.far,
                        ..of.clone()
                    };
                    known(&of, name, &genome, &mut beds)?
                }
            };
            labels.push(Label {
                name: name.to_owned(),
                weight: 0.0,
                reach: of.reach,
                near: of.near,
                stranded: of.stranded,
                draw: 0.0,
                known: vec![known],
            });
        }
        Ok(LabelledGenomes {
            genomes: vec![genome],
            labels,
        })
    }
}

fn known(of: &Labels, name: &str, genome: &MaskedGenome, beds: &mut Beds) -> Result<Option<Known>> {
    if !of.sites.iter().any(|sites| sites.genome == genome.name) {
        return Ok(None);
    }
    let empty = || vec![[Vec::new(), Vec::new()]; genome.contigs.len()];
    let [mut sites, mut unsure, mut far] = [(); 3].map(|()| empty());
    for from in &of.far_from {
        add(from, name, genome, beds, |contig, row, _| {
            far[contig][0].push(row.middle());
        })?;
    }
    sort(&mut far);
    for from in &of.sites {
        add(from, name, genome, beds, |contig, row, masked| {
            let at = row.middle();
            if near(&far[contig][0], at, of.far) {
                return;
            }
            let strand = if of.stranded { row.strand() } else { 0 };
            let to = if masked || from.unsure {
                &mut unsure
            } else {
                &mut sites
            };
            to[contig][strand].push(at);
        })?;
    }
    sort(&mut sites);
    sort(&mut unsure);
    Ok(Some(Known { sites, unsure }))
}

/// Each row of `from` that is about `name`: its contig, and whether a mask touches it.
fn add(
    from: &Sites,
    name: &str,
    genome: &MaskedGenome,
    beds: &mut Beds,
    mut each: impl FnMut(usize, &Interval, bool),
) -> Result<()> {
    if from.genome != genome.name {
        return Ok(());
    }
    let is = from.is.as_deref().unwrap_or(name);
    for row in beds.rows(&from.bed)? {
        if let (true, Some(contig)) = (row.says(from.column, is), genome.contig(&row.columns[0])) {
            let masked = touches(&genome.masked[contig], &(row.start..row.end));
            each(contig, row, masked);
        }
    }
    Ok(())
}

fn sort(points: &mut Points) {
    for of_strand in points.iter_mut().flatten() {
        of_strand.sort_unstable();
        of_strand.dedup();
    }
}

/// Whether one of `points`, ascending, lies within `reach` of `at`; of none within 0 bases, where
/// `reach` is 0 and no point is there.
pub fn near(points: &[usize], at: usize, reach: usize) -> bool {
    let first = points.partition_point(|&point| point + reach < at);
    points.get(first).is_some_and(|&point| point <= at + reach)
}

/// The places of one lane: the base of place `t`, and the strand that is read.
#[derive(Clone, Copy)]
pub struct Places {
    pub genome: usize,
    pub contig: usize,
    /// Bases of the lane, forward.
    pub start: usize,
    pub length: usize,
    pub reverse: bool,
    pub anchor: usize,
    pub step: usize,
    pub count: usize,
}

impl Places {
    pub fn base(&self, place: usize) -> usize {
        let ahead = place * self.step + self.anchor;
        match self.reverse {
            false => self.start + ahead,
            true => self.start + self.length - 1 - ahead,
        }
    }

    /// The places whose base is within `from..till`.
    fn within(&self, from: i64, till: i64) -> Range<usize> {
        let (start, anchor) = (self.start as i64, self.anchor as i64);
        let (first, end) = match self.reverse {
            false => (from - start - anchor, till - start - anchor),
            true => {
                let last = start + self.length as i64 - 1 - anchor;
                (last - till + 1, last - from + 1)
            }
        };
        let place = |bases: i64| {
            let place = (bases.max(0) as usize).div_ceil(self.step);
            place.min(self.count)
        };
        place(first)..place(end)
    }
}

impl LabelledGenomes {
    /// Writes the target and the weight of each place of a lane, a row of `count` a label; both
    /// come filled with zeros. Free places of a label that was not looked for are [`UNLABELLED`].
    pub fn fill(&self, places: &Places, target: &mut [f32], weight: &mut [f32]) {
        let genome = &self.genomes[places.genome];
        let contig = &genome.contigs[places.contig];
        let lane = places.start..places.start + places.length;
        let mut free = vec![1.0; places.count];
        let masked = &genome.masked[places.contig];
        let first = masked.partition_point(|range| range.end <= lane.start);
        for range in masked[first..].iter().take_while(|r| r.start < lane.end) {
            free[places.within(range.start as i64, range.end as i64)].fill(0.0);
        }
        for (place, free) in free.iter_mut().enumerate() {
            if contig.codes[places.base(place)] == UNKNOWN {
                *free = 0.0;
            }
        }
        for (at, label) in self.labels.iter().enumerate() {
            let row = at * places.count..(at + 1) * places.count;
            let (target, weight) = (&mut target[row.clone()], &mut weight[row]);
            let Some(known) = &label.known[places.genome] else {
                for (target, free) in target.iter_mut().zip(&free) {
                    *target = free * UNLABELLED;
                }
                continue;
            };
            weight.copy_from_slice(&free);
            let strand = usize::from(label.stranded && places.reverse);
            let reach = label.reach;
            let each = |points: &Points, of: &mut [f32], value: f32| {
                let points = &points[places.contig][strand];
                let first = points.partition_point(|&p| p + reach < lane.start);
                for &point in points[first..]
                    .iter()
                    .take_while(|&&p| p < lane.end + reach)
                {
                    let from = point as i64 - reach as i64;
                    of[places.within(from, (point + reach) as i64 + 1)].fill(value);
                }
            };
            each(&known.sites, target, 1.0);
            each(&known.unsure, weight, 0.0);
        }
    }
}

impl LabelledGenomes {
    /// The truth about a label of a place on a base of a strand (0 forward).
    pub fn at(
        &self,
        (genome, contig): (usize, usize),
        base: usize,
        strand: usize,
        label: usize,
    ) -> Truth {
        let label = &self.labels[label];
        let Some(known) = &label.known[genome] else {
            return Truth::Unsure;
        };
        let strand = if label.stranded { strand } else { 0 };
        let on = |points: &Points| near(&points[contig][strand], base, label.reach);
        let masked = touches(&self.genomes[genome].masked[contig], &(base..base + 1));
        if masked || on(&known.unsure) {
            Truth::Unsure
        } else if on(&known.sites) {
            Truth::Site
        } else {
            Truth::No
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_both_strands_are_the_same_bases() {
        for reverse in [false, true] {
            let places = Places {
                genome: 0,
                contig: 0,
                start: 100,
                length: 50,
                reverse,
                anchor: 7,
                step: 4,
                count: 9,
            };
            for (from, till) in [(0, 300), (107, 108), (110, 121), (120, 119), (139, 142)] {
                let slow: Vec<usize> = (0..places.count)
                    .filter(|&p| (from..till).contains(&(places.base(p) as i64)))
                    .collect();
                let fast: Vec<usize> = places.within(from, till).collect();
                assert_eq!(fast, slow, "{reverse} {from} {till}");
            }
        }
    }

    #[test]
    fn near_is_within_reach() {
        let points = [10, 20];
        let seen: Vec<usize> = (0..30).filter(|&at| near(&points, at, 2)).collect();
        assert_eq!(seen, [8, 9, 10, 11, 12, 18, 19, 20, 21, 22]);
        assert!(near(&points, 20, 0) && !near(&points, 21, 0));
    }
}
