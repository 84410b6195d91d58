//! Random networks: every instruction set, a naive reference, and the two strands.

use std::sync::Arc;

use proptest::prelude::*;

use super::net::{BASES, Binary, Conv, Fold, Function, Net, Node, Op, Pool, Source, Step};
use super::simd::Isa;
use super::stream::{KernelNet, NetStream};
use crate::sequence::Base;

/// A source of small numbers.
struct RandomNumbers(fastrand::Rng);

impl RandomNumbers {
    fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0.usize(..limit)
    }

    fn weight(&mut self) -> f32 {
        self.below(2001) as f32 / 2000.0 - 0.5
    }

    fn weights(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.weight()).collect()
    }

    /// Bases, some of them unknown.
    fn bases(&mut self, len: usize) -> Vec<Base> {
        let base = |_| match self.below(50) {
            0 => Base::N,
            draw => Base::ALL[draw % 4],
        };
        (0..len).map(base).collect()
    }

    /// Nodes of any operation that read earlier ones at any offset.
    fn net(&mut self) -> Net {
        let bases = Node {
            channels: 4,
            op: Op::Bases,
            sources: Vec::new(),
            steps: Vec::new(),
        };
        let mut nodes = vec![bases];
        // Bases that a column of the node stands for.
        let mut strides = vec![1];
        for _ in 0..1 + self.below(5) {
            let from = self.below(nodes.len());
            let stride = 1 + self.below(8) / 7;
            let (node, stride) = (
                self.node(&nodes, &strides, from, stride),
                strides[from] * stride,
            );
            nodes.push(node);
            strides.push(stride);
        }
        Net::of_needed(nodes)
    }

    fn node(&mut self, nodes: &[Node], strides: &[usize], from: usize, stride: usize) -> Node {
        let taps = 1 + self.below(6);
        let (shift, behind) = (self.below(4), self.below(3));
        let spacing = 1 + self.below(5);
        let source = |channel| Source {
            node: from,
            channel,
            stride,
            spacing,
            shift,
            behind,
        };
        let mut sources: Vec<_> = (0..nodes[from].channels).map(source).collect();
        let op = match self.below(if from == BASES { 1 } else { 5 }) {
            0 | 1 => {
                let channels = 1 + self.below(19);
                Op::Conv(self.conv(channels, sources.len(), 1, taps))
            }
            2 => {
                let channels = sources.len();
                Op::Conv(self.conv(channels, channels, channels, taps))
            }
            3 => {
                let kind = if self.below(2) == 0 {
                    Fold::Sum
                } else {
                    Fold::Max
                };
                Op::Pool(Pool {
                    kind,
                    taps: 1 + self.below(40),
                })
            }
            _ => Op::Copy,
        };
        if op == Op::Copy {
            sources.iter_mut().for_each(|source| source.spacing = 1);
        }
        let channels = match &op {
            Op::Conv(conv) => conv.bias.len(),
            _ => sources.len(),
        };
        let steps =
            (0..self.below(3)).map(|_| self.step(nodes, strides, channels, strides[from] * stride));
        Node {
            channels,
            op,
            sources,
            steps: steps.collect(),
        }
    }

    fn conv(&mut self, channels: usize, sources: usize, groups: usize, taps: usize) -> Conv {
        Conv {
            taps,
            groups,
            weights: self.weights(channels * sources / groups * taps),
            bias: self.weights(channels),
        }
    }

    fn step(&mut self, nodes: &[Node], strides: &[usize], channels: usize, stride: usize) -> Step {
        let others = (1..nodes.len()).filter(|&node| stride.is_multiple_of(strides[node]));
        let others: Vec<_> = others.collect();
        match self.below(6) {
            0 => Step::Affine {
                scale: self.weights(channels),
                shift: self.weights(channels),
            },
            1 if !others.is_empty() => {
                let node = others[self.below(others.len())];
                let binary = [Binary::Add, Binary::Sub, Binary::Mul][self.below(3)];
                let shift = self.below(9);
                let source = |channel| Source {
                    node,
                    channel: channel % nodes[node].channels,
                    stride: stride / strides[node],
                    spacing: 1,
                    shift,
                    behind: 0,
                };
                Step::Binary(binary, (0..channels).map(source).collect())
            }
            2 => Step::Function(Function::Swish),
            3 => Step::Function(Function::Tanh),
            4 => Step::Function(Function::Clip(-1.0, 2.0)),
            _ => Step::Function(Function::Leaky(0.1)),
        }
    }
}

