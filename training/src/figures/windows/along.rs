//! What a network says along whole stretches of a genome: calibration at the rate at which sites
//! really occur, the default thresholds, and how calls find known sites.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::data::genome::{UNKNOWN, complement, open};
use crate::data::windows::examples::Example;
use crate::data::windows::genome::Genome;
use crate::figures::calibrate::{Knot, best_of_sites, calibrate_at_rate};
use crate::figures::cpg::{cpg_density, cpg_island};
use crate::figures::windows::calls::{Found, Scored, find};
use crate::net::network::Network;
use crate::recipe::windows::{Card, Output, Part, Strand};
use crate::run::windows::score::{known, lanes, scores};
use crate::run::windows::train::Run;

/// Stretches of a genome that the model is calibrated and measured on, and never learns from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Along {
    pub fasta: PathBuf,
    /// Calibrates, and gives the default thresholds.
    pub validation: Vec<Stretch>,
    #[serde(default)]
    pub test: Vec<Stretch>,
    /// Sites in the whole genome, by label.
    pub sites: BTreeMap<String, f64>,
    /// Bases of the whole genome.
    pub bases: f64,
    /// Windows within so many bases of a site's own count as on it.
    pub reach: usize,
    /// Known sites of the (only) label, one base each: calls are measured on them, and no window
    /// near one is drawn as a negative.
    pub bed: Option<PathBuf>,
    /// Bases between a call and a known site that it still finds; also the least between calls.
    #[serde(default)]
    pub within: usize,
}

/// 0-based, half-open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    pub contig: String,
    pub start: usize,
    pub end: usize,
}

/// What came out of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AlongGenome {
    /// A table a label.
    pub calibration: Vec<Vec<Knot>>,
    /// One a label: the calibrated probability of the best F1 of windows.
    pub threshold: Vec<f64>,
    /// Calls against known sites: the network's first in each part.
    pub found: Vec<Found>,
}

/// Windows of a site that calibrate, evenly over its reach.
const WINDOWS_A_SITE: usize = 9;

/// Bases by which a sequence is told to lie in a stretch.
const WORD: usize = 32;

impl Along {
    pub fn check(&self, model: &Card, dense: bool) -> Result<()> {
        ensure!(dense, "evaluation.along: the network is not dense");
        ensure!(
            model.output == Output::Logit,
            "evaluation.along: values are not calibrated"
        );
        ensure!(
            self.bed.is_none() || model.labels.len() == 1,
            "evaluation.along.bed: the model has several labels"
        );
        for label in &model.labels {
            ensure!(
                self.sites.get(label).is_some_and(|sites| *sites > 0.0),
                "evaluation.along.sites: how many of {label}?"
            );
        }
        Ok(())
    }

    fn stretches(&self, part: Part) -> &[Stretch] {
        match part {
            Part::Train => &[],
            Part::Validation => &self.validation,
            Part::Test => &self.test,
        }
    }

    fn held_out(&self) -> impl Iterator<Item = &Stretch> {
        self.validation.iter().chain(&self.test)
    }

    /// Hides the stretches, and all that is near a known site, from draws.
    pub fn hide(&self, genome: &mut Genome, folder: &Path) -> Result<()> {
        for stretch in self.held_out() {
            genome.forget(&stretch.contig, stretch.start..stretch.end);
        }
        for (contig, at) in self.known_sites(folder)? {
            let near = at.saturating_sub(self.within)..at + self.within + 1;
            genome.forget(&contig, near);
        }
        Ok(())
    }

    /// Contig and base of each known site.
    fn known_sites(&self, folder: &Path) -> Result<Vec<(String, usize)>> {
        let Some(bed) = &self.bed else {
            return Ok(Vec::new());
        };
        let path = folder.join(bed);
        let mut sites = Vec::new();
        for (number, line) in BufReader::new(open(&path)?).lines().enumerate() {
            let line = line.with_context(|| format!("{}", path.display()))?;
            let place = || format!("{}: line {}", path.display(), number + 1);
            let mut fields = line.split('\t');
            let contig = fields.next().with_context(place)?.to_owned();
            let start = fields.next().with_context(place)?;
            sites.push((contig, start.parse().with_context(place)?));
        }
        Ok(sites)
    }

