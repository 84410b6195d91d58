//! The dumb yardsticks that every model has to beat: GC content, a splice site weight matrix and a
//! 4-mer logistic regression. All trained on the training blocks alone.

use std::ops::Range;

use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::bases::{UNKNOWN, complement};
use crate::data::annotation::Strand;
use crate::data::genome::Block;
use crate::data::sites::dataset::{AnnotatedGenome, Place};
use crate::recipe::sites::Site;

/// A weight matrix's bases.
const MATRIX: usize = 30;

/// Those of them before the site's own base: acceptors have their signal in the intron before them,
/// donors by a few bases on either side.
fn before(site: Site) -> usize {
    match site {
        Site::Acceptor => 25,
        Site::Donor => 14,
    }
}

/// GC content and 4-mers are counted over this many bases around the base.
const SPAN: usize = 201;
const WORDS: usize = 256;

pub enum SiteYardstick {
    Gc,
    /// Log-odds of each base at each of the 30 positions, sites against where else in genes their
    /// motif stands.
    WeightMatrix(Site, Vec<[f32; 4]>),
    /// Weight of each 4-mer; the bias does not rank.
    Words(Vec<f32>),
}

/// `codes` on `strand` as that strand reads, for `range` widened by `reach` on both sides.
fn read(codes: &[u8], range: &Range<usize>, strand: Strand, reach: usize) -> Vec<u8> {
    let base = |at: i64| {
        let inside = usize::try_from(at).ok().filter(|at| *at < codes.len());
        inside.map_or(UNKNOWN, |at| codes[at])
    };
    let span = range.start as i64 - reach as i64..(range.end + reach) as i64;
    match strand {
        Strand::Forward => span.map(base).collect(),
        Strand::Reverse => span.rev().map(|at| complement(base(at))).collect(),
    }
}

impl SiteYardstick {
    pub fn name(&self) -> &'static str {
        match self {
            SiteYardstick::Gc => "GC content, 201 bp",
            SiteYardstick::WeightMatrix(Site::Acceptor, _) => "acceptor PWM, 30 bp",
            SiteYardstick::WeightMatrix(Site::Donor, _) => "donor PWM, 30 bp",
            SiteYardstick::Words(_) => "4-mer logistic regression, 201 bp",
        }
    }

    pub fn train_matrix(
        data: &AnnotatedGenome,
        site: Site,
        sites: &[Place],
        others: &[Place],
    ) -> SiteYardstick {
        let [sites, others] = [sites, others].map(|places| frequencies(data, site, places));
        let log_odds = |(site, other): (&[f32; 4], &[f32; 4])| {
            std::array::from_fn(|base| (site[base] / other[base]).ln())
        };
        SiteYardstick::WeightMatrix(site, sites.iter().zip(&others).map(log_odds).collect())
    }

    /// Logistic regression on 4-mer counts: sites against as many random intragenic positions.
    pub fn train_words(
        data: &AnnotatedGenome,
        sites: &[Place],
        negatives: &[Place],
        random: &mut ChaCha8Rng,
    ) -> SiteYardstick {
        let mut examples: Vec<(Vec<u8>, f32)> = Vec::new();
        let mut add = |place: &Place, label: f32| {
            let codes = &data.contigs[place.contig].codes;
            let around = read(codes, &(place.at..place.at + 1), place.strand, SPAN / 2);
            examples.push((words(&around).flatten().map(|w| w as u8).collect(), label));
        };
        sites.iter().for_each(|site| add(site, 1.0));
        negatives
            .choose_multiple(random, sites.len())
            .for_each(|place| add(place, 0.0));
        let (mut weights, mut bias) = (vec![0f32; WORDS], 0f32);
        for epoch in 0..EPOCHS {
            examples.shuffle(random);
            let rate = RATE / (1.0 + epoch as f32);
            for (words, label) in &examples {
                let sum: f32 = words.iter().map(|&w| weights[w as usize]).sum();
                let error = 1.0 / (1.0 + (-sum - bias).exp()) - label;
                bias -= rate * error;
                words
                    .iter()
                    .for_each(|&w| weights[w as usize] -= rate * error);
            }
        }
        SiteYardstick::Words(weights)
    }

    /// One score a base of `range`, in forward coordinates; NaN next to unknown bases.
    pub fn scores(&self, codes: &[u8], range: &Range<usize>, strand: Strand) -> Vec<f32> {
        let reach = SPAN / 2;
        let bases = read(codes, range, strand, reach);
        let mut scores = match self {
            SiteYardstick::Gc => {
                let gc = |code: u8| match code {
                    1 | 2 => 1.0,
                    UNKNOWN => f32::NAN,
                    _ => 0.0,
                };
                sliding(bases.iter().map(|&code| gc(code)), SPAN)
            }
            SiteYardstick::Words(weights) => {
                let weight = |word: Option<usize>| word.map_or(f32::NAN, |w| weights[w]);
                sliding(words(&bases).map(weight), SPAN - 3)
            }
            SiteYardstick::WeightMatrix(site, matrix) => bases[reach - before(*site)..]
                .windows(matrix.len())
                .take(range.len())
                .map(|window| {
                    let pairs = window.iter().zip(matrix);
                    let sum: f32 = pairs
                        .map(|(&c, row)| row.get(c as usize).unwrap_or(&f32::NAN))
                        .sum();
                    let stands = site.motif().stands(window, before(*site));
                    if stands || sum.is_nan() { sum } else { NO_SITE }
                })
                .collect(),
        };
        if strand == Strand::Reverse {
            scores.reverse();
        }
        scores
    }
}

