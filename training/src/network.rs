//! A graph's trained weights and its forward pass in tch.

use tch::nn::{self, Init};
use tch::{Kind, Tensor};

use crate::graph::{Act, Graph, Node, Op, motif_kernel, motif_shift};

/// The trained tensors of one node.
pub struct Weights {
    pub kernel: Tensor,
    pub bias: Option<Tensor>,
    pub norm: Option<Norm>,
}

pub struct Norm {
    pub scale: Tensor,
    pub shift: Tensor,
    pub mean: Tensor,
    pub variance: Tensor,
}

pub const NORM_EPSILON: f64 = 1e-5;

/// What batch norm goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// The batch's own statistics, which also move the running ones by `momentum`.
    Train { momentum: f64 },
    /// The running statistics.
    Infer,
}

pub struct Network {
    pub graph: Graph,
    pub weights: Vec<Option<Weights>>,
}

impl Network {
    pub fn new(graph: Graph, vs: &nn::Path) -> Network {
        let weights = (0..graph.nodes.len())
            .map(|at| weights(&graph, at, &(vs / format!("node{at:02}"))))
            .collect();
        Network { graph, weights }
    }

    /// Scores of all windows: `bases` `[N, 4, L]` to `[N, heads, L - window + 1]`, logits.
    ///
    /// Computes in the precision of `bases`; weights stay single, and so do the scores.
    pub fn forward(&self, bases: &Tensor, mode: Mode) -> Tensor {
        let kind = bases.kind();
        let mut values: Vec<Tensor> = Vec::with_capacity(self.graph.nodes.len());
        for (at, node) in self.graph.nodes.iter().enumerate() {
            let value = match &node.op {
                Op::Bases => bases.shallow_clone(),
                Op::Conv {
                    from,
                    dilation,
                    groups,
                    act,
                    ..
                } => {
                    let weights = self.weights[at]
                        .as_ref()
                        .expect("a convolution has weights");
                    let x = values[*from].conv1d(
                        &weights.kernel.to_kind(kind),
                        weights.bias.as_ref().map(|bias| bias.to_kind(kind)),
                        1,
                        0,
                        *dilation as i64,
                        *groups as i64,
                    );
                    activate(normalise(x, weights.norm.as_ref(), mode), *act)
                }
                Op::Add { a, b, act } => activate(
                    self.crop(&values, *a, node) + self.crop(&values, *b, node),
                    *act,
                ),
                Op::Concat { parts } => {
                    let parts: Vec<Tensor> =
                        parts.iter().map(|&p| self.crop(&values, p, node)).collect();
                    Tensor::cat(&parts, 1)
                }
                Op::Gate { from } => {
                    let weights = self.weights[at].as_ref().expect("a gate has weights");
                    let x = &values[*from];
                    let kernel = weights.kernel.to_kind(kind);
                    let bias = weights.bias.as_ref().map(|bias| bias.to_kind(kind));
                    x * x.conv1d(&kernel, bias, 1, 0, 1, 1).sigmoid()
                }
                Op::Mean { from, width } => {
                    values[*from].avg_pool1d(*width as i64, 1, 0, false, true)
                }
                Op::Motif { motif, penalty } => motif_score(bases, motif, *penalty, node.channels),
            };
            values.push(value);
        }
        values
            .pop()
            .expect("a graph has its input at least")
            .to_kind(Kind::Float)
    }

    /// The part of node `at` that node `to` can use.
    fn crop(&self, values: &[Tensor], at: usize, to: &Node) -> Tensor {
        let node = &self.graph.nodes[at];
        let (left, right) = (to.left - node.left, to.right - node.right);
        let length = values[at].size()[2] - (left + right) as i64;
        values[at].narrow(2, left as i64, length)
    }
}

fn weights(graph: &Graph, at: usize, vs: &nn::Path) -> Option<Weights> {
    let node = &graph.nodes[at];
    let width = node.channels as i64;
    let kaiming = |shape: &[i64]| vs.kaiming_normal("kernel", shape);
    match node.op {
        Op::Conv {
            from,
            kernel,
            groups,
            norm,
            ..
        } => Some(Weights {
            kernel: kaiming(&[
                width,
                (graph.nodes[from].channels / groups) as i64,
                kernel as i64,
            ]),
            bias: (!norm).then(|| vs.zeros("bias", &[width])),
            norm: norm.then(|| Norm {
                // tch's own default draws the scale from [0, 1).
                scale: vs.var("scale", &[width], Init::Const(1.0)),
                shift: vs.zeros("shift", &[width]),
                mean: vs.zeros_no_train("mean", &[width]),
                variance: vs.ones_no_train("variance", &[width]),
            }),
        }),
        Op::Gate { .. } => Some(Weights {
            kernel: kaiming(&[width, width, 1]),
            bias: Some(vs.zeros("bias", &[width])),
            norm: None,
        }),
        _ => None,
    }
}

fn normalise(x: Tensor, norm: Option<&Norm>, mode: Mode) -> Tensor {
    let Some(norm) = norm else { return x };
    let (scale, shift) = (Some(&norm.scale), Some(&norm.shift));
    let (mean, variance) = (Some(&norm.mean), Some(&norm.variance));
    let (train, momentum) = match mode {
        Mode::Train { momentum } => (true, momentum),
        Mode::Infer => (false, 0.0),
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
        Act::Swish => x.silu(),
    }
}

fn motif_score(bases: &Tensor, motif: &[u8], penalty: f32, channels: usize) -> Tensor {
    let shape = [channels as i64, 4, motif.len() as i64];
    let kernel = Tensor::from_slice(&motif_kernel(motif, channels)).reshape(shape);
    let shift = Tensor::from_slice(&motif_shift(motif, channels));
    let device = bases.device();
    let (kernel, shift) = (kernel.to_device(device), shift.to_device(device));
    let matched = bases
        .to_kind(Kind::Float)
        .conv1d(&kernel, Some(&shift), 1, 0, 1, 1)
        .relu();
    let length = matched.size()[2] - 1;
    // The last match has no base behind it.
    (matched.narrow(2, 0, length) - 1.0) * f64::from(penalty)
}
