//! Labels along genomes: sites as points, masks as intervals, and what a place has to say.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::data::genome::{Contig, UNKNOWN, open, read_fasta};
use crate::recipe::tracks::{Labels, Recipe, Sites, Stretch, Test};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    Site,
    No,
    /// A mask is there, or nothing is known.
    Unsure,
}

/// A row of a BED file.
#[derive(Debug, Clone)]
pub struct Interval {
    pub start: usize,
    pub end: usize,
    pub columns: Vec<String>,
}

impl Interval {
    pub fn middle(&self) -> usize {
        (self.start + self.end) / 2
    }

    /// 0 forward or without a strand, 1 reverse.
    pub fn strand(&self) -> usize {
        usize::from(self.columns.get(5).is_some_and(|strand| strand == "-"))
    }

    /// Whether the row says `is` in column `column`, of names between commas.
    pub fn says(&self, column: Option<usize>, is: &str) -> bool {
        column.is_none_or(|column| {
            let said = self.columns.get(column);
            said.is_some_and(|said| said.split(',').any(|one| one == is))
        })
    }
}

/// The rows of a BED file, plain or gzip.
pub fn read_bed(path: &Path) -> Result<Vec<Interval>> {
    let place = || format!("{}", path.display());
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(open(path)?).lines().enumerate() {
        let line = line.with_context(place)?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let bound = |at: usize| columns.get(at).and_then(|column| column.parse().ok());
        let (Some(start), Some(end)) = (bound(1), bound(2)) else {
            anyhow::bail!("{}: line {}: no interval", place(), number + 1);
        };
        rows.push(Interval {
            start,
            end,
            columns,
        });
    }
    Ok(rows)
}

/// BED files, each read once.
pub struct Beds<'a> {
    data: &'a Path,
    read: HashMap<PathBuf, Vec<Interval>>,
}

impl<'a> Beds<'a> {
    pub fn new(data: &'a Path) -> Beds<'a> {
        Beds {
            data,
            read: HashMap::new(),
        }
    }

    pub fn rows(&mut self, bed: &Path) -> Result<&[Interval]> {
        if !self.read.contains_key(bed) {
            let rows = read_bed(&self.data.join(bed))?;
            self.read.insert(bed.to_owned(), rows);
        }
        Ok(&self.read[bed])
    }
}

pub struct Genome {
    pub name: String,
    pub contigs: Vec<Contig>,
    /// By contig, ascending, apart: where nothing is learnt.
    pub masked: Vec<Vec<Range<usize>>>,
    /// Contig and bases of what may be learnt from.
    pub train: Vec<(usize, Range<usize>)>,
}

/// Places closer to a mask than this count as on it.
pub const MARGIN: usize = 100;

impl Genome {
    pub fn read(name: &str, fasta: &Path) -> Result<Genome> {
        let contigs = read_fasta(fasta)?;
        let masked = vec![Vec::new(); contigs.len()];
        let blocks = contigs.iter().enumerate();
        let train = blocks
            .flat_map(|(at, contig)| contig.blocks.iter().map(move |block| (at, block.clone())))
            .collect();
        Ok(Genome {
            name: name.to_owned(),
            contigs,
            masked,
            train,
        })
    }

    pub fn contig(&self, name: &str) -> Option<usize> {
        self.contigs.iter().position(|contig| contig.name == name)
    }

    pub fn mask(&mut self, rows: &[Interval]) {
        for row in rows {
            if let Some(contig) = self.contig(&row.columns[0]) {
                self.masked[contig].push(row.start.saturating_sub(MARGIN)..row.end + MARGIN);
            }
        }
        for masked in &mut self.masked {
            *masked = merged(std::mem::take(masked));
        }
    }

    /// Takes a stretch out of what is learnt from.
    fn hold_out(&mut self, stretch: &Stretch) -> Result<()> {
        let contig = self.contig(&stretch.contig);
        let contig = contig.with_context(|| format!("validation: no contig {}", stretch.contig))?;
        let cut = |(at, block): (usize, Range<usize>)| {
            let apart = at != contig || block.end <= stretch.start || stretch.end <= block.start;
            let parts = match apart {
                true => vec![block],
                false => vec![
                    block.start..stretch.start.max(block.start),
                    stretch.end.min(block.end)..block.end,
                ],
            };
            parts.into_iter().map(move |part| (at, part))
        };
        let train = std::mem::take(&mut self.train);
        self.train = train.into_iter().flat_map(cut).collect();
        self.train.retain(|(_, block)| !block.is_empty());
        Ok(())
    }
}

/// Ascending, without overlaps.
pub fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Whether some of `ranges`, ascending and apart, shares a base with `with`.
pub fn touches(ranges: &[Range<usize>], with: &Range<usize>) -> bool {
    let at = ranges.partition_point(|range| range.end <= with.start);
    ranges.get(at).is_some_and(|range| range.start < with.end)
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

pub struct Dataset {
    pub genomes: Vec<Genome>,
    pub labels: Vec<Label>,
}

impl Dataset {
    pub fn read(recipe: &Recipe, data: &Path) -> Result<Dataset> {
        let mut beds = Beds::new(data);
        let mut genomes = Vec::new();
        for genome in &recipe.genomes {
            let mut read = Genome::read(&genome.name, &data.join(&genome.fasta))?;
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
        Ok(Dataset { genomes, labels })
    }

    /// The contigs of a test, with the recipe's labels as they are known there.
    pub fn of_test(recipe: &Recipe, test: &Test, data: &Path) -> Result<Dataset> {
        let genome = Genome::read(&test.name, &data.join(&test.fasta))?;
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
        Ok(Dataset {
            genomes: vec![genome],
            labels,
        })
    }
}

fn known(of: &Labels, name: &str, genome: &Genome, beds: &mut Beds) -> Result<Option<Known>> {
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
    genome: &Genome,
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

impl Dataset {
    /// Writes the target and the weight of each place of a lane, a row of `count` a label; both
    /// come filled with zeros.
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
            let Some(known) = &label.known[places.genome] else {
                continue;
            };
            let row = at * places.count..(at + 1) * places.count;
            let (target, weight) = (&mut target[row.clone()], &mut weight[row]);
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

impl Dataset {
    /// What a place on a base of a strand (0 forward) says of a label.
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

    #[test]
    fn ranges_merge_and_touch() {
        let ranges = merged(vec![5..9, 1..3, 8..12]);
        assert_eq!(ranges, [1..3, 5..12]);
        assert!(touches(&ranges, &(11..14)) && touches(&ranges, &(0..2)));
        assert!(!touches(&ranges, &(3..5)) && !touches(&ranges, &(12..13)));
    }
}
