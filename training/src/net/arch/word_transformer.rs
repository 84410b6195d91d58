//! Attention over words (k-mers) with what the course project left open: several heads, the places
//! of the words, convolutions before the attention, and the mean in place of the token.

use serde::{Deserialize, Serialize};

use crate::net::arch::word_attention::WIDTH;
use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordTransformer {
    /// Bases of a word, 3 to 8.
    pub k: usize,
    /// The run whose word vectors are looked up; they are not trained further.
    pub vectors: String,
    /// Kernel of a convolution over the vectors, which keeps every second place of its output.
    #[serde(default)]
    pub convolution: Option<usize>,
    /// Whether the words are told their places.
    #[serde(default)]
    pub places: bool,
    pub heads: usize,
    pub pool: Pool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// What a learned token behind the words attends to.
    Token,
    Mean,
}

impl WordTransformer {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let mut x = graph.lookup(self.k, WIDTH);
        if let Some(kernel) = self.convolution {
            x = graph.conv(x, WIDTH, Conv::of(kernel, Act::Relu).same());
            x = graph.max_pool(x, 2);
        }
        if self.places {
            x = graph.places(x);
        }
        if self.pool == Pool::Token {
            x = graph.append(x);
        }
        let attended = graph.attention(x, self.heads, WIDTH / self.heads);
        let x = match self.pool {
            Pool::Token => graph.last(attended),
            Pool::Mean => graph.global_mean(attended),
        };
        graph.conv(x, heads, Conv::of(1, Act::None));
    }
}