/// The output's channels for a whole stretch.
fn run(net: &Net, isa: Isa, bases: &[Base]) -> Vec<Vec<f32>> {
    let channels = net.nodes.last().unwrap().channels;
    let mut rows = vec![Vec::new(); channels];
    let mut stream = NetStream::new(Arc::new(KernelNet::new(net.clone(), isa)));
    // The second time finds what the first one left behind.
    for _ in 0..2 {
        rows.iter_mut().for_each(Vec::clear);
        stream.run(bases, |columns, output| {
            for (channel, row) in rows.iter_mut().enumerate() {
                assert_eq!(row.len(), columns.start);
                row.extend_from_slice(&output.row(channel, columns.start)[..columns.len()]);
            }
        });
    }
    rows
}

/// The same, number by number, in f64 but for what is stored.
fn naive(net: &Net, bases: &[Base]) -> Vec<Vec<f32>> {
    let one_hot = |channel| {
        bases
            .iter()
            .map(move |&base| f32::from(u8::from(base == Base::ALL[channel])))
    };
    let mut done: Vec<Vec<Vec<f32>>> = vec![(0..4).map(|c| one_hot(c).collect()).collect()];
    let columns = net.columns(bases.len());
    for (node, &columns) in net.nodes.iter().zip(&columns).skip(1) {
        let read = |source: &Source, column: usize, tap: usize| {
            let at = column * source.stride + tap * source.spacing + source.shift;
            f64::from(done[source.node][source.channel][at])
        };
        let number = |channel: usize, column: usize| {
            let mut x = match &node.op {
                Op::Conv(conv) => {
                    let inputs = node.sources.len() / conv.groups;
                    let group = channel / (conv.bias.len() / conv.groups);
                    let mut sum = f64::from(conv.bias[channel]);
                    for (i, source) in node.sources[group * inputs..][..inputs].iter().enumerate() {
                        for tap in 0..conv.taps {
                            let weight = conv.weights[(channel * inputs + i) * conv.taps + tap];
                            sum += f64::from(weight) * read(source, column, tap);
                        }
                    }
                    sum
                }
                Op::Pool(pool) => {
                    let all = (0..pool.taps).map(|tap| read(&node.sources[channel], column, tap));
                    match pool.kind {
                        Fold::Sum => all.sum(),
                        Fold::Max => all.fold(f64::MIN, f64::max),
                    }
                }
                _ => read(&node.sources[channel], column, 0),
            };
            for step in &node.steps {
                x = match step {
                    Step::Affine { scale, shift } => {
                        x * f64::from(scale[channel]) + f64::from(shift[channel])
                    }
                    Step::Function(Function::Swish) => x / (1.0 + (-x).exp()),
                    Step::Function(Function::Tanh) => x.tanh(),
                    Step::Function(Function::Clip(least, most)) => {
                        x.clamp(f64::from(*least), f64::from(*most))
                    }
                    Step::Function(Function::Leaky(slope)) => {
                        x.max(0.0) + f64::from(*slope) * x.min(0.0)
                    }
                    Step::Binary(binary, sources) => {
                        let y = read(&sources[channel], column, 0);
                        match binary {
                            Binary::Add => x + y,
                            Binary::Sub => x - y,
                            _ => x * y,
                        }
                    }
                    other => panic!("{other:?} is not drawn"),
                };
            }
            x as f32
        };
        let row = |channel| (0..columns).map(|column| number(channel, column)).collect();
        done.push((0..node.channels).map(row).collect());
    }
    done.pop().unwrap()
}

fn bits(rows: &[Vec<f32>]) -> Vec<Vec<u32>> {
    let bits = |row: &Vec<f32>| row.iter().map(|x| x.to_bits()).collect();
    rows.iter().map(bits).collect()
}

/// Whether rows are equal but for the order of sums.
fn near(a: &[Vec<f32>], b: &[Vec<f32>]) -> bool {
    let size = b
        .iter()
        .flatten()
        .fold(1.0, |size: f32, x| size.max(x.abs()));
    let near = |(a, b): (&Vec<f32>, &Vec<f32>)| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-5 * size)
    };
    a.len() == b.len() && a.iter().zip(b).all(near)
}

