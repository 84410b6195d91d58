//! The builder of a network.

use std::collections::HashMap;

use tract_onnx::pb::GraphProto;

use super::Unknown;
use super::onnx::{self, Constant, Operator};
use crate::engine::fused::net::{BASES, Conv, Net, Node, Op, Source, Step};

/// A channel of a node, as part of a value of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeChannel {
    pub node: usize,
    pub channel: usize,
    /// Columns cut off before and behind.
    pub shift: usize,
    pub behind: usize,
}

impl NodeChannel {
    pub fn source(self, stride: usize, spacing: usize) -> Source {
        Source {
            node: self.node,
            channel: self.channel,
            stride,
            spacing,
            shift: self.shift,
            behind: self.behind,
        }
    }
}

/// Layout of a value in the file. The builder keeps all values as rows of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    /// `[N, channels, columns]`.
    Flat,
    /// `[N, channels, 1, columns]`.
    Tall,
    /// `[N, columns]`, of one channel.
    Line,
    /// `[N, columns, channels]`.
    Turned,
}

impl Axes {
    pub fn rank(self) -> usize {
        match self {
            Self::Line => 2,
            Self::Flat | Self::Turned => 3,
            Self::Tall => 4,
        }
    }
}

/// A value that depends on the sequence.
#[derive(Clone, Debug)]
pub struct GraphValue {
    pub rows: Vec<NodeChannel>,
    pub axes: Axes,
    /// Whether no other operator reads its nodes.
    pub sole: bool,
}

pub struct NetBuilder<'a> {
    nodes: Vec<Node>,
    values: HashMap<&'a str, GraphValue>,
    constants: HashMap<&'a str, Constant>,
    uses: HashMap<&'a str, usize>,
    /// The node with the bases as columns, if an operator needs it.
    bases: Option<usize>,
}

