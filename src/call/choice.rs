//! What is asked of a call.

/// The least that makes a call or, where windows are written, a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// Calibrated probability, or the plain value of a model that predicts one.
    Score(f32),
    /// Share of true sites, from 0 to 1.
    Precision(f64),
    /// Share of false ones, from 0 to 1.
    Fdr(f64),
}

impl Threshold {
    /// Least value of a row.
    pub fn least(self) -> f32 {
        match self {
            Self::Score(least) => least,
            Self::Precision(share) => share as f32,
            Self::Fdr(share) => (1.0 - share) as f32,
        }
    }
}

/// How many calls are kept: the best of each label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Top {
    /// Of a record.
    Record(usize),
    /// Of those that start in each of a record's megabases.
    Megabase(usize),
}

/// Bounds the memory that calls take until they are known to be among the best.
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
