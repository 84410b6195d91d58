//! What each node becomes: convolutions, poolings and sums here, the larger layers in `layers.rs`.

use anyhow::{Result, bail};
use tch::{Device, Kind, Tensor};

use super::{Writer, int, ints};
use crate::net::graph::{
    self, Act, Graph, Motif, Node, Op, motif_kernel, motif_reach, motif_shift, node_name as name,
};
use crate::net::network::{NORM_EPSILON, Network, Norm, Weights};

/// A convolution's extent; `pads` are zeros before and behind.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub kernel: usize,
    pub dilation: usize,
    pub groups: usize,
    pub pads: [usize; 2],
}

impl Extent {
    pub(super) fn of(kernel: usize) -> Extent {
        Extent {
            kernel,
            dilation: 1,
            groups: 1,
            pads: [0, 0],
        }
    }
}

impl Writer {
    pub(super) fn write(&mut self, network: &Network, graph: &Graph, at: usize) -> Result<()> {
        let node = &graph.nodes[at];
        let output = name(at);
        match (&node.op, &network.weights[at]) {
            (Op::Bases, _) => {}
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
                let (values, bias) = folded(kernel, bias.as_ref(), norm.as_ref(), node.channels)?;
                let reach = if *same { dilation * (width - 1) } else { 0 };
                let extent = Extent {
                    kernel: *width,
                    dilation: *dilation,
                    groups: *groups,
                    pads: [reach / 2, reach - reach / 2],
                };
                let dims = [node.channels, graph.nodes[*from].channels / groups];
                let linear = self.before(&output, *act);
                self.convolve(&name(*from), &linear, dims, extent, (&values, &bias));
                self.activate(&linear, &output, *act);
            }
            (Op::Gate { from }, Weights::Conv { kernel, bias, .. }) => {
                let (values, bias) = folded(kernel, bias.as_ref(), None, node.channels)?;
                let from = name(*from);
                let [linear, open] = ["linear", "open"].map(|part| format!("{output}.{part}"));
                let dims = [node.channels; 2];
                self.convolve(&from, &linear, dims, Extent::of(1), (&values, &bias));
                self.node("Sigmoid", &[&linear], &open, vec![]);
                self.node("Mul", &[&from, &open], &output, vec![]);
            }
            (Op::Add { a, b, act }, _) => {
                let [a, b] = [a, b].map(|part| self.crop(graph, *part, node, &output));
                let linear = self.before(&output, *act);
                self.node("Add", &[&a, &b], &linear, vec![]);
                self.activate(&linear, &output, *act);
            }
            (Op::Concat { parts }, _) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|part| self.crop(graph, *part, node, &output))
                    .collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                self.node("Concat", &parts, &output, vec![int("axis", 1)]);
            }
            (Op::Mean { from, width }, _) => {
                let values = vec![1.0 / *width as f32; node.channels * width];
                let bias = vec![0.0; node.channels];
                let extent = Extent {
                    groups: node.channels,
                    ..Extent::of(*width)
                };
                let dims = [node.channels, 1];
                self.convolve(&name(*from), &output, dims, extent, (&values, &bias));
            }
            (Op::Motif { motifs, penalty }, _) => self.motifs(motifs, *penalty, &output),
            (Op::Words { k, window, .. }, Weights::Words(words)) => {
                self.words(words, *k, *window, &output)?;
            }
            (Op::Turned, _) => {
                let length = node.length.unwrap_or(1) as i64;
                let backwards: Vec<i64> = (0..length).rev().collect();
                let [bases, places, turned] =
                    ["bases", "places", "turned"].map(|part| format!("{output}.{part}"));
                self.ints(&bases, &[3, 2, 1, 0]);
                self.node("Gather", &["n00", &bases], &turned, vec![int("axis", 1)]);
                self.ints(&places, &backwards);
                self.node("Gather", &[&turned, &places], &output, vec![int("axis", 3)]);
            }
            (Op::Lookup { k, width }, Weights::Lookup(vectors)) => {
                let found = self.lookup(*k, &host(vectors)?, *width, &output);
                self.node("Identity", &[&found], &output, vec![]);
            }
            (Op::Places { from }, _) => {
                let length = node.length.unwrap_or(1);
                let waves = format!("{output}.waves");
                let dims = [1, node.channels, 1, length];
                self.floats(&waves, &dims, &graph::waves(node.channels, length));
                self.node("Add", &[&name(*from), &waves], &output, vec![]);
            }
            (Op::Append { from }, Weights::Token(token)) => {
                self.append(&name(*from), &output, node, &host(token)?);
            }
            (Op::Last { from }, _) => self.slice(&name(*from), &output, -1, i64::MAX),
            (Op::MeanPool { from, width }, _) => {
                let attributes = vec![
                    ints("kernel_shape", &[1, *width]),
                    ints("strides", &[1, *width]),
                ];
                self.node("AveragePool", &[&name(*from)], &output, attributes);
            }
            (Op::Rescale { from }, Weights::Rescale { factor, shift }) => {
                let [factor, shift] = [host(factor)?, host(shift)?];
                self.affine(&name(*from), &output, &factor, &shift);
            }
            (Op::Norm { from }, Weights::Norm(norm)) => {
                let (factor, shift) = affine(norm, node.channels);
                self.affine(&name(*from), &output, &host(&factor)?, &host(&shift)?);
            }
            (Op::MaxPool { from, width }, _) => {
                let attributes = vec![
                    ints("kernel_shape", &[1, *width]),
                    ints("strides", &[1, *width]),
                ];
                self.node("MaxPool", &[&name(*from)], &output, attributes);
            }
            (Op::GlobalMax { from }, _) => {
                self.node(
                    "ReduceMax",
                    &[&name(*from)],
                    &output,
                    vec![ints("axes", &[3])],
                );
            }
            (Op::GlobalMean { from }, _) => {
                self.node(
                    "ReduceMean",
                    &[&name(*from)],
                    &output,
                    vec![ints("axes", &[3])],
                );
            }
            (Op::Scale { from, by }, _) => {
                self.node("Mul", &[&name(*from), &name(*by)], &output, vec![]);
            }
            (Op::Flatten { from }, _) => {
                let shape = [-1, node.channels as i64, 1, 1];
                self.reshape(&name(*from), &output, &shape);
            }
            (Op::Dropout { from, .. }, _) => {
                self.node("Identity", &[&name(*from)], &output, vec![]);
            }
            (Op::Attention { from, heads, width }, weights @ Weights::Attention { .. }) => {
                self.attention(&name(*from), &output, node, [*heads, *width], weights)?;
            }
            (Op::Lstm { from, units }, Weights::Lstm(parameters)) => {
                self.lstm(&name(*from), &output, *units, parameters)?;
            }
            (op, _) => bail!("no weights for {op:?}"),
        }
        Ok(())
    }

    pub(super) fn convolve(
        &mut self,
        from: &str,
        output: &str,
        [channels, inputs]: [usize; 2],
        extent: Extent,
        (values, bias): (&[f32], &[f32]),
    ) {
        let Extent {
            kernel,
            dilation,
            groups,
            pads: [before, behind],
        } = extent;
        let [w, b] = ["w", "b"].map(|part| format!("{output}.{part}"));
        self.floats(&w, &[channels, inputs, 1, kernel], values);
        self.floats(&b, &[channels], bias);
        let attributes = vec![
            ints("kernel_shape", &[1, kernel]),
            ints("dilations", &[1, dilation]),
            ints("strides", &[1, 1]),
            ints("pads", &[0, before, 0, behind]),
            int("group", groups),
        ];
        self.node("Conv", &[from, &w, &b], output, attributes);
    }

    /// `factor · x + shift`, one of each a channel or for all.
    fn affine(&mut self, from: &str, output: &str, factor: &[f32], shift: &[f32]) {
        let [scaled, f, s] = ["scaled", "factor", "shift"].map(|part| format!("{output}.{part}"));
        self.floats(&f, &[1, factor.len(), 1, 1], factor);
        self.floats(&s, &[1, shift.len(), 1, 1], shift);
        self.node("Mul", &[from, &f], &scaled, vec![]);
        self.node("Add", &[&scaled, &s], output, vec![]);
    }

    pub(super) fn reshape(&mut self, from: &str, output: &str, shape: &[i64]) {
        let to = format!("{output}.shape");
        self.ints(&to, shape);
        self.node("Reshape", &[from, &to], output, vec![]);
    }

    /// `from..till` of the bases; counted from the end where negative.
    pub(super) fn slice(&mut self, of: &str, output: &str, from: i64, till: i64) {
        let [f, t, axis] = ["from", "till", "axis"].map(|end| format!("{output}.{end}"));
        self.ints(&f, &[from]);
        self.ints(&t, &[till]);
        self.ints(&axis, &[3]);
        self.node("Slice", &[of, &f, &t, &axis], output, vec![]);
    }

    fn before(&self, output: &str, act: Act) -> String {
        match act {
            Act::None => output.to_owned(),
            _ => format!("{output}.linear"),
        }
    }

    fn activate(&mut self, linear: &str, output: &str, act: Act) {
        match act {
            Act::None => {}
            Act::Relu => self.node("Relu", &[linear], output, vec![]),
            Act::Exponential => self.node("Exp", &[linear], output, vec![]),
            Act::Sigmoid => self.node("Sigmoid", &[linear], output, vec![]),
            Act::HardSwish => self.node("HardSwish", &[linear], output, vec![]),
            Act::Swish => {
                let open = format!("{output}.open");
                self.node("Sigmoid", &[linear], &open, vec![]);
                self.node("Mul", &[linear, &open], output, vec![]);
            }
        }
    }

    /// The name of the part of node `part` that node `to` can use.
    fn crop(&mut self, graph: &Graph, part: usize, to: &Node, output: &str) -> String {
        let [left, right] = graph.beyond(part, to);
        if (left, right) == (0, 0) {
            return name(part);
        }
        let cut = format!("{output}.{}", name(part));
        let till = if right == 0 {
            i64::MAX
        } else {
            -(right as i64)
        };
        self.slice(&name(part), &cut, left as i64, till);
        cut
    }

    fn motifs(&mut self, motifs: &[Option<Motif>], penalty: f32, output: &str) {
        let part = |part: &str| format!("{output}.{part}");
        let [left, right] = motif_reach(motifs);
        let (kernel, shift) = (motif_kernel(motifs), motif_shift(motifs));
        let extent = Extent::of(left + 1 + right);
        let linear = part("linear");
        self.convolve("n00", &linear, [motifs.len(), 4], extent, (&kernel, &shift));
        self.node("Relu", &[&linear], &part("matched"), vec![]);
        self.floats(&part("one"), &[1], &[1.0]);
        self.floats(&part("penalty"), &[1], &[penalty]);
        self.node(
            "Sub",
            &[&part("matched"), &part("one")],
            &part("off"),
            vec![],
        );
        self.node("Mul", &[&part("off"), &part("penalty")], output, vec![]);
    }
}

