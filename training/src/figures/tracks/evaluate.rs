//! The figures of the network along whole stretches, in bins, next to plain yardsticks; its
//! calibration and its default thresholds.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::data::jaspar::{Matrix, read as matrices};
use crate::data::tracks::labels::{LabelledGenomes, Truth};
use crate::figures::calibrate::{Knot, calibrate, probability};
use crate::figures::tracks::yardstick::{Regression, densities, matches, matrices_of};
use crate::metrics::bootstrap::interval;
use crate::metrics::{Curve, Point, auroc};
use crate::net::network::Network;
use crate::recipe::tracks::TracksRecipe;
use crate::run::tracks::score::{Span, Track};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TracksEvaluation {
    pub rows: Vec<TracksRow>,
    /// By label.
    pub shipped: BTreeMap<String, Shipped>,
    /// Of the first shipped labels.
    #[serde(default)]
    pub curves: Vec<BinCurve>,
}

/// Recall and precision of the network's bins of a label in a set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BinCurve {
    pub set: String,
    pub label: String,
    pub points: Vec<(f64, f64)>,
}

/// The figures of a scorer's bins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TracksRow {
    pub set: String,
    pub label: String,
    pub scorer: String,
    pub bins: usize,
    pub positives: usize,
    pub average_precision: f64,
    /// 95 %, by a bootstrap over stretches of 100 kb; of the network alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    pub auroc: f64,
    pub recall_at_precision_50: f64,
    pub recall_at_precision_20: f64,
    /// Share of true bins among those over the default threshold, and of those the true ones; of
    /// the network alone.
    pub precision: Option<f64>,
    pub recall: Option<f64>,
}

/// Calibration and threshold of a label in the model file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shipped {
    /// Of places: share of those on a site.
    pub calibration: Vec<Knot>,
    /// The probability of the best F1 of bins on the validation stretches; 1 where no threshold
    /// gives a precision of `LEAST_PRECISION`, so that nothing is called.
    pub threshold: f64,
}

/// Shipped labels whose curves are kept, and points of a curve.
const DRAWN: usize = 3;
const POINTS: usize = 100;

/// Bins that a bootstrap draws together: neighbours are not independent.
const STRETCH: usize = 500;

/// A label that is not this precise at any threshold is not called.
const LEAST_PRECISION: f64 = 0.05;
/// Bins over a threshold from which on its precision counts.
const LEAST_CALLS: f64 = 5.0;

pub const NETWORK: &str = "network";

/// Values of the bins of a set, and what they hold: a list a shipped label.
struct Judged {
    set: String,
    truth: Vec<Vec<Truth>>,
    /// Scorer and its bins, by label; the same for all labels where there is one.
    scores: Vec<(String, Vec<Vec<f32>>)>,
    /// The best JASPAR matrix a label.
    matrices: Vec<Option<(String, Vec<f32>)>>,
}

pub fn evaluate(
    recipe: &TracksRecipe,
    data: &LabelledGenomes,
    network: &Network,
    folder: &Path,
) -> Result<TracksEvaluation> {
    let jaspar = match &recipe.evaluation.jaspar {
        Some(path) => matrices(&folder.join(path))?,
        None => Vec::new(),
    };
    eprintln!("words along the training blocks");
    let wanted: Vec<usize> = recipe.shipped();
    let regression = Regression::learn(data, &wanted, recipe.seed);
    let stretches = recipe.validation.iter();
    let parts = stretches
        .map(|stretch| Span::of(data, stretch))
        .collect::<Result<Vec<_>>>()?;
    let track = |part: &Span| Track::new(network, part.codes(data), part.bases.clone());
    let tracks: Vec<Track> = parts.iter().map(track).collect();
    let shipped = wanted.iter().map(|&label| {
        let name = data.labels[label].name.clone();
        (name, shipped(data, &parts, &tracks, label))
    });
    let shipped: BTreeMap<String, Shipped> = shipped.collect();
    let (mut rows, mut curves) = (Vec::new(), Vec::new());
    let mut judge = |data: &LabelledGenomes, parts: &[Span], set: &str| {
        eprintln!("{set}");
        let judged = judged(data, network, &wanted, parts, set, (&regression, &jaspar));
        for (at, &label) in wanted.iter().enumerate() {
            let name = &data.labels[label].name;
            judged.rows(name, at, &shipped, &mut rows);
            if at < DRAWN && recipe.model.is_some() {
                curves.extend(judged.curve(name, at));
            }
        }
    };
    judge(data, &parts, "validation");
    for test in &recipe.evaluation.tests {
        let data = LabelledGenomes::of_test(recipe, test, folder)?;
        judge(&data, &Span::all(&data), &test.name);
    }
    Ok(TracksEvaluation {
        rows,
        shipped,
        curves,
    })
}