    /// Leaves out the examples whose middle stands in one of the stretches, on either strand.
    pub fn clear(&self, examples: &mut Vec<Example>, folder: &Path) -> Result<()> {
        let genome = Genome::read(&folder.join(&self.fasta))?;
        let mut words: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, example) in examples.iter().enumerate() {
            let middle = example.window(WORD, 0);
            if !middle.contains(&UNKNOWN) {
                let turned: Vec<u8> = middle.iter().rev().map(|&c| complement(c)).collect();
                for word in [middle, turned] {
                    words.entry(packed(&word)).or_default().push(at);
                }
            }
        }
        let mut seen = vec![false; examples.len()];
        for stretch in self.held_out() {
            let (mut word, mut length) = (0u64, 0);
            for &code in stretch.codes(&genome)? {
                length = if code == UNKNOWN { 0 } else { length + 1 };
                word = word << 2 | u64::from(code & 3);
                if length >= WORD {
                    let here = words.get(&word).into_iter().flatten();
                    here.for_each(|&at| seen[at] = true);
                }
            }
        }
        let mut seen = seen.into_iter();
        examples.retain(|_| seen.next() != Some(true));
        Ok(())
    }
}

/// Two bits a base.
fn packed(word: &[u8]) -> u64 {
    word.iter().fold(0, |sum, &code| sum << 2 | u64::from(code))
}

impl Stretch {
    fn codes<'a>(&self, genome: &'a Genome) -> Result<&'a [u8]> {
        let codes = genome.codes(&self.contig);
        codes
            .and_then(|codes| codes.get(self.start..self.end))
            .with_context(|| {
                format!(
                    "the genome has no {}:{}-{}",
                    self.contig, self.start, self.end
                )
            })
    }
}

/// Calibrates on the validation stretches and the validation part's positives, and measures calls
/// where sites are known.
pub fn evaluate(run: &Run, network: &Network, along: &Along) -> Result<AlongGenome> {
    let card = &run.recipe.model;
    let genome = Genome::read(&run.data.join(&along.fasta))?;
    let sites = along.known_sites(&run.data)?;
    let mut background: Vec<Vec<f32>> = vec![Vec::new(); card.labels.len()];
    let mut found = Vec::new();
    for (part, name) in [(Part::Validation, "validation"), (Part::Test, "test")] {
        let (mut own, mut beside) = (Vec::new(), BTreeMap::<String, Vec<Scored>>::new());
        for stretch in along.stretches(part) {
            let codes = stretch.codes(&genome)?;
            let lanes = lanes(network, codes, card.strand, run.device);
            if part == Part::Validation {
                for (label, background) in background.iter_mut().enumerate() {
                    let values = lanes.iter().flat_map(|lane| &lane[label]);
                    background.extend(values.filter(|value| !value.is_nan()));
                }
            }
            let here = sites.iter().filter(|(contig, at)| {
                *contig == stretch.contig && (stretch.start..stretch.end).contains(at)
            });
            let here: Vec<usize> = here.map(|(_, at)| at - stretch.start).collect();
            let values = by_base(&lanes, codes.len(), run.window, run.recipe.anchor());
            own.push((values, here.clone()));
            for (scorer, values) in yardsticks(codes) {
                let all = beside.entry(scorer).or_default();
                all.push((values, here.clone()));
            }
        }
        if along.bed.is_some() && !own.is_empty() {
            found.push(find(name, &run.recipe.name, &own, along.within));
            for (scorer, all) in &beside {
                found.push(find(name, scorer, all, along.within));
            }
        }
    }
    let on_sites = on_sites(run, network, along);
    let strands = if card.strand == Strand::Stranded {
        2.0
    } else {
        1.0
    };
    let table = |(label, name): (usize, &String)| {
        let windows = along.sites[name] * (2 * along.reach + 1) as f64;
        let rate = windows / (along.bases * strands);
        let (sites, background) = (&on_sites[label], &background[label]);
        let knots = calibrate_at_rate(sites, background, rate, WINDOWS_A_SITE);
        let threshold = best_of_sites(sites, background, rate, &knots);
        (knots, threshold)
    };
    let (calibration, threshold) = card.labels.iter().enumerate().map(table).unzip();
    Ok(AlongGenome {
        calibration,
        threshold,
        found,
    })
}

