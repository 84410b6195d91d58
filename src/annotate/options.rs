//! Options of an annotator.

use super::{Annotator, Error};
use crate::call::Threshold;
use crate::engine::{EngineChoice, engine_of_choice};
use crate::model::{CallShape, Contract, Model, Output};
use crate::pipeline::{LoadedModel, ScoredLabel, Scoring};
use crate::sequence::StrandChoice;
use crate::value::Quantity;
use crate::window::Softmask;

/// Options of an [`Annotator`]. The defaults are those that the models state.
#[derive(Default)]
pub struct Builder {
    models: Vec<Model>,
    strand: Option<StrandChoice>,
    min_score: Option<f32>,
    merge_distance: Option<usize>,
    min_length: usize,
    max_unknown: u32,
    skip_soft_masked: bool,
    stride: Option<usize>,
    threads: Option<usize>,
}

impl Builder {
    /// Adds a model; there is at least one.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.models.push(model);
        self
    }

    /// Strands to score with stranded models. Default: both.
    #[must_use]
    pub fn strand(mut self, strand: StrandChoice) -> Self {
        self.strand = Some(strand);
        self
    }

    /// Least value of a call or a score: a probability from 0 to 1, or the value of a model that
    /// predicts one. Default: for calls what each model states, for scores none.
    #[must_use]
    pub fn min_score(mut self, least: f32) -> Self {
        self.min_score = Some(least);
        self
    }

    /// Bases within which windows become one call of a region model. Default: the distance that
    /// each model states.
    #[must_use]
    pub fn merge_distance(mut self, bases: usize) -> Self {
        self.merge_distance = Some(bases);
        self
    }

    /// Least bases of a call of a region model. Default: 0.
    #[must_use]
    pub fn min_length(mut self, bases: usize) -> Self {
        self.min_length = bases;
        self
    }

    /// Unknown bases (N and other ambiguity codes) allowed in a window. Default: 0.
    #[must_use]
    pub fn max_unknown(mut self, bases: u32) -> Self {
        self.max_unknown = bases;
        self
    }

    /// Leaves out windows that report on a lower-case base. Default: no.
    #[must_use]
    pub fn skip_soft_masked(mut self, skip: bool) -> Self {
        self.skip_soft_masked = skip;
        self
    }

    /// Bases between windows, a multiple of each model's step. Default: each model's step.
    #[must_use]
    pub fn stride(mut self, bases: usize) -> Self {
        self.stride = Some(bases);
        self
    }

    /// Threads that score. Default: 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Prepares the models.
    ///
    /// # Errors
    ///
    /// [`Error::Option`] if there is no model or an option does not suit it, [`Error::Engine`] if
    /// a model's graph cannot be run.
    ///
    /// ```
    /// use windrow::{Annotator, Error};
    ///
    /// let refused = Annotator::builder().build();
    /// assert!(matches!(refused, Err(Error::Option { option: "model", .. })));
    /// ```
    pub fn build(self) -> Result<Annotator, Error> {
        if self.models.is_empty() {
            return Err(refused("model", "there is none".to_owned()));
        }
        for model in &self.models {
            self.check(&model.contract)?;
        }
        let calls = Scoring {
            strand: self.strand.unwrap_or(StrandChoice::Both),
            quantity: Quantity::Probability,
            raw: false,
            top: None,
            merge_distance: self.merge_distance,
            min_length: self.min_length,
            max_n: self.max_unknown,
            softmask: if self.skip_soft_masked {
                Softmask::Skip
            } else {
                Softmask::Score
            },
        };
        let scores = Scoring {
            raw: true,
            ..calls.clone()
        };
        let ready = |model: Model| {
            let stride = self.stride.unwrap_or(model.contract.step);
            let engine = engine_of_choice(&model, stride, EngineChoice::Auto);
            let threshold = self.min_score.map(Threshold::Score);
            let labels = 0..model.contract.labels.len();
            match engine {
                Ok(engine) => Ok(LoadedModel {
                    model,
                    engine,
                    stride,
                    heads: labels
                        .map(|label| ScoredLabel { label, threshold })
                        .collect(),
                }),
                Err(error) => Err(Error::Engine {
                    model: model.contract.name,
                    reason: format!("{error:#}"),
                }),
            }
        };
        Ok(Annotator {
            models: self
                .models
                .into_iter()
                .map(ready)
                .collect::<Result<_, _>>()?,
            calls,
            scores,
            threads: self.threads.unwrap_or(1),
        })
    }

    fn check(&self, contract: &Contract) -> Result<(), Error> {
        let Contract { name, step, .. } = contract;
        if let Some(stride) = self.stride {
            if stride == 0 || !stride.is_multiple_of(*step) {
                let reason = format!("{stride} is not a multiple of {step}, the step of {name}");
                return Err(refused("stride", reason));
            }
            if stride > *step && contract.calls == CallShape::Point {
                let reason = format!(
                    "{stride} is more than {step}, the step of {name}: calls \
                                      would be lost"
                );
                return Err(refused("stride", reason));
            }
        }
        match self.min_score {
            Some(least) if contract.output == Output::Logit && !(0.0..=1.0).contains(&least) => {
                let reason = format!("{least} is not a probability from 0 to 1");
                Err(refused("min_score", reason))
            }
            Some(least) if !least.is_finite() => {
                Err(refused("min_score", format!("{least} is not a number")))
            }
            _ => Ok(()),
        }
    }
}

fn refused(option: &'static str, reason: String) -> Error {
    Error::Option { option, reason }
}
