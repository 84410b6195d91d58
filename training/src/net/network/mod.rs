//! A graph's trained weights and its forward pass in tch.

mod weights;

use tch::nn;
use tch::{Device, Kind, Tensor};

use crate::net::graph::{self, Act, Graph, Motif, Node, Op, motif_kernel, motif_shift};
use weights::word_indices;
pub use weights::{Linear, Norm, Weights, Words};

pub const NORM_EPSILON: f64 = 1e-5;

/// Which statistics batch norm uses, and whether dropout is on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// The batch's own statistics, which also move the running ones by `momentum`.
    Train { momentum: f64 },
    /// The running statistics.
    Infer,
}

pub struct Network {
    pub graph: Graph,
    pub weights: Vec<Weights>,
    pub device: Device,
}

impl Network {
    pub fn new(graph: Graph, vs: &nn::Path) -> Network {
        let weights = (0..graph.nodes.len())
            .map(|at| weights::weights(&graph, at, &(vs / format!("node{at:02}"))))
            .collect();
        Network {
            graph,
            weights,
            device: vs.device(),
        }
    }

    /// Scores of all windows: `bases` `[N, 4, L]` to `[N, heads, (L - window) / step + 1]`, logits.
    ///
    /// Computes in the precision of `bases`; weights stay single, and so do the scores.
    pub fn forward(&self, bases: &Tensor, mode: Mode) -> Tensor {
        let mut values: Vec<Tensor> = Vec::with_capacity(self.graph.nodes.len());
        for (node, weights) in self.graph.nodes.iter().zip(&self.weights) {
            let value = self.value(node, weights, &values, bases, mode);
            values.push(value);
        }
        values
            .pop()
            .expect("a graph has its input at least")
            .to_kind(Kind::Float)
    }

