//! The student report's first network: two convolutions, max pooling, global max pooling.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExonSimple {
    pub channels: [usize; 2],
    pub kernel: usize,
}

impl ExonSimple {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let [first, second] = self.channels;
        let x = graph.conv(0, first, Conv::of(self.kernel, Act::Relu));
        let x = graph.max_pool(x, 2);
        let x = graph.conv(x, second, Conv::of(self.kernel, Act::Relu));
        let x = graph.global_max(x);
        graph.conv(x, heads, Conv::of(1, Act::None));
    }
}