fn judged(
    data: &LabelledGenomes,
    network: &Network,
    wanted: &[usize],
    parts: &[Span],
    set: &str,
    (regression, jaspar): (&Regression, &[Matrix]),
) -> Judged {
    let count = wanted.len();
    let mut truth = vec![Vec::new(); count];
    let mut own = vec![Vec::new(); count];
    let mut words = vec![Vec::new(); count];
    let mut dense: Vec<(String, Vec<Vec<f32>>)> = Vec::new();
    let choices = wanted
        .iter()
        .map(|&label| matrices_of(jaspar, &data.labels[label].name));
    let choices: Vec<Vec<usize>> = choices.collect();
    let mut found: BTreeMap<usize, Vec<f32>> = BTreeMap::new();
    for part in parts {
        let codes = part.codes(data);
        let track = Track::new(network, codes, part.bases.clone());
        // The yardsticks see the bases of the part alone, and bins begin at its multiples.
        let bins = part.bins();
        let bases = &codes[bins.start * crate::run::tracks::score::BIN
            ..bins.end * crate::run::tracks::score::BIN];
        let by_words = regression.scores(bases);
        for (at, &label) in wanted.iter().enumerate() {
            truth[at].extend(part.truth(data, label));
            own[at].extend(part.highest(&track, label, data.labels[label].stranded));
            words[at].extend_from_slice(&by_words[at]);
        }
        for (at, (name, values)) in densities(bases).into_iter().enumerate() {
            if dense.len() == at {
                dense.push((name.to_owned(), vec![Vec::new()]));
            }
            dense[at].1[0].extend(values);
        }
        for &matrix in choices.iter().flatten() {
            let values = found.entry(matrix).or_default();
            if values.len() + bins.len() <= truth[0].len() {
                values.extend(matches(&jaspar[matrix], bases));
            }
        }
    }
    let matrices = choices.iter().zip(&truth).map(|(choices, truth)| {
        let best = |matrix: &usize| (figures(&found[matrix], truth).0, *matrix);
        let best = choices.iter().map(best).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map(|(_, at)| {
            let matrix = &jaspar[at];
            let name = format!("JASPAR {} {}", matrix.name, matrix.id);
            (name, found[&at].clone())
        })
    });
    let matrices = matrices.collect();
    let mut scores = vec![(NETWORK.to_owned(), own)];
    scores.push(("5-mer regression".to_owned(), words));
    scores.extend(dense);
    Judged {
        set: set.to_owned(),
        truth,
        scores,
        matrices,
    }
}

/// Average precision, AUROC, recall at two precisions; and how many bins, and positives.
fn figures(scores: &[f32], truth: &[Truth]) -> (f64, f64, [f64; 2], [usize; 2]) {
    let (scores, truth) = sure(scores, truth);
    let positives = truth.iter().filter(|site| **site).count();
    if positives == 0 {
        return (0.0, 0.0, [0.0; 2], [truth.len(), 0]);
    }
    let curve = Curve::new(&scores, &truth, 0);
    let at = |least: f64| {
        let points = curve.points.iter().filter(|p| p.precision >= least);
        points.map(|p| p.recall).fold(0.0, f64::max)
    };
    (
        curve.average_precision(),
        auroc(&scores, &truth),
        [at(0.5), at(0.2)],
        [truth.len(), positives],
    )
}

/// Of average precision.
fn spread(scores: &[f32], truth: &[Truth]) -> [f64; 2] {
    let stretches: Vec<usize> = (0..truth.len()).map(|bin| bin / STRETCH).collect();
    interval(&stretches, |drawn| {
        let scores: Vec<f32> = drawn.iter().map(|&bin| scores[bin]).collect();
        let truth: Vec<Truth> = drawn.iter().map(|&bin| truth[bin]).collect();
        let (scores, truth) = sure(&scores, &truth);
        match truth.contains(&true) {
            true => Curve::new(&scores, &truth, 0).average_precision(),
            false => 0.0,
        }
    })
}

