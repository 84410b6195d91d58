//! The binding-site network of IBIS 2024's second place: a stem of parallel convolutions, then
//! separable blocks with squeeze and excite as in MobileNetV3 (Howard et al., arXiv:1905.02244);
//! convolutions alone, and 3,402 trained parameters.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ibis {
    /// Kernels of the stem's parallel convolutions, and the channels of each.
    pub stem: Vec<usize>,
    pub stem_channels: usize,
    pub blocks: Vec<Block>,
    /// Numbers that a base becomes before the stem; none: one-hot.
    #[serde(default)]
    pub embedding: Option<usize>,
    /// Units of an LSTM behind the blocks, each way.
    #[serde(default)]
    pub lstm: Option<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub expanded: usize,
    pub kernel: usize,
    pub squeezed: usize,
    pub channels: usize,
}

impl Ibis {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let bases = match self.embedding {
            None => 0,
            Some(numbers) => graph.conv(0, numbers, Conv::of(1, Act::None)),
        };
        let convolution = |graph: &mut Graph, &kernel: &usize| {
            let stem = Conv::of(kernel, Act::HardSwish).normed().same();
            graph.conv(bases, self.stem_channels, stem)
        };
        let stems: Vec<usize> = self.stem.iter().map(|k| convolution(graph, k)).collect();
        let mut x = graph.concat(&stems);
        for block in &self.blocks {
            let point = |act| Conv::of(1, act).normed();
            let wide = graph.conv(x, block.expanded, point(Act::HardSwish));
            let depthwise = Conv::of(block.kernel, Act::HardSwish)
                .grouped(block.expanded)
                .normed()
                .same();
            let deep = graph.conv(wide, block.expanded, depthwise);
            let excited = graph.squeeze_excite(deep, block.squeezed);
            let narrow = graph.conv(excited, block.channels, point(Act::None));
            x = if graph.nodes[x].channels == block.channels {
                graph.add(x, narrow, Act::None)
            } else {
                narrow
            };
        }
        if let Some(units) = self.lstm {
            x = graph.lstm(x, units);
        }
        let scores = graph.conv(x, heads, Conv::of(1, Act::None));
        graph.global_max(scores);
    }
}

#[cfg(test)]
mod tests {
    use crate::recipe::tests::shipped_graph;

    #[test]
    fn has_the_published_number_of_parameters() {
        assert_eq!(shipped_graph("ibis.toml:cebpa-35").parameters(), 3_402);
    }
}
