//! The student report's best network: Inception blocks of kernels 3 and 5 with batch norm, swish
//! and max pooling, then an attention gate, or squeeze and excite in its place, and the mean.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExonEnhanced {
    /// Channels of each block, half from each kernel.
    pub channels: Vec<usize>,
    pub gate: Gate,
    /// A shortcut around each block.
    #[serde(default)]
    pub residual: bool,
    /// Dilation of each block; 1 where none is given.
    #[serde(default)]
    pub dilations: Vec<usize>,
    pub dense: usize,
    pub dropout: f64,
    /// Adds what a window is made of: the share of each base, and of pairs that it learns to count
    /// (CpG among them).
    #[serde(default)]
    pub composition: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Each base's channels through a sigmoid of themselves.
    Attention,
    SqueezeExcite,
    /// Self-attention of four heads behind the convolutions.
    Transformer,
}

/// Channels for each number of the squeezed layer.
const SQUEEZE: usize = 8;
/// Kinds of pairs of bases that are counted.
const PAIRS: usize = 4;

impl ExonEnhanced {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let mut x = 0;
        for (i, &channels) in self.channels.iter().enumerate() {
            let dilation = self.dilations.get(i).copied().unwrap_or(1);
            let branch = |kernel| {
                Conv::of(kernel, Act::Swish)
                    .dilated(dilation)
                    .normed()
                    .same()
            };
            let narrow = graph.conv(x, channels / 2, branch(3));
            let wide = graph.conv(x, channels - channels / 2, branch(5));
            let mut both = graph.concat(&[narrow, wide]);
            if self.residual {
                let shortcut = graph.conv(x, channels, Conv::of(1, Act::None));
                both = graph.add(shortcut, both, Act::None);
            }
            x = graph.max_pool(both, 2);
        }
        let channels = graph.nodes[x].channels;
        let gated = match self.gate {
            Gate::Attention => graph.gate(x),
            Gate::SqueezeExcite => graph.squeeze_excite(x, channels / SQUEEZE),
            Gate::Transformer => {
                let attended = graph.attention(x, 4, channels / 4);
                graph.add(x, attended, Act::None)
            }
        };
        let mut mean = graph.global_mean(gated);
        if self.composition {
            let shares = graph.global_mean(0);
            let pairs = graph.conv(0, PAIRS, Conv::of(2, Act::Relu));
            let pairs = graph.global_mean(pairs);
            mean = graph.concat(&[mean, shares, pairs]);
        }
        let dense = graph.conv(mean, self.dense, Conv::of(1, Act::Swish));
        let dropped = graph.dropout(dense, self.dropout);
        graph.conv(dropped, heads, Conv::of(1, Act::None));
    }
}
