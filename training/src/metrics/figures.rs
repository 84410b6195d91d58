//! The figures of one scorer on one set.

use serde::{Deserialize, Serialize};

use crate::data::windows::bright::bright;
use crate::metrics::{Confusion, Curve, auroc, pearson, r_squared, spearman};
use crate::recipe::windows::card::Output;
use crate::recipe::windows::train::Select;

/// Figures of classes or of values; what does not apply is not there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Figures {
    pub examples: usize,
    pub positives: Option<usize>,
    pub accuracy: Option<f64>,
    pub balanced_accuracy: Option<f64>,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
    pub mcc: Option<f64>,
    /// Mean cross-entropy of scores that are logits.
    #[serde(default)]
    pub loss: Option<f64>,
    pub auroc: Option<f64>,
    pub average_precision: Option<f64>,
    pub pearson: Option<f64>,
    pub spearman: Option<f64>,
    pub r2: Option<f64>,
    /// In squared deviations of the set's own values.
    pub mse: Option<f64>,
}

impl Figures {
    /// Of classes (targets 0 and 1); calls are scores at or over `threshold`.
    pub fn classes(scores: &[f32], targets: &[f32], threshold: f32) -> Figures {
        let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
        let calls = Confusion::new(scores, &positive, threshold);
        Figures {
            examples: scores.len(),
            positives: Some(positive.iter().filter(|p| **p).count()),
            accuracy: Some(calls.accuracy()),
            balanced_accuracy: Some(calls.balanced_accuracy()),
            precision: Some(calls.precision()),
            recall: Some(calls.recall()),
            f1: Some(calls.f1()),
            mcc: Some(calls.mcc()),
            auroc: Some(auroc(scores, &positive)),
            average_precision: Some(Curve::new(scores, &positive, 0).average_precision()),
            ..Default::default()
        }
    }

    /// Of classes, by logits.
    pub fn logits(scores: &[f32], targets: &[f32]) -> Figures {
        let each = |(&score, &target): (&f32, &f32)| {
            let (score, target) = (f64::from(score), f64::from(target));
            score.max(0.0) - score * target + (-score.abs()).exp().ln_1p()
        };
        let sum: f64 = scores.iter().zip(targets).map(each).sum();
        Figures {
            loss: Some(sum / scores.len() as f64),
            ..Figures::classes(scores, targets, 0.0)
        }
    }

    pub fn values(scores: &[f32], targets: &[f32]) -> Figures {
        let r2 = r_squared(scores, targets);
        Figures {
            examples: scores.len(),
            pearson: Some(pearson(scores, targets)),
            spearman: Some(spearman(scores, targets)),
            r2: Some(r2),
            mse: Some(1.0 - r2),
            ..Default::default()
        }
    }

    /// Of the network's own scores.
    pub fn of(output: Output, scores: &[f32], targets: &[f32]) -> Figures {
        match output {
            Output::Logit => Figures::logits(scores, targets),
            Output::Value => Figures::values(scores, targets),
        }
    }

    /// An array: how values follow intensities, and how well the bright ones are separated from the
    /// rest.
    pub fn bright(scores: &[f32], intensities: &[f32], deviations: f64) -> Figures {
        let bright = bright(intensities, deviations);
        Figures {
            examples: scores.len(),
            positives: Some(bright.iter().filter(|b| **b).count()),
            auroc: Some(auroc(scores, &bright)),
            average_precision: Some(Curve::new(scores, &bright, 0).average_precision()),
            spearman: Some(spearman(scores, intensities)),
            ..Default::default()
        }
    }

    pub fn get(&self, select: Select) -> f64 {
        column(select).1(self)
            .filter(|f| f.is_finite())
            .unwrap_or(WORST)
    }
}

/// Of a figure that is no number: less than any other, and a number of JSON.
const WORST: f64 = -1e300;

/// A figure's heading, and where it is found.
pub type Column = (&'static str, fn(&Figures) -> Option<f64>);

const CLASSES: [Column; 8] = [
    ("AUROC", |f| f.auroc),
    ("average precision", |f| f.average_precision),
    ("accuracy", |f| f.accuracy),
    ("precision", |f| f.precision),
    ("recall", |f| f.recall),
    ("F1", |f| f.f1),
    ("MCC", |f| f.mcc),
    ("loss", |f| f.loss),
];

const VALUES: [Column; 4] = [
    ("Pearson", |f| f.pearson),
    ("Spearman", |f| f.spearman),
    ("R²", |f| f.r2),
    ("MSE", |f| f.mse),
];

/// The figure that a recipe selects by.
pub fn column(select: Select) -> Column {
    match select {
        Select::Accuracy => ("accuracy", |f| f.accuracy),
        Select::Auroc => ("AUROC", |f| f.auroc),
        Select::AveragePrecision => ("average precision", |f| f.average_precision),
        Select::R2 => ("R²", |f| f.r2),
        Select::Pearson => ("Pearson", |f| f.pearson),
    }
}

/// The figures that fit an output.
pub fn columns(output: Output) -> &'static [Column] {
    match output {
        Output::Logit => &CLASSES,
        Output::Value => &VALUES,
    }
}
