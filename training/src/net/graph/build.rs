//! Graphs, node by node.

use super::layer::{Act, Conv};
use super::motif::{Motif, motif_reach};
use super::{Graph, Node, Op};

impl Default for Graph {
    fn default() -> Self {
        Graph::with_length(None)
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

    pub fn mean_pool(&mut self, from: usize, width: usize) -> usize {
        let op = Op::MeanPool { from, width };
        self.push_over(op, from, |c, t| (c, t / width))
    }

    pub fn turned(&mut self) -> usize {
        self.push_over(Op::Turned, 0, |c, t| (c, t))
    }

    pub fn lookup(&mut self, k: usize, width: usize) -> usize {
        self.push_over(Op::Lookup { k, width }, 0, |_, t| (width, t + 1 - k))
    }

    pub fn places(&mut self, from: usize) -> usize {
        self.like(Op::Places { from }, from)
    }

    pub fn append(&mut self, from: usize) -> usize {
        self.push_over(Op::Append { from }, from, |c, t| (c, t + 1))
    }

    pub fn last(&mut self, from: usize) -> usize {
        self.push_over(Op::Last { from }, from, |c, _| (c, 1))
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
