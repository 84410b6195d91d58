//! One description of a network, from which come the tch forward pass (`network.rs`), the ONNX
//! graph (`onnx.rs`), the parameter count and the arithmetic a base.
//!
//! All networks here are dense: valid convolutions along the sequence, so that output `t` is the
//! score of the window that starts at base `t`.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    None,
    Relu,
    Swish,
}

#[derive(Debug, Clone)]
pub enum Op {
    /// One-hot bases, `[N, 4, L]`.
    Bases,
    /// Convolution, then batch norm or bias, then the activation.
    Conv {
        from: usize,
        kernel: usize,
        dilation: usize,
        groups: usize,
        norm: bool,
        act: Act,
    },
    /// Sum of two nodes of the same width, aligned base to base, then the activation.
    Add {
        a: usize,
        b: usize,
        act: Act,
    },
    Concat {
        parts: Vec<usize>,
    },
    /// `x · sigmoid(W x)`, W a 1x1 convolution.
    Gate {
        from: usize,
    },
    /// Mean over a sliding window of `width` bases.
    Mean {
        from: usize,
        width: usize,
    },
    /// `-penalty` where the bases just before the anchor are not `motif`, else 0; not trained.
    Motif {
        motif: Vec<u8>,
        penalty: f32,
    },
}

#[derive(Debug, Clone)]
pub struct Node {
    pub op: Op,
    pub channels: usize,
    /// Bases that the node needs before and behind the one it describes.
    pub left: usize,
    pub right: usize,
}

/// A network; its last node is the output, one channel a head, the shipped labels first.
#[derive(Debug, Clone)]
pub struct Graph {
    pub nodes: Vec<Node>,
}

impl Default for Graph {
    fn default() -> Self {
        Graph {
            nodes: vec![Node {
                op: Op::Bases,
                channels: 4,
                left: 0,
                right: 0,
            }],
        }
    }
}

pub struct Conv {
    pub kernel: usize,
    pub dilation: usize,
    pub groups: usize,
    pub norm: bool,
    pub act: Act,
}

impl Graph {
    fn push(&mut self, op: Op, channels: usize, left: usize, right: usize) -> usize {
        self.nodes.push(Node {
            op,
            channels,
            left,
            right,
        });
        self.nodes.len() - 1
    }

    pub fn conv(&mut self, from: usize, channels: usize, conv: Conv) -> usize {
        let Conv {
            kernel,
            dilation,
            groups,
            norm,
            act,
        } = conv;
        let reach = dilation * (kernel - 1);
        let node = &self.nodes[from];
        let (left, right) = (node.left + reach / 2, node.right + reach - reach / 2);
        self.push(
            Op::Conv {
                from,
                kernel,
                dilation,
                groups,
                norm,
                act,
            },
            channels,
            left,
            right,
        )
    }

    pub fn add(&mut self, a: usize, b: usize, act: Act) -> usize {
        let (left, right) = self.reach(&[a, b]);
        self.push(Op::Add { a, b, act }, self.nodes[a].channels, left, right)
    }

    pub fn concat(&mut self, parts: &[usize]) -> usize {
        let (left, right) = self.reach(parts);
        let channels = parts.iter().map(|&p| self.nodes[p].channels).sum();
        self.push(
            Op::Concat {
                parts: parts.to_vec(),
            },
            channels,
            left,
            right,
        )
    }

    pub fn gate(&mut self, from: usize) -> usize {
        let Node {
            channels,
            left,
            right,
            ..
        } = self.nodes[from];
        self.push(Op::Gate { from }, channels, left, right)
    }

    pub fn mean(&mut self, from: usize, width: usize) -> usize {
        let node = &self.nodes[from];
        let (channels, left) = (node.channels, node.left + (width - 1) / 2);
        let right = node.right + width - 1 - (width - 1) / 2;
        self.push(Op::Mean { from, width }, channels, left, right)
    }

    pub fn motif(&mut self, motif: &[u8], penalty: f32, channels: usize) -> usize {
        self.push(
            Op::Motif {
                motif: motif.to_vec(),
                penalty,
            },
            channels,
            motif.len(),
            0,
        )
    }

    fn reach(&self, parts: &[usize]) -> (usize, usize) {
        let most = |side: fn(&Node) -> usize| {
            parts
                .iter()
                .map(|&p| side(&self.nodes[p]))
                .max()
                .unwrap_or(0)
        };
        (most(|n| n.left), most(|n| n.right))
    }

    pub fn output(&self) -> &Node {
        self.nodes.last().expect("a graph has its input at least")
    }

    /// Bases of a window.
    pub fn window(&self) -> usize {
        self.output().left + self.output().right + 1
    }

    /// The base of the window that the score is about.
    pub fn anchor(&self) -> usize {
        self.output().left
    }

    /// Multiply-adds times two, a base and strand; batch norm folded, activations not counted.
    pub fn flops(&self) -> usize {
        self.nodes
            .iter()
            .map(|node| 2 * self.multiplications(node))
            .sum()
    }

    fn multiplications(&self, node: &Node) -> usize {
        match node.op {
            Op::Conv {
                from,
                kernel,
                groups,
                ..
            } => self.nodes[from].channels / groups * node.channels * kernel,
            Op::Gate { from } => self.nodes[from].channels * (node.channels + 1),
            Op::Mean { width, .. } => node.channels * width,
            Op::Motif { ref motif, .. } => 4 * motif.len(),
            Op::Bases | Op::Add { .. } | Op::Concat { .. } => 0,
        }
    }

    /// Trained parameters, batch norm's scale and shift among them.
    pub fn parameters(&self) -> usize {
        let one = |node: &Node| match node.op {
            Op::Conv { norm, .. } => {
                self.multiplications(node) + node.channels * if norm { 2 } else { 1 }
            }
            Op::Gate { .. } => node.channels * (node.channels + 1),
            _ => 0,
        };
        self.nodes.iter().map(one).sum()
    }
}

/// `[channels, 4, motif]`: counts the motif's bases on the first channel, nothing on the others.
pub fn motif_kernel(motif: &[u8], channels: usize) -> Vec<f32> {
    let mut kernel = vec![0.0; channels * 4 * motif.len()];
    for (i, &base) in motif.iter().enumerate() {
        kernel[base as usize * motif.len() + i] = 1.0;
    }
    kernel
}

/// Shift that leaves 1 of a full match and less than or equal to 0 of anything else, per channel;
/// channels without the motif always pass.
pub fn motif_shift(motif: &[u8], channels: usize) -> Vec<f32> {
    (0..channels)
        .map(|c| {
            if c == 0 {
                1.0 - motif.len() as f32
            } else {
                1.0
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_context_and_its_base() {
        let mut graph = Graph::default();
        let conv = |kernel, dilation| Conv {
            kernel,
            dilation,
            groups: 1,
            norm: true,
            act: Act::Relu,
        };
        let a = graph.conv(0, 8, conv(11, 1));
        let b = graph.conv(a, 8, conv(5, 4));
        graph.add(a, b, Act::None);
        assert_eq!((graph.window(), graph.anchor()), (27, 13));
        assert_eq!(graph.flops(), 2 * (4 * 8 * 11 + 8 * 8 * 5));
        assert_eq!(graph.parameters(), 4 * 8 * 11 + 8 * 8 * 5 + 32);
    }
}