impl<'a> NetBuilder<'a> {
    pub fn new(graph: &'a GraphProto, operators: &[Operator<'a>]) -> Result<Self, Unknown> {
        let mut constants = HashMap::new();
        for tensor in &graph.initializer {
            constants.insert(tensor.name.as_str(), Constant::read(tensor)?);
        }
        let row = |channel| NodeChannel {
            node: BASES,
            channel,
            shift: 0,
            behind: 0,
        };
        let bases = GraphValue {
            rows: (0..4).map(row).collect(),
            axes: Axes::Flat,
            sole: false,
        };
        let inputs = graph.input.iter().map(|input| input.name.as_str());
        let input = inputs.filter(|name| !constants.contains_key(name));
        Ok(Self {
            nodes: vec![Node {
                channels: 4,
                op: Op::Bases,
                sources: Vec::new(),
                steps: Vec::new(),
            }],
            values: input.map(|name| (name, bases.clone())).collect(),
            constants,
            uses: onnx::uses(graph, operators),
            bases: None,
        })
    }

    pub fn constant(&self, name: &str) -> Option<&Constant> {
        self.constants.get(name)
    }

    pub fn set_constant(&mut self, name: &'a str, constant: Constant) {
        self.constants.insert(name, constant);
    }

    pub fn value(&self, name: &str) -> Result<GraphValue, Unknown> {
        let value = self.values.get(name).cloned();
        value.ok_or_else(|| Unknown::new("a constant instead of sequence"))
    }

    /// A value whose channels come before its columns.
    pub fn upright(&self, name: &str) -> Result<GraphValue, Unknown> {
        let value = self.value(name)?;
        match value.axes {
            Axes::Flat | Axes::Tall => Ok(value),
            Axes::Line | Axes::Turned => Err(Unknown::new("columns before channels")),
        }
    }

    /// The convolution that alone makes a value, and that reads bases.
    pub fn of_bases(&self, value: &GraphValue) -> Option<&Conv> {
        let [row] = value.rows.as_slice() else {
            return None;
        };
        let node = &self.nodes[row.node];
        match &node.op {
            Op::Conv(conv) if node.sources.iter().all(|source| source.node == BASES) => {
                (node.channels == 1 && node.steps.is_empty()).then_some(conv)
            }
            _ => None,
        }
    }

    /// Names a value of the same nodes as `of`.
    pub fn view(&mut self, name: &'a str, rows: Vec<NodeChannel>, axes: Axes, of: &[&GraphValue]) {
        let sole = of.len() == 1 && of[0].sole && self.read_once(name);
        self.values.insert(name, GraphValue { rows, axes, sole });
    }

    /// Adds a node and names its channels.
    pub fn node(
        &mut self,
        name: &'a str,
        op: Op,
        channels: usize,
        sources: Vec<Source>,
        axes: Axes,
    ) {
        self.nodes.push(Node {
            channels,
            op,
            sources,
            steps: Vec::new(),
        });
        let sole = self.read_once(name);
        let rows = self.rows(self.nodes.len() - 1);
        self.values.insert(name, GraphValue { rows, axes, sole });
    }

    /// Applies a step to a value: in its node if no other operator reads the node, else in a copy.
    pub fn step(&mut self, name: &'a str, value: &GraphValue, step: Step) {
        let node = match self.whole(value) {
            Some(node) if self.may_follow(node, &step) => node,
            _ => self.copy(&value.rows),
        };
        let target = &mut self.nodes[node];
        match (&mut target.op, &step) {
            (Op::Conv(conv), Step::Affine { scale, shift }) if target.steps.is_empty() => {
                let depth = conv.weights.len() / conv.bias.len();
                for (c, weights) in conv.weights.chunks_exact_mut(depth).enumerate() {
                    weights.iter_mut().for_each(|weight| *weight *= scale[c]);
                    conv.bias[c] = conv.bias[c] * scale[c] + shift[c];
                }
            }
            _ => target.steps.push(step),
        }
        let (rows, sole) = (self.rows(node), self.read_once(name));
        let axes = value.axes;
        self.values.insert(name, GraphValue { rows, axes, sole });
    }

    /// The node that a value consists of, if no other operator reads it.
    pub fn whole(&self, value: &GraphValue) -> Option<usize> {
        let node = value.rows.first()?.node;
        (value.sole && node != BASES && value.rows == self.rows(node)).then_some(node)
    }

    /// Whether all sources of a step are computed before the node.
    fn may_follow(&self, node: usize, step: &Step) -> bool {
        match step {
            Step::Binary(_, sources) => sources.iter().all(|source| source.node < node),
            _ => true,
        }
    }

    /// Rows in which the one-hot bases are replaced by the columns of a node.
    pub fn computed(&mut self, rows: &[NodeChannel]) -> Vec<NodeChannel> {
        let on_bases = rows.iter().any(|row| row.node == BASES);
        if on_bases && self.bases.is_none() {
            let mut weights = vec![0.0; 16];
            (0..4).for_each(|base| weights[base * 5] = 1.0);
            let conv = Conv {
                taps: 1,
                groups: 1,
                weights,
                bias: vec![0.0; 4],
            };
            let rows = self.rows(BASES);
            let sources = rows.iter().map(|row| row.source(1, 1));
            self.nodes.push(Node {
                channels: 4,
                op: Op::Conv(conv),
                sources: sources.collect(),
                steps: Vec::new(),
            });
            self.bases = Some(self.nodes.len() - 1);
        }
        let computed = |row: &NodeChannel| match self.bases {
            Some(node) if row.node == BASES => NodeChannel { node, ..*row },
            _ => *row,
        };
        rows.iter().map(computed).collect()
    }

    fn copy(&mut self, rows: &[NodeChannel]) -> usize {
        let rows = self.computed(rows);
        self.nodes.push(Node {
            channels: rows.len(),
            op: Op::Copy,
            sources: rows.iter().map(|row| row.source(1, 1)).collect(),
            steps: Vec::new(),
        });
        self.nodes.len() - 1
    }

    fn rows(&self, node: usize) -> Vec<NodeChannel> {
        let row = |channel| NodeChannel {
            node,
            channel,
            shift: 0,
            behind: 0,
        };
        (0..self.nodes[node].channels).map(row).collect()
    }

    fn read_once(&self, name: &str) -> bool {
        self.uses.get(name) == Some(&1)
    }

    /// The network whose output is a value, without nodes that the value does not need.
    pub fn finish(mut self, output: &str, channels: usize) -> Result<Net, Unknown> {
        let value = self.value(output)?;
        if value.axes != Axes::Flat || value.rows.len() != channels {
            return Err(Unknown::new("an output of another shape"));
        }
        let whole = value.rows.first().map(|row| row.node);
        let last = match whole {
            Some(node) if node != BASES && value.rows == self.rows(node) => node,
            _ => self.copy(&value.rows),
        };
        self.nodes.truncate(last + 1);
        Ok(Net::of_needed(self.nodes))
    }
}
