//! Figures of merit, by which runs also choose their best weights. All take scores (higher: more
//! likely a site) and, in the same order, the truth.

pub mod bootstrap;
pub mod figures;

/// Precision and recall at each distinct score, best first.
pub struct Curve {
    pub points: Vec<Point>,
}

#[derive(Clone, Copy)]
pub struct Point {
    pub score: f32,
    pub recall: f64,
    pub precision: f64,
}

impl Curve {
    /// `missed` positives have no score at all and are never found.
    pub fn new(scores: &[f32], positive: &[bool], missed: usize) -> Curve {
        let total = (positive.iter().filter(|p| **p).count() + missed) as f64;
        let (mut found, mut called) = (0, 0);
        let mut points = Vec::new();
        for tie in ties(scores, &ranked(scores)) {
            let hits = hits(tie, positive);
            found += hits;
            called += tie.len();
            // Points without a new positive carry no area and would fill memory.
            if hits > 0 {
                points.push(Point {
                    score: scores[tie[0] as usize],
                    recall: found as f64 / total,
                    precision: found as f64 / called as f64,
                });
            }
        }
        Curve { points }
    }

    /// Average precision: the sum over recall steps of the precision there.
    pub fn average_precision(&self) -> f64 {
        let mut before = 0.0;
        let mut area = 0.0;
        for point in &self.points {
            area += (point.recall - before) * point.precision;
            before = point.recall;
        }
        area
    }

    /// For a plot: recall and precision of at most `most` of the points, to four decimals.
    pub fn thinned(&self, most: usize) -> Vec<(f64, f64)> {
        let step = self.points.len().div_ceil(most).max(1);
        let rounded = |share: f64| (share * 1e4).round() / 1e4;
        let points = self.points.iter().step_by(step);
        points
            .map(|point| (rounded(point.recall), rounded(point.precision)))
            .collect()
    }

    /// The best precision at a recall of at least `recall`; 0 where it is never reached.
    pub fn precision_at(&self, recall: f64) -> f64 {
        let reached = self.points.iter().filter(|p| p.recall >= recall);
        reached.map(|p| p.precision).fold(0.0, f64::max)
    }
}

/// Area under the ROC curve (ties count half): the Mann-Whitney statistic.
pub fn auroc(scores: &[f32], positive: &[bool]) -> f64 {
    let positives = positive.iter().filter(|p| **p).count() as f64;
    let negatives = scores.len() as f64 - positives;
    let (mut above, mut losses) = (0.0, 0.0);
    for tie in ties(scores, &ranked(scores)) {
        let hits = hits(tie, positive) as f64;
        let others = tie.len() as f64 - hits;
        losses += hits * (above + others / 2.0);
        above += others;
    }
    1.0 - losses / (positives * negatives)
}

/// For a plot: false-positive rate and recall at about `most` scores, to four decimals; both ends
/// are there.
pub fn roc(scores: &[f32], positive: &[bool], most: usize) -> Vec<(f64, f64)> {
    let positives = positive.iter().filter(|p| **p).count();
    let share = |count: usize, of: usize| (count as f64 / of.max(1) as f64 * 1e4).round() / 1e4;
    let (mut found, mut seen) = (0, 0);
    let mut points = vec![(0.0, 0.0)];
    let order = ranked(scores);
    let every = scores.len().div_ceil(most).max(1);
    for tie in ties(scores, &order) {
        let before = seen / every;
        found += hits(tie, positive);
        seen += tie.len();
        if seen / every > before || seen == scores.len() {
            points.push((
                share(seen - found, scores.len() - positives),
                share(found, positives),
            ));
        }
    }
    points
}

/// Indices, best score first.
fn ranked(scores: &[f32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    order
}

/// The runs of a ranking that share a score.
fn ties<'a>(scores: &'a [f32], order: &'a [u32]) -> impl Iterator<Item = &'a [u32]> {
    order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize])
}

fn hits(tie: &[u32], positive: &[bool]) -> usize {
    tie.iter().filter(|&&i| positive[i as usize]).count()
}

/// Shares of the positives and of the negatives at or over `threshold`.
pub fn rates(scores: &[f32], positive: &[bool], threshold: f32) -> (f64, f64) {
    let share = |of: bool| {
        let over = scores.iter().zip(positive).filter(|(_, p)| **p == of);
        let (called, all) = over.fold((0, 0), |(called, all), (score, _)| {
            (called + usize::from(*score >= threshold), all + 1)
        });
        called as f64 / all as f64
    };
    (share(true), share(false))
}

/// The threshold of the best balanced accuracy.
pub fn best_threshold(scores: &[f32], positive: &[bool]) -> f32 {
    let positives = positive.iter().filter(|p| **p).count() as f64;
    let negatives = scores.len() as f64 - positives;
    let (mut found, mut alarms) = (0, 0);
    let mut best = (f32::INFINITY, 0.0);
    for tie in ties(scores, &ranked(scores)) {
        let hits = hits(tie, positive);
        found += hits;
        alarms += tie.len() - hits;
        let better = found as f64 / positives - alarms as f64 / negatives;
        if better > best.1 {
            best = (scores[tie[0] as usize], better);
        }
    }
    best.0
}