    fn value(
        &self,
        node: &Node,
        weights: &Weights,
        values: &[Tensor],
        bases: &Tensor,
        mode: Mode,
    ) -> Tensor {
        match (&node.op, weights) {
            (Op::Bases, _) => bases.shallow_clone(),
            (
                Op::Conv {
                    from,
                    kernel: width,
                    dilation,
                    groups,
                    act,
                    same,
                    ..
                },
                Weights::Conv { kernel, bias, norm },
            ) => {
                let reach = (dilation * (width - 1)) as i64;
                let x = match same {
                    true => values[*from].constant_pad_nd([reach / 2, reach - reach / 2]),
                    false => values[*from].shallow_clone(),
                };
                let x = convolve(&x, kernel, bias.as_ref(), [*dilation, *groups]);
                activate(normalise(x, norm.as_ref(), mode), *act)
            }
            (Op::Gate { from }, Weights::Conv { kernel, bias, .. }) => {
                let x = &values[*from];
                x * convolve(x, kernel, bias.as_ref(), [1, 1]).sigmoid()
            }
            (Op::Add { a, b, act }, _) => activate(
                self.crop(values, *a, node) + self.crop(values, *b, node),
                *act,
            ),
            (Op::Concat { parts }, _) => {
                let parts: Vec<Tensor> =
                    parts.iter().map(|&p| self.crop(values, p, node)).collect();
                Tensor::cat(&parts, 1)
            }
            (Op::Mean { from, width }, _) => {
                values[*from].avg_pool1d(*width as i64, 1, 0, false, true)
            }
            (Op::Motif { motifs, penalty }, _) => motif_score(bases, motifs, *penalty),
            (Op::Words { k, .. }, Weights::Words(words)) => attend(words, bases, *k),
            (Op::Turned, _) => bases.flip([1, 2]),
            (Op::Lookup { k, .. }, Weights::Lookup(vectors)) => {
                // Words with an unknown base have no vector.
                let none = vectors.narrow(0, 0, 1).zeros_like();
                let table = Tensor::cat(&[vectors, &none], 0);
                let indices = word_indices(bases, *k);
                Tensor::embedding(&table, &indices, -1, false, false).transpose(1, 2)
            }
            (Op::Places { from }, _) => {
                let x = &values[*from];
                let length = node.length.unwrap_or(1);
                let waves = Tensor::from_slice(&graph::waves(node.channels, length));
                let shape = [1, node.channels as i64, length as i64];
                x + waves.reshape(shape).to_device(x.device())
            }
            (Op::Append { from }, Weights::Token(token)) => {
                let x = &values[*from];
                let token = token
                    .reshape([1, -1, 1])
                    .expand([x.size()[0], -1, 1], false);
                Tensor::cat(&[x, &token], 2)
            }
            (Op::Last { from }, _) => values[*from].narrow(2, values[*from].size()[2] - 1, 1),
            (Op::MeanPool { from, width }, _) => {
                let width = *width as i64;
                values[*from].avg_pool1d(width, width, 0, false, true)
            }
            (Op::Rescale { from }, Weights::Rescale { factor, shift }) => {
                &values[*from] * factor + shift
            }
            (Op::Norm { from }, Weights::Norm(norm)) => {
                normalise(values[*from].shallow_clone(), Some(norm), mode)
            }
            (Op::MaxPool { from, width }, _) => {
                let width = *width as i64;
                values[*from].max_pool1d(width, width, 0, 1, false)
            }
            (Op::GlobalMax { from }, _) => values[*from].amax(2, true),
            (Op::GlobalMean { from }, _) => values[*from].mean_dim(2, true, values[*from].kind()),
            (Op::Scale { from, by }, _) => &values[*from] * &values[*by],
            (Op::Flatten { from }, _) => values[*from].reshape([-1, node.channels as i64, 1]),
            (Op::Dropout { from, share }, _) => values[*from].dropout(*share, mode != Mode::Infer),
            (
                Op::Attention { from, heads, width },
                Weights::Attention {
                    query,
                    key,
                    value,
                    back,
                },
            ) => {
                let x = values[*from].transpose(1, 2);
                let [n, length, _] = x.size()[..] else {
                    unreachable!("values have three dimensions")
                };
                let (heads, width) = (*heads as i64, *width as i64);
                let split = |linear: &Linear| {
                    let all = linear.apply(&x).reshape([n, length, heads, width]);
                    all.transpose(1, 2)
                };
                let root = (width as f64).sqrt();
                let scores = split(query).matmul(&split(key).transpose(2, 3)) / root;
                let mixed = scores.softmax(-1, Kind::Float).matmul(&split(value));
                let mixed = mixed.transpose(1, 2).reshape([n, length, heads * width]);
                back.apply(&mixed).transpose(1, 2)
            }
            (Op::Lstm { from, units }, Weights::Lstm(parameters)) => {
                // [T, N, C]
                let x = values[*from].permute([2, 0, 1]);
                let state = Tensor::zeros([2, x.size()[1], *units as i64], (x.kind(), x.device()));
                let (all, _, _) = x.lstm(
                    &[&state, &state],
                    &parameters.iter().collect::<Vec<_>>(),
                    true,
                    1,
                    0.0,
                    mode != Mode::Infer,
                    true,
                    false,
                );
                all.permute([1, 2, 0])
            }
            (op, _) => unreachable!("{op:?} has weights of its own kind"),
        }
    }

