//! The course report's baseline: three convolutions with batch norm behind the activation, max
//! pooling, dropout and the mean over the window.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenomicBasic {
    pub channels: Vec<usize>,
    pub kernel: usize,
    pub dropout: f64,
    /// Batch norm before the activation instead of behind it.
    #[serde(default)]
    pub norm_first: bool,
}

impl GenomicBasic {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let x = blocks(graph, &self.channels, self.kernel, self.norm_first);
        let x = graph.dropout(x, self.dropout);
        let x = graph.global_mean(x);
        graph.conv(x, heads, Conv::of(1, Act::None));
    }
}

/// Convolution, ReLU, batch norm and max pooling, once for each of `channels`.
pub fn blocks(graph: &mut Graph, channels: &[usize], kernel: usize, norm_first: bool) -> usize {
    channels.iter().fold(0, |x, &channels| {
        let conv = Conv::of(kernel, Act::Relu);
        let x = if norm_first {
            graph.conv(x, channels, conv.normed())
        } else {
            let x = graph.conv(x, channels, conv);
            graph.norm(x)
        };
        graph.max_pool(x, 2)
    })
}
