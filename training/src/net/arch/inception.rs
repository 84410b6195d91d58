//! The seed's best made dense: parallel kernels 3 and 5, batch norm, swish, a gate, mean pooling.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inception {
    /// Channels of each block, half from each kernel.
    pub channels: Vec<usize>,
    /// Dilation of each block (it replaces the poolings before it).
    pub dilations: Vec<usize>,
    /// Bases of the sliding mean that the dense layer takes in addition to the base itself.
    pub pool: usize,
    pub dense: usize,
}

impl Inception {
    pub fn build(&self, graph: &mut Graph) -> usize {
        let mut x = 0;
        for (&channels, &dilation) in self.channels.iter().zip(&self.dilations) {
            let branch = |kernel| Conv::of(kernel, Act::Swish).dilated(dilation).normed();
            let narrow = graph.conv(x, channels / 2, branch(3));
            let wide = graph.conv(x, channels - channels / 2, branch(5));
            x = graph.concat(&[narrow, wide]);
        }
        let gated = graph.gate(x);
        let pooled = graph.mean(gated, self.pool);
        let both = graph.concat(&[gated, pooled]);
        let dense = Conv::of(1, Act::Swish).normed();
        graph.conv(both, self.dense, dense)
    }
}
