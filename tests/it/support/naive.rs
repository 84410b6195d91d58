//! A scorer that shares no code with the engine: loops in double precision over the weights of an
//! ONNX file, one window at a time.

use std::collections::HashMap;

use prost::Message;
use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto, TensorProto};

/// A tensor `[C, L]` in row order; batch and height, which are 1, are left out.
#[derive(Clone)]
struct Plane {
    channels: usize,
    len: usize,
    numbers: Vec<f64>,
}

impl Plane {
    fn new(channels: usize, len: usize, number: impl Fn(usize, usize) -> f64) -> Self {
        let numbers = (0..channels).flat_map(|c| (0..len).map(move |i| (c, i)));
        let numbers = numbers.map(|(c, i)| number(c, i)).collect();
        Self {
            channels,
            len,
            numbers,
        }
    }

    fn at(&self, channel: usize, i: usize) -> f64 {
        self.numbers[channel * self.len + i]
    }

    fn map(&self, function: impl Fn(f64) -> f64) -> Self {
        Self::new(self.channels, self.len, |c, i| function(self.at(c, i)))
    }
}

/// A constant of the graph.
struct Constant {
    dims: Vec<usize>,
    numbers: Vec<f64>,
}

impl Constant {
    fn read(tensor: &TensorProto) -> Self {
        let raw = tensor.raw_data.as_slice();
        let numbers: Vec<f64> = match tensor.data_type {
            1 if raw.is_empty() => tensor.float_data.iter().map(|&x| x.into()).collect(),
            1 => (raw.chunks_exact(4))
                .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()).into())
                .collect(),
            7 if raw.is_empty() => tensor.int64_data.iter().map(|&x| x as f64).collect(),
            7 => (raw.chunks_exact(8))
                .map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap()) as f64)
                .collect(),
            other => panic!("data type {other}"),
        };
        let dims = tensor.dims.iter().map(|&dim| dim as usize).collect();
        Self { dims, numbers }
    }
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|given| given.name == name)
}

/// The last of a list of integers, which is that of the sequence's axis.
fn last(node: &NodeProto, name: &str, default: i64) -> usize {
    let given = attribute(node, name).and_then(|list| list.ints.last().copied());
    given.unwrap_or(default) as usize
}

pub struct Naive {
    model: ModelProto,
    constants: HashMap<String, Constant>,
}

impl Naive {
    pub fn read(bytes: &[u8]) -> Self {
        let model = ModelProto::decode(bytes).unwrap();
        let tensors = &model.graph.as_ref().unwrap().initializer;
        let constants = tensors.iter();
        let constants = constants.map(|tensor| (tensor.name.clone(), Constant::read(tensor)));
        let constants = constants.collect();
        Self { model, constants }
    }

    /// The metadata `windrow.KEY`.
    pub fn key(&self, key: &str) -> &str {
        let key = format!("windrow.{key}");
        let mut entries = self.model.metadata_props.iter();
        &entries.find(|entry| entry.key == key).unwrap().value
    }

    pub fn number(&self, key: &str) -> usize {
        self.key(key).parse().unwrap()
    }

    /// Raw outputs of a window, one a label. Other letters than ACGT are refused.
    pub fn score(&self, window: &[u8]) -> Vec<f64> {
        let input = Plane::new(4, window.len(), |c, i| {
            assert!(b"ACGT".contains(&window[i]));
            f64::from(u8::from(b"ACGT"[c] == window[i]))
        });
        let graph = self.model.graph.as_ref().unwrap();
        let mut values = HashMap::from([(graph.input[0].name.clone(), input)]);
        for node in &graph.node {
            let value = self.value(node, &values);
            values.insert(node.output[0].clone(), value);
        }
        let score = &values[&graph.output[0].name];
        assert_eq!(score.len, 1, "one window, one column");
        score.numbers.clone()
    }

    fn value(&self, node: &NodeProto, values: &HashMap<String, Plane>) -> Plane {
        let x = &values.get(&node.input[0]);
        match node.op_type.as_str() {
            "Unsqueeze" | "Squeeze" | "Identity" => x.unwrap().clone(),
            "Conv" => self.conv(node, x.unwrap()),
            "Relu" => x.unwrap().map(|x| x.max(0.0)),
            "Sigmoid" => x.unwrap().map(|x| 1.0 / (1.0 + (-x).exp())),
            "BatchNormalization" => self.norm(node, x.unwrap()),
            "Slice" => self.slice(node, x.unwrap()),
            "Concat" => concat(node.input.iter().map(|name| &values[name]).collect()),
            "Add" => self.both(node, values, |a, b| a + b),
            "Sub" => self.both(node, values, |a, b| a - b),
            "Mul" => self.both(node, values, |a, b| a * b),
            "MaxPool" => {
                let taps = last(node, "kernel_shape", 1);
                let stride = last(node, "strides", 1);
                let x = x.unwrap();
                Plane::new(x.channels, (x.len - taps) / stride + 1, |c, i| {
                    let seen = (0..taps).map(|tap| x.at(c, i * stride + tap));
                    seen.fold(f64::NEG_INFINITY, f64::max)
                })
            }
            other => panic!("no naive {other}"),
        }
    }

