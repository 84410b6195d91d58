//! The networks that the kernels run: nodes that compute columns from columns.
//!
//! A node has channels, and a column for each position on the sequence at which it applies. Its
//! column `j` depends on columns of earlier nodes whose indexes are linear in `j`. So a network can
//! run along a sequence of any length, block by block, and can be mirrored.

/// The node of the one-hot bases A C G T.
pub const BASES: usize = 0;

/// A channel of an earlier node, as a node reads it: column `j` at tap `k` is that channel's
/// column `j * stride + k * spacing + shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub node: usize,
    pub channel: usize,
    pub stride: usize,
    pub spacing: usize,
    pub shift: usize,
    /// Columns that must follow the last one read.
    pub behind: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub channels: usize,
    pub op: Op,
    /// Inputs of the operation.
    pub sources: Vec<Source>,
    /// Functions that are applied to each number after the operation.
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The input; nothing computes it.
    Bases,
    Conv(Conv),
    Pool(Pool),
    Table(WordTable),
    /// Channel c is a copy of source c.
    Copy,
}

/// `out[c] = bias[c] + sum of weights[c][i][k] * source i at tap k`, over the sources of c's
/// group.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    pub taps: usize,
    pub groups: usize,
    /// `[channels][sources / groups][taps]`.
    pub weights: Vec<f32>,
    /// `[channels]`.
    pub bias: Vec<f32>,
}

/// `out[c] = numbers[source 0][c]`.
#[derive(Clone, Debug, PartialEq)]
pub struct WordTable {
    /// `[places][channels]`.
    pub numbers: Vec<f32>,
}

impl Conv {
    /// Whether the first channel of one-hot bases lies between zero and `limit`.
    pub fn stays_below(&self, limit: usize) -> bool {
        let depth = self.weights.len() / self.bias.len();
        let (mut least, mut most) = (self.bias[0], self.bias[0]);
        for tap in 0..self.taps {
            // An unknown base adds zero.
            let weights = || self.weights[..depth].iter().skip(tap).step_by(self.taps);
            least += weights().fold(0.0, |least: f32, &weight| least.min(weight));
            most += weights().fold(0.0, |most: f32, &weight| most.max(weight));
        }
        least >= 0.0 && most < limit as f32
    }
}

/// The sum or the greatest of source c at all taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub kind: Fold,
    pub taps: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Sum,
    Max,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `scale[c] * x + shift[c]`.
    Affine {
        scale: Vec<f32>,
        shift: Vec<f32>,
    },
    Function(Function),
    /// With one source for each channel.
    Binary(Binary, Vec<Source>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    Relu,
    /// `x` above zero, else `slope * x`.
    Leaky(f32),
    Sigmoid,
    /// `scale * x + shift`, clamped to 0..=1.
    HardSigmoid(f32, f32),
    /// `x * HardSigmoid(1/6, 1/2)`.
    HardSwish,
    /// `x * sigmoid(x)`.
    Swish,
    Tanh,
    Exp,
    Reciprocal,
    Clip(f32, f32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    /// x - source.
    Sub,
    Mul,
    /// x / source.
    Div,
}

/// Nodes in the order in which they are computed; the last one is the output.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    pub nodes: Vec<Node>,
}

impl Node {
    pub fn taps(&self) -> usize {
        match &self.op {
            Op::Conv(conv) => conv.taps,
            Op::Pool(pool) => pool.taps,
            Op::Bases | Op::Table(_) | Op::Copy => 1,
        }
    }

    /// All sources of the node and its steps, each with its number of taps.
    pub fn reads(&self) -> impl Iterator<Item = (&Source, usize)> {
        let operands = self.steps.iter().flat_map(|step| match step {
            Step::Binary(_, sources) => sources.as_slice(),
            _ => &[],
        });
        let taps = self.taps();
        let sources = self.sources.iter().map(move |source| (source, taps));
        sources.chain(operands.map(|source| (source, 1)))
    }

    pub fn sources_mut(&mut self) -> impl Iterator<Item = &mut Source> {
        let operands = self.steps.iter_mut().flat_map(|step| match step {
            Step::Binary(_, sources) => sources.as_mut_slice(),
            _ => &mut [],
        });
        self.sources.iter_mut().chain(operands)
    }

    /// Columns that can be computed from the known columns of earlier nodes.
    pub fn columns(&self, known: &[usize]) -> usize {
        let columns = self.reads().map(|(source, taps)| {
            let reach = source.shift + (taps - 1) * source.spacing + source.behind;
            match known[source.node].checked_sub(reach + 1) {
                Some(room) => room / source.stride + 1,
                None => 0,
            }
        });
        columns.min().unwrap_or(0)
    }
}

impl Net {
    /// The network without nodes that the last one does not need.
    pub fn of_needed(nodes: Vec<Node>) -> Self {
        let last = nodes.len() - 1;
        let mut needed = vec![false; nodes.len()];
        (needed[BASES], needed[last]) = (true, true);
        for at in (0..=last).rev() {
            if needed[at] {
                let reads = nodes[at].reads();
                reads.for_each(|(source, _)| needed[source.node] = true);
            }
        }
        let (mut numbers, mut kept) = (vec![0; nodes.len()], Vec::new());
        for (at, mut node) in nodes.into_iter().enumerate() {
            if needed[at] {
                numbers[at] = kept.len();
                node.sources_mut()
                    .for_each(|source| source.node = numbers[source.node]);
                kept.push(node);
            }
        }
        Self { nodes: kept }
    }

