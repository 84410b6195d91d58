//! What a card says of a model beside its contract and its figures.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What the model is for, in a sentence.
    pub intended: String,
    /// When, and on what kind of machine.
    pub made: String,
    /// What to cite: the sources that the model rests on most.
    pub cite: Vec<String>,
}