/// The fewest bases that make a column.
fn window(net: &Net) -> usize {
    (1..)
        .find(|&bases| net.columns(bases).last() != Some(&0))
        .unwrap()
}

/// Bases from one column of the output to the next.
fn step(net: &Net, window: usize) -> usize {
    (1..)
        .find(|&step| net.columns(window + step).last() == Some(&2))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_instruction_set_gives_the_same_bits_and_those_of_plain_sums(
        seed in any::<u64>(),
        beyond in 0usize..2500,
    ) {
        let mut draw = RandomNumbers::new(seed);
        let net = draw.net();
        let bases = draw.bases(window(&net) + beyond);
        let expected = run(&net, Isa::named("portable").unwrap(), &bases);
        prop_assert!(near(&expected, &naive(&net, &bases)), "{:?}", net);
        for isa in Isa::all() {
            prop_assert!(bits(&run(&net, isa, &bases)) == bits(&expected), "{:?} {:?}", isa, net);
        }
    }

    #[test]
    fn where_a_stretch_begins_does_not_show(
        seed in any::<u64>(),
        beyond in 0usize..2500,
        skipped in 0usize..2500,
    ) {
        let mut draw = RandomNumbers::new(seed);
        let net = draw.net();
        let window = window(&net);
        let skipped = skipped.min(beyond) / step(&net, window);
        let bases = draw.bases(window + beyond);
        let whole = run(&net, Isa::best(), &bases);
        let part = run(&net, Isa::best(), &bases[skipped * step(&net, window)..]);
        for (whole, part) in bits(&whole).iter().zip(bits(&part)) {
            prop_assert!(whole[skipped..] == part);
        }
    }

    #[test]
    fn the_thinned_network_gives_every_nth_column(
        seed in any::<u64>(),
        beyond in 0usize..2500,
        every in 2usize..20,
    ) {
        let mut draw = RandomNumbers::new(seed);
        let net = draw.net();
        let bases = draw.bases(window(&net) + beyond);
        let all = bits(&run(&net, Isa::best(), &bases));
        let some = bits(&run(&net.thinned(every), Isa::best(), &bases));
        for (all, some) in all.iter().zip(&some) {
            let expected: Vec<_> = all.iter().copied().step_by(every).collect();
            prop_assert!(some[..expected.len()] == expected);
        }
    }

    #[test]
    fn the_network_of_some_channels_gives_the_bits_of_all(
        seed in any::<u64>(),
        beyond in 0usize..2500,
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let mut draw = RandomNumbers::new(seed);
        let net = draw.net();
        let bases = draw.bases(window(&net) + beyond);
        let all = bits(&run(&net, Isa::best(), &bases));
        let chosen: Vec<_> = chosen.iter().map(|index| index.index(all.len())).collect();
        let some = bits(&run(&net.of_channels(&chosen), Isa::best(), &bases));
        prop_assert_eq!(some.len(), chosen.len());
        for (some, &channel) in some.iter().zip(&chosen) {
            // Less of the network may need fewer bases.
            prop_assert!(some[..all[channel].len()] == all[channel]);
        }
    }

    #[test]
    fn the_mirrored_network_scores_the_reverse_complement_of_each_window(
        seed in any::<u64>(),
        spare in 0usize..3,
        windows in 1usize..30,
    ) {
        let mut draw = RandomNumbers::new(seed);
        let net = draw.net();
        let least = window(&net);
        let step = step(&net, least);
        // A window may have bases to spare that its one column does not see.
        let window = least + spare.min(step - 1);
        let bases = draw.bases(window + (windows - 1) * step);
        let mirrored = run(&net.mirrored(window), Isa::best(), &bases);
        for (at, start) in (0..windows * step).step_by(step).enumerate() {
            let forward = bases[start..start + window].iter();
            let reverse: Vec<_> = forward.rev().map(|base| base.complement()).collect();
            let expected = run(&net, Isa::best(), &reverse);
            let found: Vec<_> = mirrored.iter().map(|row| vec![row[at]]).collect();
            prop_assert!(near(&found, &expected), "{:?} {:?}", found, expected);
        }
    }
}
