//! Calls along a stretch against known sites.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How the calls of one scorer find the known sites of a part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    pub part: String,
    pub scorer: String,
    pub sites: usize,
    pub bases: usize,
    /// Over the calls from the best down: precision at each, by the sites that it adds.
    pub average_precision: f64,
    pub precision_at_recall_50: f64,
    /// Share of the sites that are found before precision falls under a half.
    pub recall_at_precision_50: f64,
}

/// Values of a stretch, base by base (NaN: none), and its known sites.
pub type ScoredStretch = (Vec<f32>, Vec<usize>);

/// Calls are bases that no better one is within `within` of. A call is true if a site within
/// `within` of it had not been found; it counts neither way if all of those had.
pub fn find(part: &str, scorer: &str, stretches: &[ScoredStretch], within: usize) -> Found {
    let mut calls: Vec<(f32, usize, usize)> = Vec::new();
    for (number, (values, _)) in stretches.iter().enumerate() {
        let peaks = peaks(values, within);
        calls.extend(peaks.into_iter().map(|at| (values[at], number, at)));
    }
    calls.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut left: Vec<Vec<usize>> = stretches.iter().map(|(_, sites)| sites.clone()).collect();
    let sites: usize = left.iter().map(Vec::len).sum();
    let (mut called, mut hits, mut found) = (0, 0, 0);
    let mut points = Vec::new();
    for (_, number, at) in calls {
        let near = |site: &usize| site.abs_diff(at) <= within;
        let before = left[number].len();
        left[number].retain(|site| !near(site));
        let new = before - left[number].len();
        if new == 0 && stretches[number].1.iter().any(near) {
            continue;
        }
        called += 1;
        hits += usize::from(new > 0);
        found += new;
        let (recall, precision) = (share(found, sites), share(hits, called));
        points.push((recall, precision, share(new, sites)));
    }
    let at_half = points.iter().find(|(recall, ..)| *recall >= 0.5);
    let precise = points.iter().filter(|(_, precision, _)| *precision >= 0.5);
    Found {
        part: part.to_owned(),
        scorer: scorer.to_owned(),
        sites,
        bases: stretches.iter().map(|(values, _)| values.len()).sum(),
        average_precision: points
            .iter()
            .map(|(_, precision, new)| precision * new)
            .sum(),
        precision_at_recall_50: at_half.map_or(0.0, |(_, precision, _)| *precision),
        recall_at_precision_50: precise.map(|(recall, ..)| *recall).fold(0.0, f64::max),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Bases with the best value of all within `distance`, and none as good to the left: the filter's
/// own calls of points.
pub fn peaks(values: &[f32], distance: usize) -> Vec<usize> {
    let value = |at: usize| {
        if values[at].is_nan() {
            f32::NEG_INFINITY
        } else {
            values[at]
        }
    };
    // Bases that nothing to their right beats, values falling: the front is the best around.
    let mut best: VecDeque<usize> = VecDeque::new();
    let mut peaks = Vec::new();
    for next in 0..values.len() + distance {
        if next < values.len() {
            while best.back().is_some_and(|&last| value(last) < value(next)) {
                best.pop_back();
            }
            best.push_back(next);
        }
        let Some(at) = next.checked_sub(distance) else {
            continue;
        };
        while best.front().is_some_and(|&first| first + distance < at) {
            best.pop_front();
        }
        if best.front() == Some(&at) && value(at) > f32::NEG_INFINITY {
            peaks.push(at);
        }
    }
    peaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_the_best_base_around() {
        let values = [1.0, 3.0, 2.0, f32::NAN, 2.0, 5.0, 5.0, 0.5, 0.1];
        assert_eq!(peaks(&values, 2), [1, 5]);
        assert_eq!(peaks(&[], 2), [0usize; 0]);
    }

    #[test]
    fn precision_counts_each_site_once() {
        // Calls by value: 10 (finds both sites near it), 30 (nothing there), 50 (finds one).
        let mut values = vec![0.0; 60];
        (values[10], values[30], values[50]) = (3.0, 2.0, 1.0);
        let found = find("test", "x", &[(values.clone(), vec![8, 12, 52])], 9);
        let expected = 2.0 / 3.0 * 1.0 + 1.0 / 3.0 * 2.0 / 3.0;
        assert!(
            (found.average_precision - expected).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!((found.sites, found.bases), (3, 60));
        assert_eq!(found.precision_at_recall_50, 1.0);
        assert_eq!(found.recall_at_precision_50, 1.0);
        // A second call beside a site that is found is no false alarm.
        (values[30], values[20]) = (0.0, 2.0);
        let found = find("test", "x", &[(values, vec![11, 51])], 9);
        assert!((found.average_precision - 1.0).abs() < 1e-9, "{found:?}");
    }
}
