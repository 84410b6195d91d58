//! One description of a network, from which come the tch forward pass (`network/`), the ONNX
//! graph (`onnx/`), the diagram, the parameter count and the arithmetic a base.
//!
//! Every value is `[N, channels, T]`; a vector has T = 1. A **dense** graph is made of valid
//! convolutions and poolings: its output `t` is the score of the window that starts at base
//! `t · step`. A **window** graph has a fixed length and may hold what looks at a window as a
//! whole.

mod build;
mod cost;
mod layer;
mod motif;

pub use layer::{Act, Conv};
pub use motif::{Motif, motif_kernel, motif_reach, motif_shift};

/// What a model file calls the value of node `at`.
pub fn node_name(at: usize) -> String {
    format!("n{at:02}")
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
        /// Zeros around the sequence, so that its length stays; window graphs only.
        same: bool,
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
    /// `-penalty` where a head's motif does not stand around the base, else 0; not trained.
    Motif {
        /// One a head; heads without a motif always pass.
        motifs: Vec<Option<Motif>>,
        penalty: f32,
    },
    /// Two numbers a word of `k` bases for every head, summed over the window: attention of a
    /// learned query over words without their positions. See `arch/word_attention.rs`.
    Words {
        k: usize,
        /// Numbers of a word's vector.
        width: usize,
        window: usize,
    },
    /// The bases of the other strand, `[N, 4, L]`. Window graphs, as all below but `Rescale`,
    /// `MaxPool` and `Dropout`.
    Turned,
    /// The vector of the word of `k` bases that begins at each place; looked up, not trained.
    Lookup {
        k: usize,
        width: usize,
    },
    /// Adds what tells one place from another: [`waves`].
    Places {
        from: usize,
    },
    /// A learned token behind the last place.
    Append {
        from: usize,
    },
    /// The last place alone.
    Last {
        from: usize,
    },
    /// Mean of `width` neighbours, every `width`-th place; a rest is left out.
    MeanPool {
        from: usize,
        width: usize,
    },
    /// `factor · x + shift`: a standardised value in its own units; fitted, not trained.
    Rescale {
        from: usize,
    },
    /// Largest of `width` neighbours, every `width`-th place; a rest is left out.
    MaxPool {
        from: usize,
        width: usize,
    },
    /// Zeroes a share of the numbers in training, and nothing else.
    Dropout {
        from: usize,
        share: f64,
    },
    /// Batch norm behind the activation, where it cannot be folded.
    Norm {
        from: usize,
    },
    GlobalMax {
        from: usize,
    },
    GlobalMean {
        from: usize,
    },
    /// Each channel times the number that `by` (T = 1) has for it.
    Scale {
        from: usize,
        by: usize,
    },
    /// `[N, C, T]` as `[N, C·T, 1]`.
    Flatten {
        from: usize,
    },
    /// Multi-head self-attention, scaled by the root of `width`, the numbers of a head.
    Attention {
        from: usize,
        heads: usize,
        width: usize,
    },
    /// Both directions of an LSTM: `2 · units` channels.
    Lstm {
        from: usize,
        units: usize,
    },
}

/// Sines and cosines of each place, `[channels, length]` row by row (Vaswani et al.,
/// arXiv:1706.03762, 3.5).
pub fn waves(channels: usize, length: usize) -> Vec<f32> {
    let wave = |channel: usize, place: usize| {
        let exponent = (channel / 2 * 2) as f64 / channels as f64;
        let angle = place as f64 / 10_000f64.powf(exponent);
        let value = if channel.is_multiple_of(2) {
            angle.sin()
        } else {
            angle.cos()
        };
        value as f32
    };
    let row = |channel: usize| (0..length).map(move |place| wave(channel, place));
    (0..channels).flat_map(row).collect()
}

#[derive(Debug, Clone)]
pub struct Node {
    pub op: Op,
    pub channels: usize,
    /// Bases that the node needs before and behind the one it describes; 0 in window graphs.
    pub left: usize,
    pub right: usize,
    /// Bases between one place and the next; 1 in window graphs.
    pub step: usize,
    /// T in a window graph; none in a dense one.
    pub length: Option<usize>,
}

/// A network; its last node is the output, one channel a head, the shipped labels first.
#[derive(Debug, Clone)]
pub struct Graph {
    pub nodes: Vec<Node>,
}

impl Graph {
    pub fn output(&self) -> &Node {
        self.nodes.last().expect("a graph has its input at least")
    }

    pub fn is_dense(&self) -> bool {
        self.nodes[0].length.is_none()
    }

    /// Bases of a window.
    pub fn window(&self) -> usize {
        self.nodes[0]
            .length
            .unwrap_or(self.output().left + self.output().right + 1)
    }

    /// Bases between one window and the next.
    pub fn step(&self) -> usize {
        self.output().step
    }

    /// Places of node `part` that lie before and behind what node `to` can use.
    pub fn beyond(&self, part: usize, to: &Node) -> [usize; 2] {
        let node = &self.nodes[part];
        [to.left - node.left, to.right - node.right].map(|bases| {
            assert!(bases.is_multiple_of(node.step), "places do not meet");
            bases / node.step
        })
    }

    /// The base of the window that the score is about.
    pub fn anchor(&self) -> usize {
        self.nodes[0]
            .length
            .map_or(self.output().left, |length| length / 2)
    }
}
