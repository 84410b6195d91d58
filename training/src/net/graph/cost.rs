//! What a network costs: its arithmetic, and its trained parameters.

use super::{Graph, Node, Op};

impl Graph {
    /// Multiply-adds times two, a base and strand (dense) or a window; batch norm folded,
    /// activations not counted.
    pub fn flops(&self) -> usize {
        self.nodes
            .iter()
            .map(|node| 2 * self.multiplications(node) * node.length.unwrap_or(1) / node.step)
            .sum()
    }

    /// Weights without biases, which is also what is multiplied at each base.
    fn multiplications(&self, node: &Node) -> usize {
        let channels = |at: usize| self.nodes[at].channels;
        match node.op {
            Op::Conv {
                from,
                kernel,
                groups,
                ..
            } => channels(from) / groups * node.channels * kernel,
            Op::Gate { from } => channels(from) * (node.channels + 1),
            Op::Mean { width, .. } => node.channels * width,
            Op::Motif { ref motifs, .. } => 8 * motifs.iter().flatten().count(),
            // The sums are made by doubling.
            Op::Words { window, .. } => 2 * (node.channels + 1) * window.ilog2() as usize,
            Op::Attention { heads, width, .. } => {
                4 * node.channels * heads * width + 2 * node.length.unwrap_or(1) * heads * width
            }
            Op::Lstm { from, units } => 8 * units * (channels(from) + units),
            _ => 0,
        }
    }

    /// Trained parameters, batch norm's scale and shift among them.
    pub fn parameters(&self) -> usize {
        let one = |node: &Node| {
            let channels = node.channels;
            match node.op {
                Op::Conv { norm, .. } => {
                    self.multiplications(node) + channels * if norm { 2 } else { 1 }
                }
                Op::Gate { .. } => channels * (channels + 1),
                Op::Norm { .. } => 2 * channels,
                Op::Append { .. } => channels,
                Op::Attention { heads, width, .. } => {
                    4 * channels * heads * width + 3 * heads * width + channels
                }
                // Two biases, as libtorch has them.
                Op::Lstm { from, units } => 8 * units * (self.nodes[from].channels + units + 2),
                // Query, key and value of a word's vector, the token, and the heads.
                Op::Words { width, .. } => 3 * width * (width + 1) + width + channels * (width + 1),
                _ => 0,
            }
        };
        self.nodes.iter().map(one).sum()
    }
}

#[cfg(test)]
mod tests {
    use crate::net::graph::{Act, Conv, Graph};

    #[test]
    fn dense_arithmetic_is_counted_a_base() {
        let mut graph = Graph::default();
        let a = graph.conv(0, 8, Conv::of(11, Act::Relu).normed());
        let b = graph.conv(a, 8, Conv::of(5, Act::Relu).dilated(4).normed());
        graph.add(a, b, Act::None);
        assert_eq!(graph.flops(), 2 * (4 * 8 * 11 + 8 * 8 * 5));
        assert_eq!(graph.parameters(), 4 * 8 * 11 + 8 * 8 * 5 + 32);
    }

    #[test]
    fn window_arithmetic_is_counted_a_window() {
        let mut graph = Graph::over(10);
        let x = graph.conv(0, 6, Conv::of(3, Act::Relu));
        let x = graph.lstm(x, 2);
        graph.flatten(x);
        // Both directions: four gates of 2 units, from 6 inputs and 2 of their own.
        assert_eq!(graph.flops(), 2 * 8 * (4 * 6 * 3 + 2 * 4 * 2 * (6 + 2)));
        assert_eq!(graph.parameters(), 4 * 6 * 3 + 6 + 2 * 4 * 2 * (6 + 2 + 2));
    }
}