    /// Mean and variance of each channel before batch norm, of every convolution that has one, on
    /// `bases` `[N, 4, L]`; batch norm itself uses its running statistics.
    pub fn before_norm(&self, bases: &Tensor) -> Vec<Option<[Tensor; 2]>> {
        let mut values: Vec<Tensor> = Vec::with_capacity(self.graph.nodes.len());
        let mut statistics = Vec::with_capacity(self.graph.nodes.len());
        for (node, weights) in self.graph.nodes.iter().zip(&self.weights) {
            let mut found = None;
            if let (
                Op::Conv {
                    from,
                    dilation,
                    groups,
                    same: false,
                    ..
                },
                Weights::Conv {
                    kernel,
                    norm: Some(_),
                    ..
                },
            ) = (&node.op, weights)
            {
                let x = convolve(&values[*from], kernel, None, [*dilation, *groups]);
                let over: &[i64] = &[0, 2];
                let mean = x.mean_dim(over, false, Kind::Float);
                found = Some([x.var_dim(over, false, false), mean]);
            }
            statistics.push(found.map(|[variance, mean]| [mean, variance]));
            values.push(self.value(node, weights, &values, bases, Mode::Infer));
        }
        statistics
    }

    /// The part of node `at` that node `to` can use.
    fn crop(&self, values: &[Tensor], at: usize, to: &Node) -> Tensor {
        let [left, right] = self.graph.beyond(at, to);
        let length = values[at].size()[2] - (left + right) as i64;
        values[at].narrow(2, left as i64, length)
    }

    /// The table that words are looked up in, `[4^k, width]`, where the graph has words.
    pub fn vectors(&self) -> Option<&Tensor> {
        self.weights.iter().find_map(|weights| match weights {
            Weights::Words(words) => Some(&words.vectors),
            Weights::Lookup(vectors) => Some(vectors),
            _ => None,
        })
    }

    /// Batch norm's running means and variances.
    pub fn statistics(&self) -> Vec<&Tensor> {
        let norms = self.weights.iter().filter_map(|weights| match weights {
            Weights::Conv { norm, .. } => norm.as_ref(),
            Weights::Norm(norm) => Some(norm),
            _ => None,
        });
        norms
            .flat_map(|norm| [&norm.mean, &norm.variance])
            .collect()
    }

    /// Sets the units that the network's value is in.
    pub fn set_units(&self, mean: f64, deviation: f64) {
        for weights in &self.weights {
            if let Weights::Rescale { factor, shift } = weights {
                tch::no_grad(|| {
                    let _ = factor.shallow_clone().fill_(deviation);
                    let _ = shift.shallow_clone().fill_(mean);
                });
            }
        }
    }
}

fn convolve(
    x: &Tensor,
    kernel: &Tensor,
    bias: Option<&Tensor>,
    [dilation, groups]: [usize; 2],
) -> Tensor {
    let kind = x.kind();
    let bias = bias.map(|bias| bias.to_kind(kind));
    x.conv1d(
        &kernel.to_kind(kind),
        bias,
        1,
        0,
        dilation as i64,
        groups as i64,
    )
}

/// `[N, 4, L]` to `[N, heads, 1]`: words with an unknown base have no weight.
fn attend(words: &Words, bases: &Tensor, k: usize) -> Tensor {
    let indices = word_indices(bases, k);
    let numbers = words.numbers();
    let count = numbers.size()[0] - 1;
    let token = numbers.narrow(0, count, 1);
    let table = Tensor::cat(&[numbers.narrow(0, 0, count), token.zeros_like()], 0);
    let sums = Tensor::embedding(&table, &indices, -1, false, false).sum_dim_intlist(
        1i64,
        false,
        Kind::Float,
    ) + token;
    let heads = sums.size()[1] - 1;
    let mixed = sums.narrow(1, 1, heads) / sums.narrow(1, 0, 1);
    (mixed + &words.head.bias).unsqueeze(2)
}

fn normalise(x: Tensor, norm: Option<&Norm>, mode: Mode) -> Tensor {
    let Some(norm) = norm else { return x };
    let (scale, shift) = (Some(&norm.scale), Some(&norm.shift));
    let (mean, variance) = (Some(&norm.mean), Some(&norm.variance));
    // One value a channel has no variance of its own, and would leave NaN in the running one.
    let alone = x.size()[0] * x.size()[2] == 1;
    let (train, momentum) = match mode {
        Mode::Train { momentum } if !alone => (true, momentum),
        _ => (false, 0.0),
    };
    let epsilon = NORM_EPSILON;
    x.batch_norm(
        scale, shift, mean, variance, train, momentum, epsilon, false,
    )
}

