//! The course report's last network: the baseline's convolutions, the mean over the window, and a
//! dense layer.

use serde::{Deserialize, Serialize};

use crate::net::arch::genomic_basic::blocks;
use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenomicFinal {
    pub channels: Vec<usize>,
    pub kernel: usize,
    /// All of the window behind a dropout of this share, instead of its mean: not as published.
    #[serde(default)]
    pub flat: Option<f64>,
    pub dense: usize,
}

impl GenomicFinal {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let x = blocks(graph, &self.channels, self.kernel, false);
        let x = match self.flat {
            None => graph.global_mean(x),
            Some(dropout) => {
                let x = graph.dropout(x, dropout);
                graph.flatten(x)
            }
        };
        let x = graph.conv(x, self.dense, Conv::of(1, Act::Relu));
        graph.conv(x, heads, Conv::of(1, Act::None));
    }
}
