//! One description of a network, from which come the tch forward pass (`network/`), the ONNX
//! graph (`onnx/`), the diagram, the parameter count and the arithmetic a base.
//!
//! Every value is `[N, channels, T]`; a vector has T = 1. A **dense** graph is made of valid
//! convolutions and poolings: its output `t` is the score of the window that starts at base
//! `t · step`. A **window** graph has a fixed length and may hold what looks at a window as a whole.

mod cost;

/// What a model file calls the value of node `at`.
pub fn node_name(at: usize) -> String {
    format!("n{at:02}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    None,
    Relu,
    Swish,
    Sigmoid,
    HardSwish,
}

/// Bases that must stand before or behind the one that a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Motif {
    /// Each base's place, counted from the scored one, and the codes allowed there.
    pub bases: [(i32, &'static [u8]); 2],
}

impl Motif {
    /// AG before the first base of an exon.
    pub const ACCEPTOR: Motif = Motif {
        bases: [(-2, &[0]), (-1, &[2])],
    };
    /// GT or GC behind the last base of an exon.
    pub const DONOR: Motif = Motif {
        bases: [(1, &[2]), (2, &[1, 3])],
    };

    /// Whether it stands around base `at` of `codes`.
    pub fn stands(&self, codes: &[u8], at: usize) -> bool {
        self.bases.iter().all(|&(offset, allowed)| {
            let place = at.checked_add_signed(offset as isize);
            let code = place.and_then(|place| codes.get(place));
            code.is_some_and(|code| allowed.contains(code))
        })
    }
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
    /// Batch norm behind the activation, where it cannot be folded. Window graphs, as all below.
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

impl Default for Graph {
    fn default() -> Self {
        Graph::with_length(None)
    }
}

#[derive(Clone, Copy)]
pub struct Conv {
    pub kernel: usize,
    pub dilation: usize,
    pub groups: usize,
    pub norm: bool,
    pub act: Act,
    pub same: bool,
}

impl Conv {
    /// A plain convolution with a bias.
    pub fn of(kernel: usize, act: Act) -> Conv {
        Conv {
            kernel,
            dilation: 1,
            groups: 1,
            norm: false,
            act,
            same: false,
        }
    }

    pub fn dilated(self, dilation: usize) -> Conv {
        Conv { dilation, ..self }
    }

    pub fn grouped(self, groups: usize) -> Conv {
        Conv { groups, ..self }
    }

    pub fn normed(self) -> Conv {
        Conv { norm: true, ..self }
    }

    pub fn same(self) -> Conv {
        Conv { same: true, ..self }
    }
}

impl Graph {
    fn with_length(length: Option<usize>) -> Graph {
        let bases = Node {
            op: Op::Bases,
            channels: 4,
            left: 0,
            right: 0,
            step: 1,
            length,
        };
        Graph { nodes: vec![bases] }
    }

    /// An empty window graph over `length` bases.
    pub fn over(length: usize) -> Graph {
        Graph::with_length(Some(length))
    }

    fn push(&mut self, op: Op, channels: usize, left: usize, right: usize) -> usize {
        let length = self.nodes[0].length;
        self.nodes.push(Node {
            op,
            channels,
            left,
            right,
            step: 1,
            length,
        });
        self.nodes.len() - 1
    }

    /// A node of a dense graph whose places look at `places + 1` of those of `from`.
    fn push_wider(&mut self, op: Op, from: usize, channels: usize, places: usize) -> usize {
        let Node {
            left, right, step, ..
        } = self.nodes[from];
        let before = places / 2;
        let (left, right) = (left + before * step, right + (places - before) * step);
        let at = self.push(op, channels, left, right);
        self.nodes[at].step = step;
        at
    }

    /// A node of a window graph, of the channels and length that `of` gives from those of `from`.
    fn push_over(
        &mut self,
        op: Op,
        from: usize,
        of: impl Fn(usize, usize) -> (usize, usize),
    ) -> usize {
        let node = &self.nodes[from];
        let length = node.length.expect("a window graph has a length");
        let (channels, length) = of(node.channels, length);
        let at = self.push(op, channels, 0, 0);
        self.nodes[at].length = Some(length);
        at
    }

    pub fn conv(&mut self, from: usize, channels: usize, conv: Conv) -> usize {
        let Conv {
            kernel,
            dilation,
            groups,
            norm,
            act,
            same,
        } = conv;
        let op = Op::Conv {
            from,
            kernel,
            dilation,
            groups,
            norm,
            act,
            same,
        };
        let reach = dilation * (kernel - 1);
        if self.nodes[from].length.is_some() {
            let lost = if same { 0 } else { reach };
            return self.push_over(op, from, |_, length| (channels, length - lost));
        }
        assert!(!same, "a dense graph pads nothing");
        self.push_wider(op, from, channels, reach)
    }

    pub fn add(&mut self, a: usize, b: usize, act: Act) -> usize {
        let (left, right) = self.reach(&[a, b]);
        let at = self.push(Op::Add { a, b, act }, self.nodes[a].channels, left, right);
        self.nodes[at].length = self.nodes[a].length;
        self.nodes[at].step = self.step_of(&[a, b]);
        at
    }

    pub fn concat(&mut self, parts: &[usize]) -> usize {
        let (left, right) = self.reach(parts);
        let channels = parts.iter().map(|&p| self.nodes[p].channels).sum();
        let op = Op::Concat {
            parts: parts.to_vec(),
        };
        let at = self.push(op, channels, left, right);
        self.nodes[at].length = self.nodes[parts[0]].length;
        self.nodes[at].step = self.step_of(parts);
        at
    }

    /// A node of the same shape and reach as `from`.
    fn like(&mut self, op: Op, from: usize) -> usize {
        let node = self.nodes[from].clone();
        self.nodes.push(Node { op, ..node });
        self.nodes.len() - 1
    }

    pub fn gate(&mut self, from: usize) -> usize {
        self.like(Op::Gate { from }, from)
    }

    pub fn rescale(&mut self, from: usize) -> usize {
        self.like(Op::Rescale { from }, from)
    }

    pub fn mean(&mut self, from: usize, width: usize) -> usize {
        let channels = self.nodes[from].channels;
        self.push_wider(Op::Mean { from, width }, from, channels, width - 1)
    }

    /// One channel a motif, where there is one.
    pub fn motifs(&mut self, motifs: &[Option<Motif>], penalty: f32) -> usize {
        let [left, right] = motif_reach(motifs);
        let op = Op::Motif {
            motifs: motifs.to_vec(),
            penalty,
        };
        self.push(op, motifs.len(), left, right)
    }

    /// Attention over the words of a window of `window` bases; its score is about the middle.
    pub fn words(&mut self, k: usize, width: usize, window: usize, heads: usize) -> usize {
        let left = window / 2;
        self.push(
            Op::Words { k, width, window },
            heads,
            left,
            window - 1 - left,
        )
    }

    pub fn norm(&mut self, from: usize) -> usize {
        self.like(Op::Norm { from }, from)
    }

    pub fn max_pool(&mut self, from: usize, width: usize) -> usize {
        let op = Op::MaxPool { from, width };
        if self.nodes[from].length.is_some() {
            return self.push_over(op, from, |c, t| (c, t / width));
        }
        let channels = self.nodes[from].channels;
        let at = self.push_wider(op, from, channels, width - 1);
        self.nodes[at].step *= width;
        at
    }

    pub fn global_max(&mut self, from: usize) -> usize {
        self.push_over(Op::GlobalMax { from }, from, |c, _| (c, 1))
    }

    pub fn global_mean(&mut self, from: usize) -> usize {
        self.push_over(Op::GlobalMean { from }, from, |c, _| (c, 1))
    }

    pub fn scale(&mut self, from: usize, by: usize) -> usize {
        self.like(Op::Scale { from, by }, from)
    }

    /// Squeeze and excite (Hu et al., arXiv:1709.01507): each channel weighed by what the means of
    /// all channels say of it, through a layer of `squeezed` numbers.
    pub fn squeeze_excite(&mut self, from: usize, squeezed: usize) -> usize {
        let channels = self.nodes[from].channels;
        let mean = self.global_mean(from);
        let squeeze = self.conv(mean, squeezed, Conv::of(1, Act::Relu));
        let excite = self.conv(squeeze, channels, Conv::of(1, Act::Sigmoid));
        self.scale(from, excite)
    }

    pub fn flatten(&mut self, from: usize) -> usize {
        self.push_over(Op::Flatten { from }, from, |c, t| (c * t, 1))
    }

    pub fn dropout(&mut self, from: usize, share: f64) -> usize {
        self.like(Op::Dropout { from, share }, from)
    }

    pub fn attention(&mut self, from: usize, heads: usize, width: usize) -> usize {
        self.like(Op::Attention { from, heads, width }, from)
    }

    pub fn lstm(&mut self, from: usize, units: usize) -> usize {
        self.push_over(Op::Lstm { from, units }, from, |_, t| (2 * units, t))
    }

    /// The step that all `parts` have.
    fn step_of(&self, parts: &[usize]) -> usize {
        let step = self.nodes[parts[0]].step;
        let same = parts.iter().all(|&part| self.nodes[part].step == step);
        assert!(same, "places of different steps do not meet");
        step
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

/// Bases before and behind the scored one that the motifs look at.
pub fn motif_reach(motifs: &[Option<Motif>]) -> [usize; 2] {
    let offsets = || motifs.iter().flatten().flat_map(|m| m.bases).map(|b| b.0);
    let most = |offsets: &mut dyn Iterator<Item = i32>| offsets.max().unwrap_or(0).max(0) as usize;
    [most(&mut offsets().map(|o| -o)), most(&mut offsets())]
}

/// `[motifs, 4, left + 1 + right]`: counts each motif's bases around the scored one.
pub fn motif_kernel(motifs: &[Option<Motif>]) -> Vec<f32> {
    let [left, right] = motif_reach(motifs);
    let width = left + 1 + right;
    let mut kernel = vec![0.0; motifs.len() * 4 * width];
    for (channel, motif) in motifs.iter().enumerate() {
        for (offset, allowed) in motif.iter().flat_map(|m| m.bases) {
            for &base in allowed {
                let place = (left as i32 + offset) as usize;
                kernel[(channel * 4 + base as usize) * width + place] = 1.0;
            }
        }
    }
    kernel
}

/// Shift that leaves 1 of a full match and less than or equal to 0 of anything else, per channel;
/// channels without a motif always pass.
pub fn motif_shift(motifs: &[Option<Motif>]) -> Vec<f32> {
    let shift = |motif: &Option<Motif>| 1.0 - motif.map_or(0.0, |m| m.bases.len() as f32);
    motifs.iter().map(shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_context_and_its_base() {
        let mut graph = Graph::default();
        let a = graph.conv(0, 8, Conv::of(11, Act::Relu).normed());
        let b = graph.conv(a, 8, Conv::of(5, Act::Relu).dilated(4).normed());
        graph.add(a, b, Act::None);
        assert_eq!((graph.window(), graph.anchor()), (27, 13));
    }

    #[test]
    fn pooling_makes_steps() {
        let mut graph = Graph::default();
        let stem = graph.conv(0, 8, Conv::of(5, Act::Relu));
        let pooled = graph.max_pool(stem, 4);
        let wide = graph.conv(pooled, 8, Conv::of(3, Act::None).dilated(2));
        graph.add(pooled, wide, Act::Relu);
        assert_eq!((graph.window(), graph.step()), (24, 4));
        assert_eq!(graph.beyond(pooled, graph.output()), [2, 2]);
        assert_eq!(graph.flops(), 2 * (4 * 8 * 5 + 8 * 8 * 3 / 4));
    }

    #[test]
    fn a_motif_stands_where_each_of_its_bases_does() {
        // A G x G C
        let codes = [0, 2, 3, 2, 1];
        assert!(Motif::ACCEPTOR.stands(&codes, 2) && Motif::DONOR.stands(&codes, 2));
        assert!(!Motif::ACCEPTOR.stands(&codes, 1) && !Motif::DONOR.stands(&codes, 3));
        let motifs = [Some(Motif::ACCEPTOR), Some(Motif::DONOR), None];
        assert_eq!(motif_reach(&motifs), [2, 2]);
        let (kernel, shift) = (motif_kernel(&motifs), motif_shift(&motifs));
        let matched = |channel: usize| {
            let counted = codes
                .iter()
                .enumerate()
                .map(|(i, &code)| kernel[(channel * 4 + usize::from(code)) * 5 + i]);
            counted.sum::<f32>() + shift[channel]
        };
        assert_eq!([0, 1, 2].map(matched), [1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_window_graph_follows_its_length() {
        let mut graph = Graph::over(21);
        let same = graph.conv(0, 8, Conv::of(4, Act::Relu).same());
        let pooled = graph.max_pool(same, 2);
        let valid = graph.conv(pooled, 6, Conv::of(3, Act::Relu));
        let flat = graph.flatten(valid);
        let lengths: Vec<usize> = graph.nodes.iter().filter_map(|n| n.length).collect();
        assert_eq!(lengths, [21, 21, 10, 8, 1]);
        assert_eq!(graph.nodes[flat].channels, 48);
        assert_eq!((graph.window(), graph.anchor()), (21, 10));
    }
}
