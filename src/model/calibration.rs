//! From logits to probabilities.

use super::knots::{interpolate, single};

/// A monotone map from logit to probability: linear between knots, constant outside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    knots: Vec<(f32, f32)>,
}

/// Why knots are no calibration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CalibrationError {
    #[error("a table without knots, or with more than {MAX_KNOTS}")]
    Count,
    #[error("knot {0} is not a finite logit with a probability from 0 to 1")]
    Range(usize),
    #[error("knot {0} does not ascend")]
    Order(usize),
}

const MAX_KNOTS: usize = 100_000;

impl Calibration {
    /// Takes `(logit, probability)` knots: logits strictly ascending, probabilities never falling.
    ///
    /// ```
    /// use windrow::model::Calibration;
    /// let calibration = Calibration::new(vec![(-2.0, 0.0), (2.0, 0.5)])?;
    /// assert_eq!(calibration.probability(0.0), 0.25);
    /// assert_eq!(calibration.probability(9.0), 0.5);
    /// # Ok::<(), windrow::model::CalibrationError>(())
    /// ```
    pub fn new(knots: Vec<(f32, f32)>) -> Result<Self, CalibrationError> {
        if knots.is_empty() || knots.len() > MAX_KNOTS {
            return Err(CalibrationError::Count);
        }
        for (i, &(logit, probability)) in knots.iter().enumerate() {
            if !logit.is_finite() || !(0.0..=1.0).contains(&probability) {
                return Err(CalibrationError::Range(i));
            }
        }
        for (i, pair) in knots.windows(2).enumerate() {
            if pair[0].0 >= pair[1].0 || pair[0].1 > pair[1].1 {
                return Err(CalibrationError::Order(i + 1));
            }
        }
        Ok(Self { knots })
    }

    /// Probability at `logit`; the one of the first knot if `logit` is NaN.
    pub fn probability(&self, logit: f32) -> f32 {
        // In f64: the difference of two far knots overflows f32.
        let point = |&(x, y): &(f32, f32)| (f64::from(x), f64::from(y));
        single(interpolate(&self.knots, point, f64::from(logit)))
    }

    pub fn knots(&self) -> &[(f32, f32)] {
        &self.knots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_between_knots_and_flat_outside() {
        let map = Calibration::new(vec![(-1.0, 0.1), (0.0, 0.2), (4.0, 1.0)]).unwrap();
        let probabilities = [-9.0, -1.0, -0.5, 0.0, 2.0, 4.0, 9.0].map(|x| map.probability(x));
        let expected = [0.1, 0.1, 0.15, 0.2, 0.6, 1.0, 1.0];
        for (got, want) in probabilities.into_iter().zip(expected) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
        assert_eq!(map.probability(f32::NEG_INFINITY), 0.1);
        assert_eq!(map.probability(f32::INFINITY), 1.0);
        assert_eq!(map.probability(f32::NAN), 0.1);
    }

    #[test]
    fn far_knots_do_not_overflow() {
        let map = Calibration::new(vec![(f32::MIN, 0.0), (f32::MAX, 1.0)]).unwrap();
        assert_eq!(map.probability(0.0), 0.5);
    }

    #[test]
    fn refuses_what_is_no_monotone_map() {
        let refusal = |knots: &[(f32, f32)]| Calibration::new(knots.to_vec()).unwrap_err();
        assert_eq!(refusal(&[]), CalibrationError::Count);
        assert_eq!(refusal(&[(f32::NAN, 0.0)]), CalibrationError::Range(0));
        assert_eq!(refusal(&[(0.0, 1.5)]), CalibrationError::Range(0));
        assert_eq!(
            refusal(&[(0.0, 0.1), (0.0, 0.2)]),
            CalibrationError::Order(1)
        );
        assert_eq!(
            refusal(&[(0.0, 0.2), (1.0, 0.1)]),
            CalibrationError::Order(1)
        );
    }
}
