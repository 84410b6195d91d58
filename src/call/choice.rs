//! Options of calls: thresholds, and how many are kept.

use std::fmt;

use crate::model::{Contract, Strandedness};

/// Threshold of a call, or of a row where windows are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// Calibrated probability, or the plain value of a model that predicts one.
    Score(f32),
    /// Least share of true calls, from 0 to 1.
    Precision(f64),
    /// Greatest share of false calls, from 0 to 1.
    Fdr(f64),
    /// Positions a megabase of the model's background, both strands together.
    Rate(f64),
}

impl Threshold {
    /// The least value, for this kind of threshold.
    pub fn least(self) -> Option<f32> {
        match self {
            Self::Score(least) => Some(least),
            Self::Precision(share) => Some(share as f32),
            Self::Fdr(share) => Some((1.0 - share) as f32),
            Self::Rate(_) => None,
        }
    }

    /// `N/Mb`, with N above 0.
    pub(crate) fn parse_rate(text: &str) -> Option<Self> {
        let rate: f64 = text.strip_suffix("/Mb")?.parse().ok()?;
        (rate > 0.0 && rate.is_finite()).then_some(Self::Rate(rate))
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.least()) {
            (Self::Rate(rate), _) => write!(f, "{rate}/Mb"),
            (_, Some(least)) => write!(f, "{least}"),
            (_, None) => Ok(()),
        }
    }
}

/// The share of a model's windows that are `rate` a megabase, both strands together:
/// `rate * step / (1,000,000 * strands)`.
pub fn share(rate: f64, model: &Contract) -> f64 {
    let strands = match model.strand {
        Strandedness::Stranded => 2.0,
        Strandedness::Symmetric => 1.0,
    };
    rate * model.step as f64 / (1e6 * strands)
}

/// How many calls of each label are kept, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Top {
    /// Of a record.
    Record(usize),
    /// Of each megabase of a record, by their starts.
    Megabase(usize),
}

/// Largest number: bounds the memory of the calls that are held.
const MOST: usize = 10_000_000;

impl Top {
    /// `N` or `N/Mb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, kind): (_, fn(usize) -> Self) = match text.strip_suffix("/Mb") {
            Some(number) => (number, Self::Megabase),
            None => (text, Self::Record),
        };
        let number = number.parse().ok()?;
        (1..=MOST).contains(&number).then(|| kind(number))
    }
}
