//! Bundled models on the rows that a network of windows is measured on.

use anyhow::{Context, Result};
use windrow::engine::{Scorer, engine};
use windrow::model::{Model, Strandedness};
use windrow::sequence::Base;

use crate::data::windows::examples::Example;
use crate::recipe::windows::Rival;

/// Names of bundled models in tables begin so.
pub const BUNDLED: &str = "windrow ";

/// A bundled model and the one of its labels that is compared.
pub struct Bundled {
    pub name: String,
    /// The least output of a call.
    pub threshold: Option<f32>,
    scorer: Box<dyn Scorer>,
    model: Model,
    label: usize,
    shift: i64,
    /// Bases of an example that it may see; none: all.
    seen: Option<usize>,
}

impl Bundled {
    /// For a network that sees `window` bases.
    pub fn new(rival: &Rival, window: usize) -> Result<Bundled> {
        let model = Model::bundled(&rival.model)?;
        let labels = &model.contract.labels;
        let label = labels.iter().position(|label| *label == rival.label);
        let missing = || format!("{} has no label {}", rival.model, rival.label);
        Ok(Bundled {
            name: format!("{BUNDLED}{}:{}", rival.model, rival.label),
            threshold: None,
            label: label.with_context(missing)?,
            scorer: engine(&model)?.scorer()?,
            model,
            shift: rival.shift,
            seen: (!rival.context).then_some(window),
        })
    }

    /// The output for the window whose anchor is the base that each example is about; of a
    /// symmetric model the mean of both strands. What lies beyond what it may see is unknown.
    pub fn scores(&mut self, examples: &[Example]) -> Result<Vec<f32>> {
        let contract = &self.model.contract;
        let aside = (contract.window / 2) as i64 - contract.anchor as i64 + self.shift;
        let mut scores = Vec::with_capacity(examples.len());
        let mut run = Vec::new();
        for example in examples {
            let cut = self.seen.map(|seen| Example {
                codes: example.window(seen, 0),
                at: seen / 2,
                ..example.clone()
            });
            let example = cut.as_ref().unwrap_or(example);
            let codes = example.window(contract.window, aside);
            let bases: Vec<Base> = codes.iter().map(|&code| Base::of(code)).collect();
            self.scorer.score(&bases, &[0], &mut run)?;
            let mut score = run[self.label];
            if contract.strand == Strandedness::Symmetric {
                self.scorer.score_reverse(&bases, &[0], &mut run)?;
                score = (score + run[self.label]) / 2.0;
            }
            scores.push(score);
        }
        Ok(scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundled_model_scores_the_base_that_an_example_is_about() {
        let rival = Rival {
            model: "exon-start".into(),
            label: "exon_start".into(),
            shift: 0,
            context: true,
        };
        let mut bundled = Bundled::new(&rival, 101).unwrap();
        let example = |codes: Vec<u8>, at: usize| Example {
            codes,
            at,
            targets: vec![1.0],
            group: String::new(),
            block: 0,
            split: String::new(),
            weight: 1.0,
            part: None,
        };
        let codes: Vec<u8> = (0..900usize).map(|i| (i * i % 7 % 4) as u8).collect();
        // More sequence beyond the window changes nothing; another base does.
        let whole = example(codes.clone(), 450);
        let cut = example(codes[100..800].to_vec(), 350);
        let other = example(codes.clone(), 451);
        let scores = bundled.scores(&[whole, cut, other]).unwrap();
        assert_eq!(scores[0], scores[1]);
        assert_ne!(scores[0], scores[2]);
        let blind = Rival {
            context: false,
            ..rival.clone()
        };
        let mut blind = Bundled::new(&blind, 101).unwrap();
        let within = example(codes[400..501].to_vec(), 50);
        let whole = example(codes, 450);
        let scores = blind.scores(&[whole, within]).unwrap();
        assert_eq!(scores[0], scores[1]);
        let wrong = Rival {
            label: "promoter".into(),
            ..rival
        };
        assert!(Bundled::new(&wrong, 101).is_err());
    }
}
