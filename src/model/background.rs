//! How rare a raw output is on a genome.

use super::knots::{interpolate, single};

/// The share of a genome's positions that score at least as much as a raw output.
///
/// Between two knots `(r0, s0)` and `(r1, s1)` the logarithm of the share is linear in the raw
/// output `r`:
///
/// ```text
/// log10 share(r) = log10 s0 + (r - r0) / (r1 - r0) * (log10 s1 - log10 s0)
/// ```
///
/// Below the first knot the share is that of the first knot, above the last one that of the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    /// Raw output and share, as in the file.
    knots: Vec<(f32, f64)>,
    /// Raw output and rarity, both ascending.
    rarities: Vec<(f64, f64)>,
}

/// Why knots are no background.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BackgroundError {
    #[error("a table of fewer than 2 knots, or of more than {MAX_KNOTS}")]
    Count,
    #[error("knot {0} is not a finite raw output with a share above 0 and at most 1")]
    Range(usize),
    #[error("knot {0} does not ascend in its raw output, or does not fall in its share")]
    Order(usize),
}

const MAX_KNOTS: usize = 10_000;

impl Background {
    /// Takes `(raw output, share)` knots: raw outputs strictly ascend, shares strictly fall and
    /// lie above 0 and at most at 1.
    ///
    /// # Errors
    ///
    /// If there are fewer than two knots or more than 10,000, or if a knot breaks the rules above.
    ///
    /// ```
    /// use windrow::model::Background;
    /// let background = Background::new(vec![(-2.0, 1.0), (2.0, 1e-4)])?;
    /// assert_eq!(background.share(0.0), 1e-2);
    /// assert_eq!(background.raw_at(1e-2), 0.0);
    /// # Ok::<(), windrow::model::BackgroundError>(())
    /// ```
    pub fn new(knots: Vec<(f32, f64)>) -> Result<Self, BackgroundError> {
        if knots.len() < 2 || knots.len() > MAX_KNOTS {
            return Err(BackgroundError::Count);
        }
        for (i, &(raw, share)) in knots.iter().enumerate() {
            let in_range = raw.is_finite() && share > 0.0 && share <= 1.0;
            if !in_range {
                return Err(BackgroundError::Range(i));
            }
        }
        let rarity = |&(raw, share): &(f32, f64)| (f64::from(raw), -share.log10());
        let rarities: Vec<_> = knots.iter().map(rarity).collect();
        let order = rarities.iter().zip(rarities.iter().skip(1));
        match order
            .into_iter()
            .position(|(a, b)| a.0 >= b.0 || a.1 >= b.1)
        {
            Some(i) => Err(BackgroundError::Order(i + 1)),
            None => Ok(Self { knots, rarities }),
        }
    }

    /// Share of the background's positions that score at least `raw`, in (0, 1].
    pub fn share(&self, raw: f32) -> f64 {
        10f64.powf(-self.rarity(raw))
    }

    /// `-log10` of [`share`](Self::share): 3 is one position in a thousand.
    pub fn rarity(&self, raw: f32) -> f64 {
        interpolate(&self.rarities, |&knot| knot, f64::from(raw))
    }

    /// The raw output that a share of the background's positions reaches: the inverse of
    /// [`share`](Self::share). Outside the table it is that of the first or last knot.
    pub fn raw_at(&self, share: f64) -> f32 {
        let swapped = |&(raw, rarity): &(f64, f64)| (rarity, raw);
        single(interpolate(&self.rarities, swapped, -share.log10()))
    }

    /// The `(raw output, share)` knots.
    pub fn knots(&self) -> &[(f32, f64)] {
        &self.knots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64) -> bool {
        (a / b - 1.0).abs() < 1e-9
    }

    #[test]
    fn the_logarithm_is_linear_between_knots_and_flat_outside() {
        let background = Background::new(vec![(-1.0, 1.0), (1.0, 0.01), (2.0, 1e-7)]).unwrap();
        let cases = [
            (f32::NEG_INFINITY, 1.0),
            (-1.0, 1.0),
            (0.0, 0.1),
            (1.0, 0.01),
            (1.5, 10f64.powf(-4.5)),
            (2.0, 1e-7),
            (9.0, 1e-7),
            (f32::NAN, 1.0),
        ];
        for (raw, share) in cases {
            assert!(near(background.share(raw), share), "{raw}");
        }
        assert_eq!(background.rarity(0.0), 1.0);
        assert_eq!(background.raw_at(1.0), -1.0);
        assert_eq!(background.raw_at(0.1), 0.0);
        assert_eq!(background.raw_at(1e-9), 2.0);
    }

    #[test]
    fn refuses_what_is_no_falling_map() {
        let refusal = |knots: &[(f32, f64)]| Background::new(knots.to_vec()).unwrap_err();
        assert_eq!(refusal(&[]), BackgroundError::Count);
        assert_eq!(refusal(&[(0.0, 1.0)]), BackgroundError::Count);
        let first = |knot| refusal(&[knot, (9.0, 1e-3)]);
        assert_eq!(first((f32::NAN, 1.0)), BackgroundError::Range(0));
        for share in [0.0, -0.5, 1.5, f64::NAN] {
            assert_eq!(first((0.0, share)), BackgroundError::Range(0));
        }
        assert_eq!(first((9.0, 0.5)), BackgroundError::Order(1));
        assert_eq!(first((0.0, 1e-3)), BackgroundError::Order(1));
    }

    proptest! {
        #[test]
        fn share_never_rises_and_raw_at_is_its_inverse(
            knots in prop::collection::vec((0.01f32..3.0, 0.01f64..2.0), 2..50),
            raws in prop::collection::vec(-10f32..160.0, 2..50),
        ) {
            let (mut raw, mut rarity) = (-5.0, 0.0);
            let knots: Vec<_> = knots
                .into_iter()
                .map(|(rise, fall)| {
                    raw += rise;
                    rarity += fall;
                    (raw, 10f64.powf(-rarity))
                })
                .collect();
            let (first, last) = (knots[0], knots[knots.len() - 1]);
            let background = Background::new(knots).unwrap();
            let mut raws = raws;
            raws.sort_by(f32::total_cmp);
            for pair in raws.windows(2) {
                prop_assert!(background.share(pair[0]) >= background.share(pair[1]));
            }
            for raw in raws {
                let back = background.raw_at(background.share(raw));
                let expected = raw.clamp(first.0, last.0);
                prop_assert!((back - expected).abs() <= 1e-4, "{raw} {back}");
            }
        }
    }
}
