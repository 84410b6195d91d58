//! A network along whole stretches of a genome: calibration at the rate at which sites
//! really occur, the default thresholds, and how calls find known sites.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::data::windows::examples::Example;
use crate::data::windows::genome::GenomeWindows;
use crate::data::windows::parts::SplitWindows;
use crate::figures::calibrate::{Knot, best_of_sites, calibrate_at_rate};
use crate::figures::cpg::{cpg_density, cpg_island};
use crate::figures::windows::calls::{Found, ScoredStretch, find};
use crate::net::network::Network;
use crate::recipe::windows::along::Along;
use crate::recipe::windows::card::StrandRule;
use crate::recipe::windows::source::Part;
use crate::run::windows::score::{known, lanes, scores};

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

/// Calibrates on the validation stretches and the validation part's positives, and measures calls
/// where sites are known.
pub fn evaluate(data: &SplitWindows, network: &Network, along: &Along) -> Result<AlongGenome> {
    let card = &data.recipe.model;
    let genome = GenomeWindows::read(&data.folder.join(&along.fasta))?;
    let sites = along.known_sites(&data.folder)?;
    let mut background: Vec<Vec<f32>> = vec![Vec::new(); card.labels.len()];
    let mut found = Vec::new();
    for (part, name) in [(Part::Validation, "validation"), (Part::Test, "test")] {
        let (mut own, mut beside) = (Vec::new(), BTreeMap::<String, Vec<ScoredStretch>>::new());
        for stretch in along.stretches(part) {
            let codes = stretch.codes(&genome)?;
            let lanes = lanes(network, codes, card.strand);
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
            let values = by_base(&lanes, codes.len(), data.window, data.recipe.anchor());
            own.push((values, here.clone()));
            for (scorer, values) in yardsticks(codes) {
                let all = beside.entry(scorer).or_default();
                all.push((values, here.clone()));
            }
        }
        if along.bed.is_some() && !own.is_empty() {
            found.push(find(name, &data.recipe.name, &own, along.within));
            for (scorer, all) in &beside {
                found.push(find(name, scorer, all, along.within));
            }
        }
    }
    let on_sites = on_sites(data, network, along);
    let strands = if card.strand == StrandRule::Stranded {
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
fn on_sites(data: &SplitWindows, network: &Network, along: &Along) -> Vec<Vec<f32>> {
    let card = &data.recipe.model;
    let reach = along.reach as i64;
    let mut all: Vec<Vec<f32>> = vec![Vec::new(); card.labels.len()];
    for window in 0..WINDOWS_A_SITE as i64 {
        let aside = 2 * reach * window / (WINDOWS_A_SITE as i64 - 1) - reach;
        let moved = |example: &Example| Example {
            at: example.at.saturating_add_signed(aside as isize),
            ..example.clone()
        };
        let part = data.parts[Part::Validation as usize].iter();
        let examples: Vec<Example> = part
            .filter(|e| e.targets.contains(&1.0))
            .map(moved)
            .collect();
        let values = scores(network, &examples, card.strand);
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

    #[test]
    fn a_base_has_the_better_score_of_its_strands() {
        // Windows of 4 over 7 bases; the second base of each is reported, on the strand's own
        // count.
        let lanes = vec![
            vec![vec![1.0, 2.0, 3.0, 4.0]],
            vec![vec![9.0, f32::NAN, 0.0, 0.0]],
        ];
        let values = by_base(&lanes, 7, 4, 1);
        assert!(values[0].is_nan() && values[6].is_nan());
        assert_eq!(values[1..6], [1.0, 9.0, 3.0, 4.0, 0.0]);
    }
}