    /// Columns of each node for a number of bases.
    pub fn columns(&self, bases: usize) -> Vec<usize> {
        let mut known = vec![bases];
        for node in &self.nodes[1..] {
            known.push(node.columns(&known));
        }
        known
    }

    /// The first column of each node that some node will still read, once `known` are there.
    pub fn needed(&self, known: &[usize]) -> Vec<usize> {
        let mut needed = known.to_vec();
        for (node, &next) in self.nodes.iter().zip(known) {
            for (source, _) in node.reads() {
                let column = next * source.stride + source.shift;
                needed[source.node] = needed[source.node].min(column);
            }
        }
        needed
    }

    /// Multiplications and additions for one more window that the kernels do: those of
    /// convolutions and poolings, each one operation; a base that is looked up is an addition.
    pub fn flops(&self) -> usize {
        // The share of one window in the columns of many bases.
        const BASES: usize = 1 << 24;
        let columns = self.columns(BASES);
        let windows = columns[self.nodes.len() - 1].max(1);
        let work = self.nodes.iter().zip(&columns).map(|(node, &columns)| {
            let one = match &node.op {
                Op::Conv(conv) if node.sources.iter().all(|source| source.node == 0) => {
                    conv.taps.div_ceil(2) * node.channels
                }
                Op::Conv(conv) => 2 * conv.weights.len(),
                Op::Pool(pool) => 2 * pool.taps.ilog2() as usize * node.channels,
                Op::Bases | Op::Table(_) | Op::Copy => 0,
            };
            one as f64 * columns as f64
        });
        (work.sum::<f64>() / windows as f64).round() as usize
    }

    /// The network whose output for a window is this one's for the reverse complement of the
    /// window.  The columns of each node in a window of `window` bases are numbered from the other
    /// end, so taps are reversed, and offsets before a column become offsets after it.
    pub fn mirrored(&self, window: usize) -> Self {
        let columns = self.columns(window);
        let turned = |source: &Source, taps: usize, last: usize| {
            let most = last * source.stride + (taps - 1) * source.spacing + source.shift;
            Source {
                channel: match source.node {
                    BASES => 3 - source.channel,
                    _ => source.channel,
                },
                shift: columns[source.node] - 1 - most,
                behind: source.shift,
                ..*source
            }
        };
        let nodes = self.nodes.iter().zip(&columns).map(|(node, &columns)| {
            let last = columns - 1;
            let all = |sources: &[Source], taps| {
                let turned = sources.iter().map(|source| turned(source, taps, last));
                turned.collect()
            };
            let mut mirrored = node.clone();
            mirrored.sources = all(&node.sources, node.taps());
            for step in &mut mirrored.steps {
                if let Step::Binary(_, sources) = step {
                    *sources = all(sources, 1);
                }
            }
            if let Op::Conv(conv) = &mut mirrored.op {
                for taps in conv.weights.chunks_exact_mut(conv.taps) {
                    taps.reverse();
                }
            }
            mirrored
        });
        Self {
            nodes: nodes.collect(),
        }
    }

    /// The network whose columns are every `every`th one of this one's.
    ///
    /// Each node keeps only the columns that are still read: those at multiples of the greatest
    /// common divisor of all distances at which its readers look.
    pub fn thinned(&self, every: usize) -> Self {
        let last = self.nodes.len() - 1;
        let mut kept: Vec<Option<KeptColumns>> = vec![None; self.nodes.len()];
        kept[last] = Some(KeptColumns { first: 0, every });
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let Some(grid) = kept[at] else { continue };
            for (source, taps) in node.reads() {
                let read = grid.read(source, taps);
                let before = kept[source.node].get_or_insert(read);
                *before = before.joined(read);
            }
        }
        // All bases are present anyway.
        kept[BASES] = Some(KeptColumns { first: 0, every: 1 });
        let thinned = |(node, grid): (&Node, &Option<KeptColumns>)| {
            let mut node = node.clone();
            if let Some(grid) = grid {
                for source in node.sources_mut() {
                    if let Some(of) = kept[source.node] {
                        *source = grid.thinned(source, of);
                    }
                }
            }
            node
        };
        Self {
            nodes: self.nodes.iter().zip(&kept).map(thinned).collect(),
        }
    }
}

/// Columns `first`, `first + every`, and so on.
#[derive(Clone, Copy, Debug)]
struct KeptColumns {
    first: usize,
    every: usize,
}

impl KeptColumns {
    /// The columns of a source that a node which keeps these columns reads.
    fn read(self, source: &Source, taps: usize) -> Self {
        let spacing = if taps > 1 { source.spacing } else { 0 };
        Self {
            first: self.first * source.stride + source.shift,
            every: gcd(self.every * source.stride, spacing),
        }
    }

    /// The widest grid that contains both.
    fn joined(self, other: Self) -> Self {
        let apart = self.first.abs_diff(other.first);
        Self {
            first: self.first.min(other.first),
            every: gcd(gcd(self.every, other.every), apart),
        }
    }

    /// The source of a node that keeps these columns, whose own node keeps those of `of`.
    fn thinned(self, source: &Source, of: Self) -> Source {
        Source {
            stride: self.every * source.stride / of.every,
            // Unused if there is one tap only, and then maybe no multiple.
            spacing: (source.spacing / of.every).max(1),
            shift: (self.first * source.stride + source.shift - of.first) / of.every,
            // Columns cut off at the end matter where columns are counted, not where they are read.
            behind: 0,
            ..*source
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    match b {
        0 => a,
        _ => gcd(b, a % b),
    }
}