/// Widths of the yardsticks of CG pairs: about a window, and about a CpG island.
const CPG_WINDOWS: [usize; 3] = [201, 501, 1001];

fn yardsticks(codes: &[u8]) -> Vec<(String, Vec<f32>)> {
    let both = |width| {
        [
            (
                format!("CpG density, {width} bp"),
                cpg_density(codes, width),
            ),
            (format!("CpG island, {width} bp"), cpg_island(codes, width)),
        ]
    };
    CPG_WINDOWS.into_iter().flat_map(both).collect()
}

/// Scores of windows on each label's sites: of the validation part's positives.
fn on_sites(run: &Run, network: &Network, along: &Along) -> Vec<Vec<f32>> {
    let card = &run.recipe.model;
    let reach = along.reach as i64;
    let mut all: Vec<Vec<f32>> = vec![Vec::new(); card.labels.len()];
    for window in 0..WINDOWS_A_SITE as i64 {
        let aside = 2 * reach * window / (WINDOWS_A_SITE as i64 - 1) - reach;
        let moved = |example: &Example| Example {
            at: example.at.saturating_add_signed(aside as isize),
            ..example.clone()
        };
        let part = run.parts[Part::Validation as usize].iter();
        let examples: Vec<Example> = part
            .filter(|e| e.targets.contains(&1.0))
            .map(moved)
            .collect();
        let values = scores(network, &examples, card.strand, run.device);
        for (label, all) in all.iter_mut().enumerate() {
            let (values, targets) = known(&values[label], &examples, label);
            let sites = values.iter().zip(targets).filter(|(_, t)| *t == 1.0);
            all.extend(sites.map(|(value, _)| value));
        }
    }
    all
}

/// The first label's score of each base: the better one of the strands; nothing where no window
/// reports.
fn by_base(lanes: &[Vec<Vec<f32>>], bases: usize, window: usize, anchor: usize) -> Vec<f32> {
    let mut values = vec![f32::NAN; bases];
    for (lane, first) in lanes.iter().zip([anchor, window - 1 - anchor]) {
        for (value, score) in values[first..].iter_mut().zip(&lane[0]) {
            *value = value.max(*score);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn along(validation: &[(usize, usize)]) -> Along {
        let stretch = |&(start, end): &(usize, usize)| Stretch {
            contig: "c".into(),
            start,
            end,
        };
        Along {
            fasta: "g.fa".into(),
            validation: validation.iter().map(stretch).collect(),
            test: Vec::new(),
            sites: [("x".to_owned(), 3.0)].into(),
            bases: 1e3,
            reach: 4,
            bed: None,
            within: 10,
        }
    }

    #[test]
    fn examples_of_a_stretch_are_left_out_on_either_strand() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let codes: Vec<u8> = (0..300).map(|_| random.random_range(0..4)).collect();
        let text: String = codes
            .iter()
            .map(|&c| ["A", "C", "G", "T"][c as usize])
            .collect();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("g.fa"), format!(">c\n{text}\n")).unwrap();
        let example = |start: usize, reverse: bool| {
            let mut codes = codes[start..start + 40].to_vec();
            if reverse {
                codes.reverse();
                codes.iter_mut().for_each(|c| *c = complement(*c));
            }
            Example {
                codes,
                at: 20,
                targets: vec![1.0],
                group: format!("{start}"),
                split: String::new(),
                weight: 1.0,
                part: None,
            }
        };
        let mut examples = vec![example(0, false), example(160, false), example(200, true)];
        along(&[(150, 300)])
            .clear(&mut examples, folder.path())
            .unwrap();
        let left: Vec<&str> = examples.iter().map(|e| e.group.as_str()).collect();
        assert_eq!(left, ["0"]);
    }

    #[test]
    fn a_base_has_the_better_score_of_its_strands() {
        // Windows of 4 over 7 bases; the second base of each is reported, on the strand's own count.
        let lanes = vec![
            vec![vec![1.0, 2.0, 3.0, 4.0]],
            vec![vec![9.0, f32::NAN, 0.0, 0.0]],
        ];
        let values = by_base(&lanes, 7, 4, 1);
        assert!(values[0].is_nan() && values[6].is_nan());
        assert_eq!(values[1..6], [1.0, 9.0, 3.0, 4.0, 0.0]);
    }
}
