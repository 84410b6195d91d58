//! Which examples are learnt from, which choose, and which are measured.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::data::windows::examples::Example;
use crate::files::sha256;
use crate::recipe::windows::source::Part;
use crate::recipe::windows::split::ExampleSplit;

impl ExampleSplit {
    /// Sorts examples into parts; those without a part in the split's column are left out.
    pub fn apply(&self, examples: Vec<Example>, seed: u64) -> [Vec<Example>; 3] {
        let mut parts: [Vec<Example>; 3] = Default::default();
        for example in examples {
            let part = example.part.or_else(|| self.part(&example, seed));
            if let Some(part) = part {
                parts[part as usize].push(example);
            }
        }
        parts
    }

    fn part(&self, example: &Example, seed: u64) -> Option<Part> {
        match self {
            ExampleSplit::Column {
                train,
                validation,
                test,
                validation_share,
                ..
            } => {
                let of = |values: &[String]| values.contains(&example.split);
                if of(train) && share(&example.group, seed) < *validation_share {
                    return Some(Part::Validation);
                }
                let parts = [
                    (Part::Train, train),
                    (Part::Validation, validation),
                    (Part::Test, test),
                ];
                let found = parts.into_iter().find(|(_, values)| of(values));
                found.map(|(part, _)| part)
            }
            ExampleSplit::Groups { .. } | ExampleSplit::Random { .. } => {
                Some(self.part_of(&example.group, seed))
            }
        }
    }

    /// The part of a group, by lot; everything trains where a column splits.
    pub fn part_of(&self, group: &str, seed: u64) -> Part {
        let (validation, test) = match self {
            ExampleSplit::Groups {
                validation, test, ..
            }
            | ExampleSplit::Random { validation, test } => (*validation, *test),
            ExampleSplit::Column { .. } => (0.1, 0.1),
        };
        match share(group, seed) {
            lot if lot < validation => Part::Validation,
            lot if lot < validation + test => Part::Test,
            _ => Part::Train,
        }
    }
}

/// A number in 0..1 that depends on the group and the seed alone.
fn share(group: &str, seed: u64) -> f64 {
    let hash = sha256(format!("{seed} {group}").as_bytes());
    let start = u64::from_str_radix(&hash[..16], 16).unwrap_or(0);
    ChaCha8Rng::seed_from_u64(start).random()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(group: usize, split: &str) -> Example {
        Example {
            codes: vec![0; 4],
            at: 2,
            targets: vec![1.0],
            group: format!("g{group}"),
            block: 0,
            split: split.to_owned(),
            weight: 1.0,
            part: None,
        }
    }

    #[test]
    fn no_group_is_on_two_sides_and_shares_are_kept() {
        let split = ExampleSplit::Groups {
            column: None,
            validation: 0.2,
            test: 0.1,
        };
        let examples = (0..4000).map(|i| example(i / 4, "")).collect();
        let parts = split.apply(examples, 1);
        let groups = parts.each_ref().map(|part| {
            part.iter()
                .map(|e| e.group.clone())
                .collect::<std::collections::HashSet<_>>()
        });
        assert!(groups[0].is_disjoint(&groups[1]) && groups[0].is_disjoint(&groups[2]));
        assert!(groups[1].is_disjoint(&groups[2]));
        let share = |i: usize| groups[i].len() as f64 / 1000.0;
        assert!((share(1) - 0.2).abs() < 0.05 && (share(2) - 0.1).abs() < 0.05);
    }

    #[test]
    fn a_column_says_what_its_values_say() {
        let split = ExampleSplit::Column {
            column: "split".into(),
            train: vec!["train".into()],
            validation_share: 0.0,
            validation: vec!["dev".into()],
            test: vec![],
        };
        let examples = ["train", "dev", "other"].map(|s| example(0, s)).to_vec();
        let sizes = split.apply(examples, 1).map(|part| part.len());
        assert_eq!(sizes, [1, 1, 0]);
    }
}
