//! Dense networks of the kinds that are trained for windrow, with weights drawn from a seed.
#![allow(dead_code)]

use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto, TensorProto};

use super::onnx::{self, floats, int_attribute, ints, ints_attribute, node};

/// A graph while it is written. Values are `[N, C, 1, L]`, named by numbers.
pub struct Net {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
    random: fastrand::Rng,
    names: usize,
}

/// A value, its channels, and what a column of it sees: bases, from which one on, and how far
/// apart columns lie.
#[derive(Clone)]
pub struct Value {
    name: String,
    channels: usize,
    seen: usize,
    stride: usize,
}

impl Net {
    pub fn new(seed: u64) -> Self {
        let mut net = Self {
            nodes: Vec::new(),
            tensors: vec![ints("height", vec![2])],
            random: fastrand::Rng::with_seed(seed),
            names: 0,
        };
        let unsqueeze = node("Unsqueeze", &["sequence", "height"], "bases");
        net.nodes.push(unsqueeze);
        net
    }

    pub fn bases(&self) -> Value {
        Value {
            name: "bases".to_owned(),
            channels: 4,
            seen: 1,
            stride: 1,
        }
    }

    /// A number from -1 to 1.
    fn draw(&mut self) -> f32 {
        2.0 * self.random.f32() - 1.0
    }

    /// Weights that keep the spread of what they are multiplied with.
    fn weights(&mut self, dims: &[usize], inputs: usize) -> String {
        let scale = (3.0 / inputs as f32).sqrt();
        let count = dims.iter().product();
        let numbers = (0..count).map(|_| self.draw() * scale).collect();
        self.constant(dims, numbers)
    }

    pub fn constant(&mut self, dims: &[usize], numbers: Vec<f32>) -> String {
        let name = self.name();
        let dims: Vec<_> = dims.iter().map(|&dim| dim as i64).collect();
        self.tensors.push(floats(&name, &dims, numbers));
        name
    }