/// Score of a base without its motif: below all others, since the matrix compares sites with other
/// occurrences of the motif.
const NO_SITE: f32 = -1e3;

/// Share of each base at each of the matrix's positions.
fn frequencies(data: &AnnotatedGenome, site: Site, places: &[Place]) -> Vec<[f32; 4]> {
    let mut counts = vec![[1.0f32; 4]; MATRIX];
    for place in places {
        let codes = &data.contigs[place.contig].codes;
        let around = read(codes, &(place.at..place.at + 1), place.strand, MATRIX);
        for (count, &code) in counts.iter_mut().zip(&around[MATRIX - before(site)..]) {
            if code < UNKNOWN {
                count[code as usize] += 1.0;
            }
        }
    }
    for count in &mut counts {
        let total: f32 = count.iter().sum();
        count.iter_mut().for_each(|base| *base /= total);
    }
    counts
}

const EPOCHS: usize = 20;
const RATE: f32 = 2e-3;

/// The 4-mer that begins at each base; none where it holds an unknown base.
fn words(codes: &[u8]) -> impl Iterator<Item = Option<usize>> {
    codes.windows(4).map(|word| {
        let known = word.iter().all(|&code| code < UNKNOWN);
        known.then(|| word.iter().fold(0, |sum, &code| sum * 4 + code as usize))
    })
}

/// Sums over `width` neighbours; NaN where one of them is.
fn sliding(values: impl Iterator<Item = f32>, width: usize) -> Vec<f32> {
    let values: Vec<f32> = values.collect();
    let (mut sum, mut missing) = (0f64, 0usize);
    let mut sums = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        if value.is_nan() {
            missing += 1
        } else {
            sum += f64::from(*value)
        }
        if let Some(gone) = i.checked_sub(width) {
            if values[gone].is_nan() {
                missing -= 1
            } else {
                sum -= f64::from(values[gone])
            }
        }
        if i + 1 >= width {
            sums.push(if missing > 0 { f32::NAN } else { sum as f32 });
        }
    }
    sums
}

/// Places on a gene's own strand that are no such site: all, and those with the site's motif.
pub fn intragenic(data: &AnnotatedGenome, blocks: &[Block], site: Site) -> [Vec<Place>; 2] {
    let (mut any, mut led) = (Vec::new(), Vec::new());
    for gene in &data.genes {
        let inside = |(contig, block): &&Block| {
            data.contigs[*contig].name == gene.contig
                && block.start <= gene.span.start
                && gene.span.end <= block.end
        };
        let Some((contig, _)) = blocks.iter().find(inside) else {
            continue;
        };
        let codes = &data.contigs[*contig].codes;
        let bases = read(codes, &gene.span, gene.strand, 2);
        for i in 0..gene.span.len() {
            let at = match gene.strand {
                Strand::Forward => gene.span.start + i,
                Strand::Reverse => gene.span.end - 1 - i,
            };
            let marks = data.marks[*contig][gene.strand.index()][at];
            if marks & (site.coding() | site.mask()) != 0 || bases[i + 2] == UNKNOWN {
                continue;
            }
            let place = Place {
                contig: *contig,
                strand: gene.strand,
                at,
            };
            any.push(place);
            if site.motif().stands(&bases, i + 2) {
                led.push(place);
            }
        }
    }
    [any, led]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::reverse_complement;

    #[test]
    fn sliding_sums_skip_nothing_and_forget_gaps() {
        let values = [1.0, 2.0, 3.0, f32::NAN, 4.0, 5.0, 6.0];
        let sums = sliding(values.into_iter(), 3);
        assert_eq!(sums[0], 6.0);
        assert!(sums[1..4].iter().all(|s| s.is_nan()));
        assert_eq!(sums[4], 15.0);
    }

    #[test]
    fn both_strands_read_the_same_site() {
        let codes: Vec<u8> = (0..600).map(|i| (i * 7 % 11 % 4) as u8).collect();
        let reverse = reverse_complement(&codes);
        let matrix = |site| {
            let row = |i: usize| std::array::from_fn(|b| (i * 4 + b) as f32);
            SiteYardstick::WeightMatrix(site, (0..30).map(row).collect())
        };
        let words = SiteYardstick::Words((0..WORDS).map(|w| w as f32).collect());
        let matrices = [Site::Acceptor, Site::Donor].map(matrix);
        for yardstick in [SiteYardstick::Gc, words].into_iter().chain(matrices) {
            let forward = yardstick.scores(&codes, &(250..260), Strand::Forward);
            let mut mirrored = yardstick.scores(&reverse, &(340..350), Strand::Reverse);
            mirrored.reverse();
            assert_eq!(forward, mirrored, "{}", yardstick.name());
        }
    }
}
