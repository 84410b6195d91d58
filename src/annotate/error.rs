//! Errors of the library.

use std::io;

use crate::model::ModelError;

/// Why sequence cannot be annotated. Each message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A model file cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A model's graph cannot be run.
    #[error("model {model}: {reason}")]
    Engine {
        /// Name of the model.
        model: String,
        /// Why it cannot be run.
        reason: String,
    },
    /// An option does not suit a model, or another option.
    #[error("{option}: {reason}")]
    Option {
        /// Name of the builder's method.
        option: &'static str,
        /// Why its value is refused.
        reason: String,
    },
    /// A letter that is not a nucleotide.
    #[error("{:?} at base {} is not a nucleotide", char::from(*.letter), .position + 1)]
    Letter {
        /// The letter.
        letter: u8,
        /// Bases before it.
        position: usize,
    },
    /// Input that cannot be read; the message names record and line.
    #[error("{0}")]
    Input(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A model does not give a finite number for each window.
    #[error("{0}")]
    Scoring(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The error of the caller's function.
    #[error(transparent)]
    Taken(io::Error),
}

impl Error {
    pub(super) fn input(error: anyhow::Error) -> Self {
        Self::Input(error.into_boxed_dyn_error())
    }

    pub(super) fn scoring(error: anyhow::Error) -> Self {
        Self::Scoring(error.into_boxed_dyn_error())
    }
}
