//! What a node has to learn, and what it begins with.

use tch::nn::{self, Init};
use tch::{Kind, Tensor};

use crate::net::graph::{Graph, Op};

/// The tensors of one node.
pub enum Weights {
    None,
    /// Also of a gate, whose kernel is 1 wide.
    Conv {
        kernel: Tensor,
        bias: Option<Tensor>,
        norm: Option<Norm>,
    },
    Norm(Norm),
    /// `[heads · width, channels]` each, and `[channels, heads · width]` back.
    Attention {
        query: Linear,
        key: Linear,
        value: Linear,
        back: Linear,
    },
    /// Of each direction in turn: input, state, and their biases, gates in the order i f g o.
    Lstm(Vec<Tensor>),
    Words(Words),
    /// `[4^k, width]`, looked up and not trained.
    Lookup(Tensor),
    /// `[channels]`.
    Token(Tensor),
    /// Factor and shift, `[1]` each.
    Rescale {
        factor: Tensor,
        shift: Tensor,
    },
}

pub struct Norm {
    pub scale: Tensor,
    pub shift: Tensor,
    pub mean: Tensor,
    pub variance: Tensor,
}

/// `weight` `[outputs, inputs]`, `bias` `[outputs]`.
pub struct Linear {
    pub weight: Tensor,
    pub bias: Tensor,
}

impl Linear {
    /// `[.., inputs]` to `[.., outputs]`.
    pub fn apply(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, Some(&self.bias))
    }
}

/// Attention of a learned token over word vectors; see `arch/word_attention.rs`.
pub struct Words {
    /// `[4^k, width]`, looked up and not trained.
    pub vectors: Tensor,
    /// `[1, width]`.
    pub token: Tensor,
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    pub head: Linear,
}

impl Words {
    /// `[4^k + 1, 1 + heads]`, the token last: what a word weighs in a sum, and that weight times
    /// what each head makes of the word.
    pub fn numbers(&self) -> Tensor {
        let all = Tensor::cat(&[&self.vectors, &self.token], 0);
        let query = self.query.apply(&self.token);
        let width = self.token.size()[1] as f64;
        // The key's and the value's matrices meet the query's and the head's before the words do.
        let key = query.matmul(&self.key.weight);
        let same = query.matmul(&self.key.bias.unsqueeze(1));
        let score = (all.matmul(&key.tr()) + same) / width.sqrt();
        let weight = (&score - score.max().detach()).exp();
        let head = self.head.weight.matmul(&self.value.weight);
        let shift = self.head.weight.matmul(&self.value.bias);
        let headed = all.matmul(&head.tr()) + shift;
        Tensor::cat(&[&weight, &(&weight * headed)], 1)
    }
}

pub fn weights(graph: &Graph, at: usize, vs: &nn::Path) -> Weights {
    let node = &graph.nodes[at];
    let width = node.channels as i64;
    let channels = |at: usize| graph.nodes[at].channels as i64;
    let kaiming = |shape: &[i64]| vs.kaiming_normal("kernel", shape);
    match node.op {
        Op::Conv {
            from,
            kernel,
            groups,
            norm: normed,
            ..
        } => Weights::Conv {
            kernel: kaiming(&[width, channels(from) / groups as i64, kernel as i64]),
            bias: (!normed).then(|| vs.zeros("bias", &[width])),
            norm: normed.then(|| norm(vs, width)),
        },
        Op::Gate { .. } => Weights::Conv {
            kernel: kaiming(&[width, width, 1]),
            bias: Some(vs.zeros("bias", &[width])),
            norm: None,
        },
        Op::Norm { .. } => Weights::Norm(norm(vs, width)),
        Op::Attention {
            heads, width: each, ..
        } => {
            let inner = (heads * each) as i64;
            Weights::Attention {
                query: linear(&(vs / "query"), width, inner),
                key: linear(&(vs / "key"), width, inner),
                value: linear(&(vs / "value"), width, inner),
                back: linear(&(vs / "back"), inner, width),
            }
        }
        Op::Lstm { from, units } => {
            let units = units as i64;
            let bound = 1.0 / (units as f64).sqrt();
            let draw = |name: String, shape: &[i64]| {
                let init = Init::Uniform {
                    lo: -bound,
                    up: bound,
                };
                vs.var(&name, shape, init)
            };
            let direction = |side: &str| {
                [
                    draw(format!("{side}_input"), &[4 * units, channels(from)]),
                    draw(format!("{side}_state"), &[4 * units, units]),
                    draw(format!("{side}_input_bias"), &[4 * units]),
                    draw(format!("{side}_state_bias"), &[4 * units]),
                ]
            };
            Weights::Lstm(
                ["forward", "backward"]
                    .map(direction)
                    .into_iter()
                    .flatten()
                    .collect(),
            )
        }
        Op::Words { k, width: each, .. } => {
            let each = each as i64;
            Weights::Words(Words {
                vectors: vs.zeros_no_train("vectors", &[4i64.pow(k as u32), each]),
                token: vs.randn_standard("token", &[1, each]),
                query: linear(&(vs / "query"), each, each),
                key: linear(&(vs / "key"), each, each),
                value: linear(&(vs / "value"), each, each),
                head: linear(&(vs / "head"), each, width),
            })
        }
        Op::Lookup { k, width: each } => {
            Weights::Lookup(vs.zeros_no_train("vectors", &[4i64.pow(k as u32), each as i64]))
        }
        Op::Append { .. } => Weights::Token(vs.randn_standard("token", &[width])),
        Op::Rescale { .. } => Weights::Rescale {
            factor: vs.ones_no_train("factor", &[1]),
            shift: vs.zeros_no_train("shift", &[1]),
        },
        _ => Weights::None,
    }
}

fn norm(vs: &nn::Path, width: i64) -> Norm {
    Norm {
        // tch's own default draws the scale from [0, 1).
        scale: vs.var("scale", &[width], Init::Const(1.0)),
        shift: vs.zeros("shift", &[width]),
        mean: vs.zeros_no_train("mean", &[width]),
        variance: vs.ones_no_train("variance", &[width]),
    }
}

fn linear(vs: &nn::Path, inputs: i64, outputs: i64) -> Linear {
    let stdev = 1.0 / (inputs as f64).sqrt();
    Linear {
        weight: vs.randn("weight", &[outputs, inputs], 0.0, stdev),
        bias: vs.zeros("bias", &[outputs]),
    }
}

/// The word of `k` bases that begins at each base, as an index; `4^k` where a base is unknown.
/// `[N, 4, L]` to `[N, L - k + 1]`.
pub fn word_indices(bases: &Tensor, k: usize) -> Tensor {
    let bases = bases.to_kind(Kind::Float);
    let codes = Tensor::from_slice(&[0f32, 1.0, 2.0, 3.0]).to_device(bases.device());
    let powers: Vec<f32> = (0..k).rev().map(|i| 4f32.powi(i as i32)).collect();
    let powers = Tensor::from_slice(&powers).to_device(bases.device());
    let kernel = codes.reshape([1, 4, 1]) * powers.reshape([1, 1, k as i64]);
    let index = bases.conv1d::<Tensor>(&kernel, None, 1, 0, 1, 1);
    let ones = kernel.ones_like();
    let known = bases.conv1d::<Tensor>(&ones, None, 1, 0, 1, 1);
    let unknown = 4f64.powi(k as i32);
    index
        .where_scalarother(&known.ge(k as f64 - 0.5), unknown)
        .squeeze_dim(1)
        .to_kind(Kind::Int64)
}
