//! The course project's self-attention over words (k-mers): each word's vector is looked up, a
//! learned token is appended, and the output of its attention goes to a linear head.
//!
//! No word knows its place. So the token's query q is the same for every window, and a word w
//! counts by two numbers for a head h: `exp(q·k(w))` and `exp(q·k(w)) · h(v(w))`. The score of a
//! window is a ratio of their sums, which slide: exported, the network is dense.

use serde::{Deserialize, Serialize};

use crate::net::graph::Graph;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordAttention {
    /// Bases of a word, 3 to 8.
    pub k: usize,
    /// The run whose word vectors are looked up; they are not trained further.
    pub vectors: String,
}

/// Numbers of a word's vector.
pub const WIDTH: usize = 100;

impl WordAttention {
    pub fn graph(&self, length: usize, heads: usize) -> Graph {
        let mut graph = Graph::default();
        graph.words(self.k, WIDTH, length, heads);
        graph
    }
}
