//! The student report's shallow multi-head attention: a convolution to embed the bases, one
//! attention with a shortcut, and the mean over the window.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExonAttention {
    pub channels: usize,
    pub kernel: usize,
    /// Pooling before the attention, whose cost grows with the square of the length.
    pub pool: usize,
    pub heads: usize,
    /// Numbers of a head.
    pub width: usize,
    pub dense: usize,
}

impl ExonAttention {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let embedded = graph.conv(0, self.channels, Conv::of(self.kernel, Act::Relu).same());
        let pooled = graph.max_pool(embedded, self.pool);
        let attended = graph.attention(pooled, self.heads, self.width);
        let both = graph.add(pooled, attended, Act::None);
        let normed = graph.norm(both);
        let mean = graph.global_mean(normed);
        let dense = graph.conv(mean, self.dense, Conv::of(1, Act::Relu));
        graph.conv(dense, heads, Conv::of(1, Act::None));
    }
}