/// Newton's steps at most.
const NEWTON_STEPS: usize = 50;
/// Keeps the slope finite where a threshold parts the classes without error.
const RIDGE: f64 = 1e-6;

/// The score where a logistic regression of the truth on the score, both classes weighing the same,
/// is even. The best threshold of a sample depends on the few scores nearest to it and nears the
/// best one of all only with the cube root of their number (Kim and Pollard, Ann Stat 18:191,
/// 1990); this one depends on all. Both classes must be there.
pub fn even_threshold(scores: &[f32], positive: &[bool]) -> f32 {
    let count = scores.len() as f64;
    let positives = positive.iter().filter(|p| **p).count() as f64;
    let mean = scores.iter().map(|&s| f64::from(s)).sum::<f64>() / count;
    let variance = scores
        .iter()
        .map(|&s| (f64::from(s) - mean).powi(2))
        .sum::<f64>()
        / count;
    let deviation = variance.sqrt().max(f64::MIN_POSITIVE);
    let (mut slope, mut offset) = (0.0, 0.0);
    for _ in 0..NEWTON_STEPS {
        let (mut gradient, mut curvature) = ([-RIDGE * slope, 0.0], [RIDGE, 0.0, 0.0]);
        for (&score, &positive) in scores.iter().zip(positive) {
            let x = (f64::from(score) - mean) / deviation;
            let weight = 0.5
                / if positive {
                    positives
                } else {
                    count - positives
                };
            let share = 1.0 / (1.0 + (-slope * x - offset).exp());
            let error = weight * (f64::from(u8::from(positive)) - share);
            let bend = weight * share * (1.0 - share);
            gradient = [gradient[0] + error * x, gradient[1] + error];
            curvature = [
                curvature[0] + bend * x * x,
                curvature[1] + bend * x,
                curvature[2] + bend,
            ];
        }
        let [xx, x1, one] = curvature;
        let determinant = xx * one - x1 * x1;
        let step = [
            (one * gradient[0] - x1 * gradient[1]) / determinant,
            (xx * gradient[1] - x1 * gradient[0]) / determinant,
        ];
        if !step.iter().all(|s| s.is_finite()) || step.iter().all(|s| s.abs() < 1e-9) {
            break;
        }
        (slope, offset) = (slope + step[0], offset + step[1]);
    }
    (mean - deviation * offset / slope) as f32
}

/// Calls against the truth.
pub struct Confusion {
    hits: f64,
    alarms: f64,
    misses: f64,
    rejections: f64,
}

impl Confusion {
    /// Calls are scores at or over `threshold`.
    pub fn new(scores: &[f32], positive: &[bool], threshold: f32) -> Confusion {
        let mut counts = [[0.0; 2]; 2];
        for (score, positive) in scores.iter().zip(positive) {
            counts[usize::from(*score >= threshold)][usize::from(*positive)] += 1.0;
        }
        let [[rejections, misses], [alarms, hits]] = counts;
        Confusion {
            hits,
            alarms,
            misses,
            rejections,
        }
    }

    pub fn accuracy(&self) -> f64 {
        let right = self.hits + self.rejections;
        share(right, right + self.alarms + self.misses)
    }

    pub fn balanced_accuracy(&self) -> f64 {
        let negatives = self.rejections + self.alarms;
        (self.recall() + share(self.rejections, negatives)) / 2.0
    }

    pub fn precision(&self) -> f64 {
        share(self.hits, self.hits + self.alarms)
    }

    pub fn recall(&self) -> f64 {
        share(self.hits, self.hits + self.misses)
    }

    pub fn f1(&self) -> f64 {
        share(2.0 * self.hits, 2.0 * self.hits + self.alarms + self.misses)
    }

    /// Matthews correlation coefficient (Biochim Biophys Acta 405:442, 1975).
    pub fn mcc(&self) -> f64 {
        let Confusion {
            hits,
            alarms,
            misses,
            rejections,
        } = self;
        let margins =
            (hits + alarms) * (hits + misses) * (rejections + alarms) * (rejections + misses);
        share(hits * rejections - alarms * misses, margins.sqrt())
    }
}

/// 0 where there is nothing to share.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

