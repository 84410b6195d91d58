//! Restricts a network to some channels of its output.

use super::net::{Conv, Net, Node, Op, Source, Step, WordTable};

impl Net {
    /// The network of some channels of the output, without nodes that only other channels need.
    /// The numbers do not change, since every channel is a separate sum.
    pub fn of_channels(mut self, channels: &[usize]) -> Self {
        let Some(last) = self.nodes.pop() else {
            return self;
        };
        match of_channels(&last, channels) {
            Some(some) => self.nodes.push(some),
            None => {
                let node = self.nodes.len();
                let source = |&channel: &usize| Source {
                    node,
                    channel,
                    stride: 1,
                    spacing: 1,
                    shift: 0,
                    behind: 0,
                };
                self.nodes.push(last);
                self.nodes.push(Node {
                    channels: channels.len(),
                    op: Op::Copy,
                    sources: channels.iter().map(source).collect(),
                    steps: Vec::new(),
                });
            }
        }
        Self::of_needed(self.nodes)
    }
}

/// A node restricted to some channels; none for a convolution of several groups.
fn of_channels(node: &Node, channels: &[usize]) -> Option<Node> {
    let (op, sources) = match &node.op {
        Op::Bases => return None,
        Op::Conv(conv) if conv.groups != 1 => return None,
        Op::Conv(conv) => {
            let depth = conv.weights.len() / conv.bias.len();
            let weights = channels.iter().map(|c| &conv.weights[c * depth..][..depth]);
            let some = Conv {
                taps: conv.taps,
                groups: 1,
                weights: weights.flatten().copied().collect(),
                bias: picked(&conv.bias, channels),
            };
            (Op::Conv(some), node.sources.clone())
        }
        Op::Table(table) => {
            let places = table.numbers.chunks_exact(node.channels);
            let numbers = places.flat_map(|numbers| picked(numbers, channels));
            let some = WordTable {
                numbers: numbers.collect(),
            };
            (Op::Table(some), node.sources.clone())
        }
        Op::Pool(pool) => (Op::Pool(*pool), picked(&node.sources, channels)),
        Op::Copy => (Op::Copy, picked(&node.sources, channels)),
    };
    let step = |step: &Step| match step {
        Step::Affine { scale, shift } => Step::Affine {
            scale: picked(scale, channels),
            shift: picked(shift, channels),
        },
        Step::Function(function) => Step::Function(*function),
        Step::Binary(binary, sources) => Step::Binary(*binary, picked(sources, channels)),
    };
    Some(Node {
        channels: channels.len(),
        op,
        sources,
        steps: node.steps.iter().map(step).collect(),
    })
}

fn picked<T: Copy>(all: &[T], channels: &[usize]) -> Vec<T> {
    channels.iter().map(|&channel| all[channel]).collect()
}