    fn integer(&mut self, number: i64) -> String {
        let name = self.name();
        self.tensors.push(ints(&name, vec![number]));
        name
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    pub fn node(&mut self, kind: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        let name = self.name();
        let mut node = node(kind, inputs, &name);
        node.attribute = attribute;
        self.nodes.push(node);
        name
    }

    /// Convolution: `[taps, dilation, stride]`.
    pub fn conv(&mut self, x: &Value, channels: usize, groups: usize, frame: [usize; 3]) -> Value {
        let [taps, dilation, stride] = frame;
        let inputs = x.channels / groups;
        let weights = self.weights(&[channels, inputs, 1, taps], inputs * taps);
        let bias = self.weights(&[channels], 100);
        let attributes = vec![
            ints_attribute("kernel_shape", &[1, taps as i64]),
            ints_attribute("dilations", &[1, dilation as i64]),
            ints_attribute("strides", &[1, stride as i64]),
            ints_attribute("pads", &[0; 4]),
            int_attribute("group", groups as i64),
        ];
        Value {
            name: self.node("Conv", &[&x.name, &weights, &bias], attributes),
            channels,
            seen: x.seen + (taps - 1) * dilation * x.stride,
            stride: x.stride * stride,
        }
    }

    pub fn map(&mut self, kind: &str, x: &Value) -> Value {
        let name = self.node(kind, &[&x.name], Vec::new());
        Value { name, ..x.clone() }
    }

    pub fn swish(&mut self, x: &Value) -> Value {
        let open = self.map("Sigmoid", x);
        let name = self.node("Mul", &[&x.name, &open.name], Vec::new());
        Value { name, ..x.clone() }
    }

    pub fn norm(&mut self, x: &Value) -> Value {
        let channels = x.channels;
        let mut drawn = |low: f32| {
            let numbers = (0..channels).map(|_| low + self.draw().abs()).collect();
            self.constant(&[channels], numbers)
        };
        let parts = [drawn(0.5), drawn(-0.5), drawn(-0.5), drawn(0.5)];
        let [scale, shift, mean, variance] = &parts;
        let inputs = [&x.name, scale, shift, mean, variance].map(String::as_str);
        let name = self.node("BatchNormalization", &inputs, Vec::new());
        Value { name, ..x.clone() }
    }

    /// The columns of `x` that lie in the middle of those of `to`.
    fn middle(&mut self, x: &Value, to: &Value) -> Value {
        let spare = (to.seen - x.seen) / x.stride;
        if spare == 0 {
            return x.clone();
        }
        let (before, behind) = (spare / 2, spare - spare / 2);
        let till = if behind == 0 {
            i64::MAX
        } else {
            -(behind as i64)
        };
        let [from, till, axis] = [before as i64, till, 3].map(|number| self.integer(number));
        let name = self.node("Slice", &[&x.name, &from, &till, &axis], Vec::new());
        Value {
            name,
            seen: to.seen,
            ..x.clone()
        }
    }

    pub fn binary(&mut self, kind: &str, a: &Value, b: &Value) -> Value {
        let widest = if a.seen > b.seen {
            a.clone()
        } else {
            b.clone()
        };
        let (a, b) = (self.middle(a, &widest), self.middle(b, &widest));
        let channels = a.channels.max(b.channels);
        let name = self.node(kind, &[&a.name, &b.name], Vec::new());
        Value {
            name,
            channels,
            ..a
        }
    }

    pub fn concat(&mut self, parts: &[&Value]) -> Value {
        let widest = parts.iter().max_by_key(|part| part.seen).unwrap();
        let parts: Vec<_> = parts.iter().map(|part| self.middle(part, widest)).collect();
        let names: Vec<_> = parts.iter().map(|part| part.name.as_str()).collect();
        let name = self.node("Concat", &names, vec![int_attribute("axis", 1)]);
        Value {
            name,
            channels: parts.iter().map(|part| part.channels).sum(),
            ..parts[0].clone()
        }
    }

    /// `MaxPool` or `AveragePool`.
    pub fn pool(&mut self, kind: &str, x: &Value, taps: usize, stride: usize) -> Value {
        let attributes = vec![
            ints_attribute("kernel_shape", &[1, taps as i64]),
            ints_attribute("strides", &[1, stride as i64]),
        ];
        Value {
            name: self.node(kind, &[&x.name], attributes),
            channels: x.channels,
            seen: x.seen + (taps - 1) * x.stride,
            stride: x.stride * stride,
        }
    }

    /// Mean of neighbours as a depthwise convolution.
    pub fn mean(&mut self, x: &Value, taps: usize) -> Value {
        let mean = self.constant(
            &[x.channels, 1, 1, taps],
            vec![1.0 / taps as f32; x.channels * taps],
        );
        let attributes = vec![int_attribute("group", x.channels as i64)];
        Value {
            name: self.node("Conv", &[&x.name, &mean], attributes),
            seen: x.seen + (taps - 1) * x.stride,
            ..x.clone()
        }
    }

    /// Numbers of each word of `k` bases, from a table of as many channels.
    pub fn words(&mut self, k: usize, channels: usize) -> Value {
        let digits =
            (0..4).flat_map(|code| (0..k).map(move |i| (code << (2 * (k - 1 - i))) as f32));
        let digits = self.constant(&[1, 4, 1, k], digits.collect());
        let place = self.node("Conv", &["bases", &digits], Vec::new());
        let (one, two) = (1, 2);
        let planes = self.name();
        self.tensors.push(ints(&planes, vec![one, two]));
        let row = self.node("Squeeze", &[&place, &planes], Vec::new());
        let word = self.node("Cast", &[&row], vec![int_attribute("to", 7)]);
        let table = self.weights(&[1 << (2 * k), channels], 3);
        let found = self.node("Gather", &[&table, &word], vec![int_attribute("axis", 0)]);
        let turned = self.node(
            "Transpose",
            &[&found],
            vec![ints_attribute("perm", &[0, 2, 1])],
        );
        Value {
            name: self.node("Unsqueeze", &[&turned, "height"], Vec::new()),
            channels,
            seen: k,
            stride: 1,
        }
    }

    /// Channels `from..till`.
    pub fn channels(&mut self, x: &Value, from: usize, till: usize) -> Value {
        let bounds = [from as i64, till as i64, 1].map(|number| self.integer(number));
        let inputs = [&x.name, &bounds[0], &bounds[1], &bounds[2]].map(String::as_str);
        Value {
            name: self.node("Slice", &inputs, Vec::new()),
            channels: till - from,
            ..x.clone()
        }
    }

    /// The model file that ends with this value, of one channel.
    pub fn finish(mut self, x: &Value, name: &str, strand: &str) -> ModelProto {
        let squeeze = node("Squeeze", &[&x.name, "height"], "score");
        self.nodes.push(squeeze);
        let mut model = onnx::dense(self.nodes, self.tensors, x.seen);
        onnx::set(&mut model, "name", name);
        onnx::set(&mut model, "step", &x.stride.to_string());
        onnx::set(&mut model, "anchor", &(x.seen / 2).to_string());
        onnx::set(&mut model, "strand", strand);
        model
    }
}

/// Residual blocks of dilated convolutions.
pub fn residual(channels: usize, dilations: &[usize]) -> ModelProto {
    let mut net = Net::new(1);
    let stem = net.conv(&net.bases(), channels, 1, [11, 1, 1]);
    let mut x = net.map("Relu", &stem);
    for &dilation in dilations {
        let deep = net.conv(&x, channels, 1, [5, dilation, 1]);
        let deep = net.map("Relu", &deep);
        let deep = net.conv(&deep, channels, 1, [5, dilation, 1]);
        let sum = net.binary("Add", &x, &deep);
        x = net.map("Relu", &sum);
    }
    let score = net.conv(&x, 1, 1, [1, 1, 1]);
    net.finish(&score, "residual", "stranded")
}

/// Parallel kernels 3 and 5 of half the channels each, batch norm, swish, an attention gate, and
/// a sliding mean beside the base itself. With `pooled`, blocks end in max poolings of 2.
pub fn inception(channels: usize, dilations: &[usize], pooled: bool) -> ModelProto {
    let mut net = Net::new(2);
    let mut x = net.bases();
    for &dilation in dilations {
        let branches = [3, 5].map(|taps| {
            let branch = net.conv(&x, channels / 2, 1, [taps, dilation, 1]);
            let branch = net.norm(&branch);
            net.swish(&branch)
        });
        x = net.concat(&[&branches[0], &branches[1]]);
        if pooled {
            x = net.pool("MaxPool", &x, 2, 2);
        }
    }
    let gate = net.conv(&x, channels, 1, [1, 1, 1]);
    let open = net.map("Sigmoid", &gate);
    let gated = net.binary("Mul", &x, &open);
    let mean = net.mean(&gated, 25);
    let both = net.concat(&[&gated, &mean]);
    let dense = net.conv(&both, channels, 1, [1, 1, 1]);
    let dense = net.swish(&dense);
    let score = net.conv(&dense, 1, 1, [1, 1, 1]);
    let name = if pooled {
        "inception-pooled"
    } else {
        "inception"
    };
    net.finish(&score, name, "stranded")
}

/// A binding-site network on 40 bases: parallel stems, separable blocks with squeeze-and-excite
/// over a sliding mean, and a sliding maximum. About 3.4 thousand parameters.
pub fn separable() -> ModelProto {
    let mut net = Net::new(3);
    let stems = [3, 5, 7].map(|taps| {
        let stem = net.conv(&net.bases(), 8, 1, [taps, 1, 1]);
        net.map("HardSwish", &stem)
    });
    let mut x = net.concat(&[&stems[0], &stems[1], &stems[2]]);
    for taps in [5, 7] {
        let wide = net.conv(&x, 24, 1, [1, 1, 1]);
        let wide = net.map("HardSwish", &wide);
        let deep = net.conv(&wide, 24, 24, [taps, 1, 1]);
        let deep = net.norm(&deep);
        let narrow = net.conv(&deep, 24, 1, [1, 1, 1]);
        x = net.binary("Add", &x, &narrow);
    }
    let squeezed = net.pool("AveragePool", &x, 40 - x.seen + 1, 1);
    let squeezed = net.conv(&squeezed, 8, 1, [1, 1, 1]);
    let squeezed = net.map("Relu", &squeezed);
    let excited = net.conv(&squeezed, 24, 1, [1, 1, 1]);
    let excited = net.map("HardSigmoid", &excited);
    let most = net.pool("MaxPool", &x, 40 - x.seen + 1, 1);
    let scaled = net.binary("Mul", &most, &excited);
    let score = net.conv(&scaled, 1, 1, [1, 1, 1]);
    net.finish(&score, "separable", "symmetric")
}

/// Attention over words of `k` bases whose query is constant: a ratio of sliding sums.
pub fn word_attention(k: usize, window: usize) -> ModelProto {
    let mut net = Net::new(4);
    let words = net.words(k, 2);
    let weight = net.channels(&words, 0, 1);
    let weight = net.map("Exp", &weight);
    let value = net.channels(&words, 1, 2);
    let value = net.binary("Mul", &value, &weight);
    let both = net.concat(&[&weight, &value]);
    let sums = net.mean(&both, window + 1 - k);
    let (weight, value) = (net.channels(&sums, 0, 1), net.channels(&sums, 1, 2));
    let score = net.binary("Div", &value, &weight);
    net.finish(&score, "word-attention", "symmetric")
}
