//! The course report's last network: the baseline's convolutions, flattened, and a dense layer.

use serde::{Deserialize, Serialize};

use crate::net::arch::genomic_basic::blocks;
use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenomicFinal {
    pub channels: Vec<usize>,
    pub kernel: usize,
    pub dropout: f64,
    /// The mean over the window instead of all of it: for rows of many lengths.
    #[serde(default)]
    pub mean: bool,
    pub dense: usize,
}

impl GenomicFinal {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let x = blocks(graph, &self.channels, self.kernel);
        let x = graph.dropout(x, self.dropout);
        let x = if self.mean {
            graph.global_mean(x)
        } else {
            graph.flatten(x)
        };
        let x = graph.conv(x, self.dense, Conv::of(1, Act::Relu));
        graph.conv(x, heads, Conv::of(1, Act::None));
    }
}