pub fn pearson(a: &[f32], b: &[f32]) -> f64 {
    let n = a.len() as f64;
    let mean = |x: &[f32]| x.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.iter().zip(b) {
        let (x, y) = (f64::from(x) - mean_a, f64::from(y) - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}

/// Pearson's coefficient of the ranks; ties share their mean rank.
pub fn spearman(a: &[f32], b: &[f32]) -> f64 {
    let ranks = |x: &[f32]| {
        let mut ranks = vec![0f32; x.len()];
        let mut before = 0;
        for tie in ties(x, &ranked(x)) {
            let rank = before as f32 + (tie.len() - 1) as f32 / 2.0;
            tie.iter().for_each(|&i| ranks[i as usize] = rank);
            before += tie.len();
        }
        ranks
    };
    pearson(&ranks(a), &ranks(b))
}

/// Share of the variance of `truth` that `values` explain; negative where the mean does better.
pub fn r_squared(values: &[f32], truth: &[f32]) -> f64 {
    let mean = truth.iter().map(|&t| f64::from(t)).sum::<f64>() / truth.len() as f64;
    let (mut left, mut all) = (0.0, 0.0);
    for (&value, &truth) in values.iter().zip(truth) {
        left += (f64::from(truth) - f64::from(value)).powi(2);
        all += (f64::from(truth) - mean).powi(2);
    }
    1.0 - left / all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [f32; 6] = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
    const TRUTH: [bool; 6] = [true, false, true, true, false, false];

    #[test]
    fn the_roc_curve_has_its_ends_and_the_area_of_auroc() {
        let scores: Vec<f32> = (0..200).map(|i| (i * 37 % 101) as f32).collect();
        let positive: Vec<bool> = (0..200).map(|i| i * 37 % 101 + i % 60 > 80).collect();
        let points = roc(&scores, &positive, 1000);
        assert_eq!(
            (points[0], points[points.len() - 1]),
            ((0.0, 0.0), (1.0, 1.0))
        );
        let strips = points.windows(2);
        let strips = strips.map(|p| (p[1].0 - p[0].0) * (p[1].1 + p[0].1) / 2.0);
        assert!((strips.sum::<f64>() - auroc(&scores, &positive)).abs() < 1e-3);
        assert!(roc(&scores, &positive, 10).len() <= 13);
    }

    #[test]
    fn average_precision_is_the_mean_precision_at_each_positive() {
        let curve = Curve::new(&SCORES, &TRUTH, 0);
        let expected = (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0;
        assert!((curve.average_precision() - expected).abs() < 1e-12);
        assert_eq!(curve.precision_at(0.8), 0.75);
        let missed = Curve::new(&SCORES, &TRUTH, 3);
        assert!((missed.average_precision() - expected / 2.0).abs() < 1e-12);
        assert_eq!(missed.precision_at(0.8), 0.0);
    }

    #[test]
    fn tied_scores_are_one_point() {
        let curve = Curve::new(&[1.0; 4], &[true, false, false, false], 0);
        assert_eq!(curve.average_precision(), 0.25);
        assert_eq!(auroc(&[1.0; 4], &[true, false, false, false]), 0.5);
    }

    #[test]
    fn auroc_is_the_share_of_pairs_in_order() {
        assert!((auroc(&SCORES, &TRUTH) - 7.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn thresholds_split_at_or_over() {
        assert_eq!(best_threshold(&SCORES, &TRUTH), 0.6);
        assert_eq!(rates(&SCORES, &TRUTH, 0.6), (1.0, 1.0 / 3.0));
    }

    #[test]
    fn calls_are_counted_against_the_truth() {
        let calls = Confusion::new(&SCORES, &TRUTH, 0.7);
        assert_eq!((calls.precision(), calls.recall()), (2.0 / 3.0, 2.0 / 3.0));
        assert_eq!(calls.accuracy(), 4.0 / 6.0);
        assert!((calls.mcc() - 1.0 / 3.0).abs() < 1e-12);
        let none = Confusion::new(&SCORES, &TRUTH, 2.0);
        assert_eq!(
            (none.f1(), none.mcc(), none.balanced_accuracy()),
            (0.0, 0.0, 0.5)
        );
    }

    #[test]
    fn correlations_see_lines_and_orders() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let square = x.map(|v| v * v);
        assert!((pearson(&x, &x.map(|v| 3.0 - 2.0 * v)) + 1.0).abs() < 1e-12);
        assert!((spearman(&x, &square) - 1.0).abs() < 1e-12 && pearson(&x, &square) < 0.99);
        assert!((spearman(&[1.0, 1.0, 2.0], &[1.0, 2.0, 3.0]) - 0.75f64.sqrt()).abs() < 1e-6);
        assert_eq!((r_squared(&x, &x), r_squared(&[2.5; 4], &x)), (1.0, 0.0));
    }

    #[test]
    fn the_even_threshold_lies_halfway_between_like_classes_of_any_size() {
        // 100 positives spread over 2..6 and 1,000 negatives over 0..4.
        let spread = |count: usize| (0..count).map(move |i| 4.0 * (i as f32 + 0.5) / count as f32);
        let scores: Vec<f32> = spread(100).map(|s| s + 2.0).chain(spread(1000)).collect();
        let truth: Vec<bool> = (0..1100).map(|i| i < 100).collect();
        let threshold = even_threshold(&scores, &truth);
        assert!((threshold - 3.0).abs() < 0.01, "{threshold}");
        // A threshold that parts them without error lies between them.
        let parted = even_threshold(&[1.0, 2.0, 3.0, 4.0], &[false, false, true, true]);
        assert!((parted - 2.5).abs() < 0.01, "{parted}");
    }
}