/// The first `channels` rows of a kernel and its bias, batch norm's running statistics folded in.
fn folded(
    kernel: &Tensor,
    bias: Option<&Tensor>,
    norm: Option<&Norm>,
    channels: usize,
) -> Result<(Vec<f32>, Vec<f32>)> {
    tch::no_grad(|| {
        let kernel = rows(kernel, channels);
        let zeros = || Tensor::zeros([channels as i64], (Kind::Double, kernel.device()));
        let bias = bias.map_or_else(zeros, |bias| rows(bias, channels));
        match norm {
            Some(norm) => {
                let (factor, shift) = affine(norm, channels);
                Ok((
                    host(&(&kernel * factor.reshape([-1, 1, 1])))?,
                    host(&(bias * factor + shift))?,
                ))
            }
            None => Ok((host(&kernel)?, host(&bias)?)),
        }
    })
}

/// Batch norm as a factor and a shift of each channel.
fn affine(norm: &Norm, channels: usize) -> (Tensor, Tensor) {
    tch::no_grad(|| {
        let [scale, shift, mean, variance] =
            [&norm.scale, &norm.shift, &norm.mean, &norm.variance].map(|t| rows(t, channels));
        let factor = scale / (variance + NORM_EPSILON).sqrt();
        let shift = shift - mean * &factor;
        (factor, shift)
    })
}

fn rows(tensor: &Tensor, channels: usize) -> Tensor {
    tensor.narrow(0, 0, channels as i64).to_kind(Kind::Double)
}

/// A tensor's numbers, row by row.
pub(super) fn host(tensor: &Tensor) -> Result<Vec<f32>> {
    let flat = tensor
        .detach()
        .to_kind(Kind::Float)
        .to_device(Device::Cpu)
        .contiguous()
        .reshape([-1]);
    Ok(Vec::try_from(flat)?)
}
