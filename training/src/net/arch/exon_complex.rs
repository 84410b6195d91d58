//! The student report's third network: convolutions of growing size, batch norm after each.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExonComplex {
    pub channels: [usize; 3],
    pub kernels: [usize; 3],
    pub dense: usize,
}

impl ExonComplex {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let mut x = 0;
        for (channels, kernel) in self.channels.into_iter().zip(self.kernels) {
            x = graph.conv(x, channels, Conv::of(kernel, Act::Relu).same());
            x = graph.norm(x);
            x = graph.max_pool(x, 2);
        }
        let x = graph.global_max(x);
        let x = graph.conv(x, self.dense, Conv::of(1, Act::Relu));
        graph.conv(x, heads, Conv::of(1, Act::None));
    }
}
