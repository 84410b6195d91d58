//! What a positive of one label says of the others, in training: that it is none of theirs, unless
//! the labels are too alike to say so.

use anyhow::{Context, Result};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Others {
    /// Share of the labels that a lane counts against, beside its own.
    pub share: f64,
    /// Labels that find each other's sites.
    #[serde(default)]
    pub alike: Vec<Vec<String>>,
}

/// The same, by the labels' numbers.
pub struct Spread {
    share: f64,
    alike: Vec<Vec<bool>>,
}

impl Spread {
    pub fn new(others: &Others, labels: &[String]) -> Result<Spread> {
        let mut alike = vec![vec![false; labels.len()]; labels.len()];
        for group in &others.alike {
            let number = |name: &String| {
                let found = labels.iter().position(|label| label == name);
                found.with_context(|| format!("data.others.alike: model.labels has no '{name}'"))
            };
            let group: Vec<usize> = group.iter().map(number).collect::<Result<_>>()?;
            for &a in &group {
                group.iter().for_each(|&b| alike[a][b] = true);
            }
        }
        Ok(Spread {
            share: others.share,
            alike,
        })
    }

    /// Makes some of a lane's unknown targets negative: of a positive those of labels unlike its
    /// own, of a drawn negative any.
    pub fn apply(&self, targets: &mut [f32], random: &mut ChaCha8Rng) {
        let own: Vec<usize> = (0..targets.len()).filter(|&i| targets[i] == 1.0).collect();
        for (label, target) in targets.iter_mut().enumerate() {
            let alike = own.iter().any(|&own| self.alike[own][label]);
            if target.is_nan() && !alike && random.random_bool(self.share) {
                *target = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn spread(share: f64) -> Spread {
        let labels = ["a", "b", "c"].map(str::to_owned);
        let alike = vec![vec!["a".to_owned(), "c".to_owned()]];
        Spread::new(&Others { share, alike }, &labels).unwrap()
    }

    #[test]
    fn a_positive_counts_against_unlike_labels_alone() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut targets = [1.0, f32::NAN, f32::NAN];
        spread(1.0).apply(&mut targets, &mut random);
        assert!(targets[..2] == [1.0, 0.0] && targets[2].is_nan());
        let mut drawn = [0.0, f32::NAN, f32::NAN];
        spread(1.0).apply(&mut drawn, &mut random);
        assert_eq!(drawn, [0.0; 3]);
    }

    #[test]
    fn a_share_of_the_labels_is_counted_against() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut count = 0;
        for _ in 0..1000 {
            let mut targets = [f32::NAN; 3];
            spread(0.25).apply(&mut targets, &mut random);
            count += targets.iter().filter(|&&t| t == 0.0).count();
        }
        assert!((650..850).contains(&count), "{count}");
    }

    #[test]
    fn a_label_that_is_none_is_named() {
        let others = Others {
            share: 0.5,
            alike: vec![vec!["d".to_owned()]],
        };
        let refused = Spread::new(&others, &["a".to_owned()]).err().unwrap();
        assert!(refused.to_string().contains("'d'"), "{refused}");
    }
}
