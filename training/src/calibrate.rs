//! From a logit to the share of true sites among positions of that logit, at the rate at which
//! sites really occur: counted on whole held-out contigs, made monotone by pooling adjacent
//! violators (Ayer et al., Ann Math Stat 26:641, 1955).

/// Logit and probability.
pub type Knot = (f32, f32);

/// True sites a bin holds before pooling.
const SITES_A_BIN: usize = 20;

pub fn calibrate(scores: &[f32], positive: &[bool]) -> Vec<Knot> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    // (sum of logits, sites, positions), best first, monotone from the start.
    let mut bins: Vec<(f64, f64, f64)> = Vec::new();
    let mut bin = (0.0, 0.0, 0.0);
    for (rank, &i) in order.iter().enumerate() {
        let i = i as usize;
        bin.0 += f64::from(scores[i]);
        bin.1 += f64::from(u8::from(positive[i]));
        bin.2 += 1.0;
        let next = order.get(rank + 1);
        let tied = next.is_some_and(|&next| scores[next as usize] == scores[i]);
        let full = bin.1 >= SITES_A_BIN as f64 || next.is_none();
        if tied || !full {
            continue;
        }
        bins.push(std::mem::take(&mut bin));
        while let [.., better, worse] = bins.as_slice() {
            if better.1 / better.2 > worse.1 / worse.2 {
                break;
            }
            let merged = (better.0 + worse.0, better.1 + worse.1, better.2 + worse.2);
            bins.truncate(bins.len() - 2);
            bins.push(merged);
        }
    }
    // Half a miss in every bin keeps a bin of sites alone from promising certainty.
    let knot = |b: &(f64, f64, f64)| ((b.0 / b.2) as f32, (b.1 / (b.2 + 0.5)) as f32);
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
