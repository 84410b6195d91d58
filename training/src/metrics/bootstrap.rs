//! Intervals of a figure, by drawing whole groups of examples again (Efron's percentile bootstrap):
//! exon starts of one gene, rows of one cluster or neighbours on a contig are no independent examples.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws of all groups.
const DRAWS: usize = 500;
const SEED: u64 = 1;

/// The 2.5th and the 97.5th percentile of `figure` (of the examples drawn, by number), where as many
/// groups as there are were drawn with replacement. `groups` has one a example.
pub fn interval<G: Ord>(groups: &[G], figure: impl Fn(&[usize]) -> f64) -> [f64; 2] {
    let mut members: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(at);
    }
    let members: Vec<Vec<usize>> = members.into_values().collect();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut figures: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = members.iter().flat_map(|_| {
                let at = random.random_range(0..members.len());
                members[at].iter().copied()
            });
            figure(&drawn.collect::<Vec<usize>>())
        })
        .collect();
    figures.sort_unstable_by(f64::total_cmp);
    [DRAWS / 40, DRAWS - 1 - DRAWS / 40].map(|at| figures[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_independent_examples_has_the_interval_of_its_error() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let values: Vec<f64> = (0..400).map(|_| random.random_range(0.0..1.0)).collect();
        let mean =
            |drawn: &[usize]| drawn.iter().map(|&at| values[at]).sum::<f64>() / drawn.len() as f64;
        let width = |per_group: usize| {
            let groups: Vec<usize> = (0..400).map(|at| at / per_group).collect();
            let [low, high] = interval(&groups, mean);
            assert!(low < 0.5 && high > 0.47, "{low} {high}");
            high - low
        };
        // Two times 1.96 deviations of the mean of 400 even numbers.
        let expected = 2.0 * 1.96 * (1.0f64 / 12.0 / 400.0).sqrt();
        assert!((width(1) / expected - 1.0).abs() < 0.15, "{}", width(1));
    }

    #[test]
    fn groups_of_equal_examples_widen_it() {
        let values: Vec<f64> = (0..400).map(|at| f64::from(at / 20 % 2)).collect();
        let mean =
            |drawn: &[usize]| drawn.iter().map(|&at| values[at]).sum::<f64>() / drawn.len() as f64;
        let width = |per_group: usize| {
            let groups: Vec<usize> = (0..400).map(|at| at / per_group).collect();
            let [low, high] = interval(&groups, mean);
            high - low
        };
        assert!(width(20) > 3.0 * width(1));
    }
}