fn activate(x: Tensor, act: Act) -> Tensor {
    match act {
        Act::None => x,
        Act::Relu => x.relu(),
        Act::Exponential => x.exp(),
        Act::Swish => x.silu(),
        Act::Sigmoid => x.sigmoid(),
        Act::HardSwish => x.hardswish(),
    }
}

fn motif_score(bases: &Tensor, motifs: &[Option<Motif>], penalty: f32) -> Tensor {
    let shape = [motifs.len() as i64, 4, -1];
    let kernel = Tensor::from_slice(&motif_kernel(motifs)).reshape(shape);
    let shift = Tensor::from_slice(&motif_shift(motifs));
    let device = bases.device();
    let (kernel, shift) = (kernel.to_device(device), shift.to_device(device));
    let matched = bases
        .to_kind(Kind::Float)
        .conv1d(&kernel, Some(&shift), 1, 0, 1, 1)
        .relu();
    (matched - 1.0) * f64::from(penalty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::{UNKNOWN, one_hot};
    use tch::nn::VarStore;

    /// Attention as written in any textbook: every word's key and value, softmax, weighted mean.
    fn textbook(words: &Words, bases: &Tensor, k: usize) -> Tensor {
        let indices = word_indices(bases, k);
        let known = Vec::<i64>::try_from(indices.reshape([-1])).unwrap();
        let known: Vec<i64> = known
            .into_iter()
            .filter(|&i| i < 4i64.pow(k as u32))
            .collect();
        let rows = words.vectors.index_select(0, &Tensor::from_slice(&known));
        let all = Tensor::cat(&[&rows, &words.token], 0);
        let (query, key, value) = (
            words.query.apply(&words.token),
            words.key.apply(&all),
            words.value.apply(&all),
        );
        let root = (all.size()[1] as f64).sqrt();
        let shares = (query.matmul(&key.tr()) / root).softmax(-1, Kind::Float);
        words.head.apply(&shares.matmul(&value))
    }

    #[test]
    fn two_numbers_a_word_are_attention() {
        tch::manual_seed(5);
        let vs = VarStore::new(Device::Cpu);
        let mut graph = Graph::default();
        graph.words(3, 10, 30, 2);
        let network = Network::new(graph, &vs.root());
        let Weights::Words(words) = &network.weights[1] else {
            panic!("no words");
        };
        tch::no_grad(|| {
            let _ = words.vectors.shallow_clone().normal_(0.0, 1.0);
        });
        let mut codes: Vec<u8> = (0..30).map(|i| (i * 7 % 11 % 4) as u8).collect();
        codes[13] = UNKNOWN;
        let bases = one_hot(&[&codes], Device::Cpu);
        let fast = network.forward(&bases, Mode::Infer).reshape([-1]);
        let slow = textbook(words, &bases, 3).reshape([-1]);
        assert!((fast - slow).abs().max().double_value(&[]) < 1e-5);
    }

    #[test]
    fn padding_keeps_the_length_and_is_zero() {
        let vs = VarStore::new(Device::Cpu);
        let mut graph = Graph::over(9);
        graph.conv(0, 1, crate::net::graph::Conv::of(4, Act::None).same());
        let network = Network::new(graph, &vs.root());
        if let Weights::Conv { kernel, .. } = &network.weights[1] {
            let _kernel = tch::no_grad(|| kernel.shallow_clone().fill_(1.0));
        }
        let bases = one_hot(&[&[0; 9]], Device::Cpu);
        let sums = Vec::<f32>::try_from(network.forward(&bases, Mode::Infer).reshape([-1]));
        assert_eq!(sums.unwrap(), [3., 4., 4., 4., 4., 4., 4., 3., 2.]);
    }
}