    fn conv(&self, node: &NodeProto, x: &Plane) -> Plane {
        let pads = attribute(node, "pads").map_or(&[][..], |pads| &pads.ints);
        assert!(pads.iter().all(|&pad| pad == 0));
        let weights = &self.constants[&node.input[1]];
        let bias = (node.input.get(2)).map(|name| &self.constants[name].numbers);
        let (outputs, inputs) = (weights.dims[0], weights.dims[1]);
        let taps = *weights.dims.last().unwrap();
        let groups = attribute(node, "group").map_or(1, |group| group.i as usize);
        let (dilation, stride) = (last(node, "dilations", 1), last(node, "strides", 1));
        let len = (x.len - (taps - 1) * dilation - 1) / stride + 1;
        Plane::new(outputs, len, |c, i| {
            let first = c / (outputs / groups) * inputs;
            let mut sum = bias.map_or(0.0, |bias| bias[c]);
            for input in 0..inputs {
                for tap in 0..taps {
                    let weight = weights.numbers[(c * inputs + input) * taps + tap];
                    sum += weight * x.at(first + input, i * stride + tap * dilation);
                }
            }
            sum
        })
    }

    fn norm(&self, node: &NodeProto, x: &Plane) -> Plane {
        let epsilon = attribute(node, "epsilon").map_or(1e-5, |given| f64::from(given.f));
        let part = |i: usize| &self.constants[&node.input[i]].numbers;
        let (scale, shift, mean, variance) = (part(1), part(2), part(3), part(4));
        Plane::new(x.channels, x.len, |c, i| {
            (x.at(c, i) - mean[c]) / (variance[c] + epsilon).sqrt() * scale[c] + shift[c]
        })
    }

    /// One axis, by 1: that of channels is 1, that of the sequence the last.
    fn slice(&self, node: &NodeProto, x: &Plane) -> Plane {
        let integer = |i: usize| {
            let constant = &self.constants[&node.input[i]];
            assert_eq!(constant.numbers.len(), 1);
            constant.numbers[0]
        };
        let axis = integer(3);
        assert!(node.input.len() < 5 || integer(4) == 1.0);
        let extent = if axis == 1.0 { x.channels } else { x.len };
        let bound = |number: f64| {
            let number = if number < 0.0 {
                number + extent as f64
            } else {
                number
            };
            number.clamp(0.0, extent as f64) as usize
        };
        let (from, till) = (bound(integer(1)), bound(integer(2)));
        if axis == 1.0 {
            Plane::new(till - from, x.len, |c, i| x.at(c + from, i))
        } else {
            Plane::new(x.channels, till - from, |c, i| x.at(c, i + from))
        }
    }

    /// Of two values, or a value and a constant, where an extent of one is repeated.
    fn both(
        &self,
        node: &NodeProto,
        values: &HashMap<String, Plane>,
        of: impl Fn(f64, f64) -> f64,
    ) -> Plane {
        let [a, b] = [0, 1].map(|i| match values.get(&node.input[i]) {
            Some(value) => value.clone(),
            None => {
                let Constant { dims, numbers } = &self.constants[&node.input[i]];
                // Numbers stand on the axis of channels, if there are several.
                let channels = if dims.len() > 1 {
                    dims[dims.len().min(2) - 1]
                } else {
                    1
                };
                assert_eq!(numbers.len(), channels, "one number a channel");
                Plane::new(channels, 1, |c, _| numbers[c])
            }
        });
        let (channels, len) = (a.channels.max(b.channels), a.len.max(b.len));
        let at = |x: &Plane, c: usize, i: usize| {
            assert!([1, channels].contains(&x.channels) && [1, len].contains(&x.len));
            x.at(c % x.channels, i % x.len)
        };
        Plane::new(channels, len, |c, i| of(at(&a, c, i), at(&b, c, i)))
    }
}

fn concat(parts: Vec<&Plane>) -> Plane {
    let numbers = parts.iter().flat_map(|part| part.numbers.clone());
    assert!(parts.iter().all(|part| part.len == parts[0].len));
    Plane {
        channels: parts.iter().map(|part| part.channels).sum(),
        len: parts[0].len,
        numbers: numbers.collect(),
    }
}
