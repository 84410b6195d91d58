//! From a logit to the share of true sites among positions of that logit, at the rate at which
//! sites really occur: counted on whole held-out contigs, made monotone by pooling adjacent
//! violators (Ayer et al., Ann Math Stat 26:641, 1955).

/// Logit and probability.
pub type Knot = (f32, f32);

/// True sites a bin holds before pooling.
const SITES_A_BIN: f64 = 20.0;

/// Of scored positions, each a site or none.
pub fn calibrate(scores: &[f32], positive: &[bool]) -> Vec<Knot> {
    let point = |(&score, &site): (&f32, &bool)| ScoredPoint {
        score,
        sites: f64::from(u8::from(site)),
        positions: 1.0,
    };
    knots(
        scores.iter().zip(positive).map(point).collect(),
        SITES_A_BIN,
    )
}

/// Of windows on sites, so many a site, and of all windows of some sequence, where `rate` of them
/// are on sites: the probability of a window's score there. The sites may come from elsewhere, so
/// that few are enough of the sequence.
pub fn calibrate_at_rate(
    on_sites: &[f32],
    background: &[f32],
    rate: f64,
    windows_a_site: usize,
) -> Vec<Knot> {
    let weight = rate * background.len() as f64 / on_sites.len() as f64;
    let site = |&score: &f32| ScoredPoint {
        score,
        sites: weight,
        positions: 0.0,
    };
    let position = |&score: &f32| ScoredPoint {
        score,
        sites: 0.0,
        positions: 1.0,
    };
    let points = on_sites.iter().map(site);
    let points = points.chain(background.iter().map(position)).collect();
    knots(
        points,
        weight * (windows_a_site * SITES_A_BIN as usize) as f64,
    )
}

/// The calibrated probability from which on windows have the best F1, at the same rate.
pub fn best_of_sites(on_sites: &[f32], background: &[f32], rate: f64, knots: &[Knot]) -> f64 {
    let sorted = |scores: &[f32]| {
        let mut scores = scores.to_vec();
        scores.sort_unstable_by(f32::total_cmp);
        scores
    };
    let (sites, background) = (sorted(on_sites), sorted(background));
    let over = |scores: &[f32], least: f32| {
        let under = scores.partition_point(|&score| score < least);
        (scores.len() - under) as f64 / scores.len() as f64
    };
    let mut best = (0.0, f32::INFINITY);
    for &least in &sites {
        let hits = rate * over(&sites, least);
        let f1 = 2.0 * hits / (over(&background, least).max(hits) + rate);
        if f1 > best.0 {
            best = (f1, least);
        }
    }
    probability(knots, best.1)
}

/// A score, the sites that have it, and the positions; sites may be counted apart from positions.
struct ScoredPoint {
    score: f32,
    sites: f64,
    positions: f64,
}

/// Some points: sum of scores, number, sites, positions.
#[derive(Default, Clone, Copy)]
struct Bin {
    scores: f64,
    points: f64,
    sites: f64,
    positions: f64,
}

impl Bin {
    fn with(self, other: Bin) -> Bin {
        Bin {
            scores: self.scores + other.scores,
            points: self.points + other.points,
            sites: self.sites + other.sites,
            positions: self.positions + other.positions,
        }
    }

    /// Half a miss in every bin keeps a bin of sites alone from promising certainty.
    fn share(&self) -> f64 {
        self.sites / (self.positions.max(self.sites) + 0.5)
    }
}

/// Bins of about `full` sites, best first, pooled until shares rise with the score.
fn knots(mut points: Vec<ScoredPoint>, full: f64) -> Vec<Knot> {
    points.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let mut bins: Vec<Bin> = Vec::new();
    let mut bin = Bin::default();
    for (rank, point) in points.iter().enumerate() {
        bin = bin.with(Bin {
            scores: f64::from(point.score),
            points: 1.0,
            sites: point.sites,
            positions: point.positions,
        });
        let next = points.get(rank + 1);
        let tied = next.is_some_and(|next| next.score == point.score);
        if tied || (bin.sites < full * (1.0 - 1e-9) && next.is_some()) {
            continue;
        }
        bins.push(std::mem::take(&mut bin));
        while let [.., better, worse] = bins.as_slice() {
            if better.share() > worse.share() {
                break;
            }
            let merged = better.with(*worse);
            bins.truncate(bins.len() - 2);
            bins.push(merged);
        }
    }
    let knot = |b: &Bin| ((b.scores / b.points) as f32, b.share() as f32);
    let mut knots: Vec<Knot> = bins.iter().rev().map(knot).collect();
    knots.dedup_by(|later, earlier| later.0 <= earlier.0 || later.1 < earlier.1);
    knots
}

/// Linear between knots, flat outside, as the filter reads them.
pub fn probability(knots: &[Knot], logit: f32) -> f64 {
    let behind = knots.partition_point(|knot| knot.0 <= logit);
    let value = match (behind.checked_sub(1).map(|i| knots[i]), knots.get(behind)) {
        (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (logit - a.0) / (b.0 - a.0),
        (Some(a), None) => a.1,
        (None, Some(b)) => b.1,
        (None, None) => 0.0,
    };
    f64::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_from_elsewhere_are_counted_at_their_rate() {
        // Of background logits 0..10 a tenth is 9 or more, a tenth 8 to 9; of sites, three
        // quarters and the rest.
        let background: Vec<f32> = (0..100_000).map(|i| (i % 1000) as f32 / 100.0).collect();
        let sites: Vec<f32> = (0..4000)
            .map(|i| if i % 4 == 0 { 8.0 } else { 9.0 } + (i / 4 % 100) as f32 / 100.0)
            .collect();
        let knots = calibrate_at_rate(&sites, &background, 0.02, 1);
        // 0.02 x 0.75 of all windows are sites up there, among 0.1 of all windows.
        assert!((probability(&knots, 9.5) - 0.15).abs() < 0.01, "{knots:?}");
        assert!((probability(&knots, 8.5) - 0.05).abs() < 0.01, "{knots:?}");
        assert!(probability(&knots, 1.0) < 0.01);
        let threshold = best_of_sites(&sites, &background, 0.02, &knots);
        assert!((threshold - 0.15).abs() < 0.02, "{threshold}");
        // Sites that outnumber the windows like them are not more than certain.
        let knots = calibrate_at_rate(&sites, &background, 0.9, 1);
        assert!(knots.iter().all(|knot| knot.1 <= 1.0) && probability(&knots, 9.5) > 0.99);
    }

    #[test]
    fn knots_rise_and_recover_the_rate() {
        let scores: Vec<f32> = (0..100_000).map(|i| (i % 1000) as f32 / 100.0).collect();
        // The share of sites among positions of score s is s / 10.
        let positive: Vec<bool> = (0..100_000).map(|i| (i / 1000) * 10 < i % 1000).collect();
        let knots = calibrate(&scores, &positive);
        assert!(
            knots
                .windows(2)
                .all(|k| k[0].0 < k[1].0 && k[0].1 <= k[1].1)
        );
        for logit in [2.0, 5.0, 8.0] {
            assert!((probability(&knots, logit) - f64::from(logit) / 10.0).abs() < 0.05);
        }
    }
}