fn sure(scores: &[f32], truth: &[Truth]) -> (Vec<f32>, Vec<bool>) {
    let pairs = scores.iter().zip(truth);
    pairs
        .filter(|(_, truth)| **truth != Truth::Unsure)
        .map(|(&score, &truth)| (score, truth == Truth::Site))
        .unzip()
}

impl Judged {
    /// None without a bin on a site.
    fn curve(&self, name: &str, label: usize) -> Option<BinCurve> {
        let (_, own) = self.scores.iter().find(|(scorer, _)| scorer == NETWORK)?;
        let (scores, truth) = sure(&own[label], &self.truth[label]);
        truth.contains(&true).then(|| BinCurve {
            set: self.set.clone(),
            label: name.to_owned(),
            points: Curve::new(&scores, &truth, 0).thinned(POINTS),
        })
    }

    fn rows(
        &self,
        name: &str,
        label: usize,
        shipped: &BTreeMap<String, Shipped>,
        rows: &mut Vec<TracksRow>,
    ) {
        let truth = &self.truth[label];
        if !truth.contains(&Truth::Site) {
            return;
        }
        let all = self.scores.iter().map(|(scorer, by_label)| {
            let scores = by_label.get(label).unwrap_or(&by_label[0]);
            (scorer, scores)
        });
        let matrix = self.matrices[label]
            .iter()
            .map(|(name, scores)| (name, scores));
        for (scorer, scores) in all.chain(matrix) {
            let (average_precision, auroc, recall, [bins, positives]) = figures(scores, truth);
            let called = (scorer == NETWORK).then(|| {
                let shipped = &shipped[name];
                let (scores, truth) = sure(scores, truth);
                let over =
                    |&score: &f32| probability(&shipped.calibration, score) >= shipped.threshold;
                let called = scores.iter().zip(&truth).filter(|(score, _)| over(score));
                let called: Vec<bool> = called.map(|(_, &site)| site).collect();
                let hits = called.iter().filter(|site| **site).count() as f64;
                (
                    hits / called.len().max(1) as f64,
                    hits / positives.max(1) as f64,
                )
            });
            rows.push(TracksRow {
                set: self.set.clone(),
                label: name.to_owned(),
                scorer: scorer.clone(),
                bins,
                positives,
                average_precision,
                interval: called.map(|_| spread(scores, truth)),
                auroc,
                recall_at_precision_50: recall[0],
                recall_at_precision_20: recall[1],
                precision: called.map(|(precision, _)| precision),
                recall: called.map(|(_, recall)| recall),
            });
        }
    }
}

/// Calibration of places and the threshold of bins, on the validation stretches.
fn shipped(data: &LabelledGenomes, parts: &[Span], tracks: &[Track], label: usize) -> Shipped {
    let of = &data.labels[label];
    let (mut values, mut on) = (Vec::new(), Vec::new());
    let (mut bins, mut truth) = (Vec::new(), Vec::new());
    for (part, track) in parts.iter().zip(tracks) {
        let (scores, sites) = sure(
            &part.highest(track, label, of.stranded),
            &part.truth(data, label),
        );
        bins.extend(scores);
        truth.extend(sites);
        for (strand, row) in track.rows(label, of.stranded).into_iter().enumerate() {
            let places = row.into_iter().enumerate();
            for (place, value) in places.filter(|(_, value)| !value.is_nan()) {
                let base = track.base(place);
                match data.at((part.genome, part.contig), base, strand, label) {
                    Truth::Unsure => {}
                    truth => {
                        values.push(value);
                        on.push(truth == Truth::Site);
                    }
                }
            }
        }
    }
    let calibration = calibrate(&values, &on);
    let curve = Curve::new(&bins, &truth, 0);
    let sites = truth.iter().filter(|site| **site).count() as f64;
    let precise = curve.points.iter().any(|point| {
        let calls = point.recall * sites / point.precision;
        point.precision >= LEAST_PRECISION && calls >= LEAST_CALLS
    });
    let f1 =
        |point: &Point| 2.0 * point.precision * point.recall / (point.precision + point.recall);
    let points = curve.points.iter();
    let best = points.max_by(|a, b| f1(a).total_cmp(&f1(b)));
    let threshold = match best {
        Some(best) if precise => probability(&calibration, best.score),
        _ => 1.0,
    };
    Shipped {
        calibration,
        threshold,
    }
}
