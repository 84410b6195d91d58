//! A graph and its weights as an ONNX model (opset 17, IR 8) with its metadata.
//!
//! Convolutions are written as two-dimensional ones of height 1 and batch norm is folded into
//! them: tract runs that several times faster.

use anyhow::{Result, ensure};
use prost::Message;
use tch::{Device, Kind, Tensor};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto, tensor_proto,
    tensor_shape_proto, type_proto,
};

use crate::graph::{Act, Graph, Node, Op, motif_kernel, motif_shift};
use crate::network::{NORM_EPSILON, Network, Weights};

/// The model file: `graph` is the network's own with as many heads as are shipped (the first
/// ones), `metadata` the contract's keys.
pub fn export(network: &Network, graph: &Graph, metadata: &[(String, String)]) -> Result<Vec<u8>> {
    ensure!(
        graph.nodes.len() == network.graph.nodes.len(),
        "not the same network"
    );
    let mut writer = Writer::default();
    writer.ints("height", &[2]);
    writer.node("Unsqueeze", &["bases", "height"], "n00", vec![]);
    for at in 1..graph.nodes.len() {
        writer.write(network, graph, at)?;
    }
    let last = name(graph.nodes.len() - 1);
    writer.node("Squeeze", &[&last, "height"], "scores", vec![]);
    let channels = graph.output().channels as i64;
    let model = ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        producer_name: "windrow-train".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(GraphProto {
            name: "windrow".into(),
            node: writer.nodes,
            initializer: writer.tensors,
            input: vec![value("bases", [Dim::Free("N"), Dim::Is(4), Dim::Free("L")])],
            output: vec![value(
                "scores",
                [Dim::Free("N"), Dim::Is(channels), Dim::Free("T")],
            )],
            ..Default::default()
        }),
        metadata_props: metadata
            .iter()
            .map(|(key, value)| StringStringEntryProto {
                key: key.clone(),
                value: value.clone(),
            })
            .collect(),
        ..Default::default()
    };
    Ok(model.encode_to_vec())
}

enum Dim {
    Free(&'static str),
    Is(i64),
}

fn value(name: &str, dims: [Dim; 3]) -> ValueInfoProto {
    use tensor_shape_proto::dimension::Value;
    let dimension = |dim| {
        let value = match dim {
            Dim::Free(name) => Value::DimParam(name.to_owned()),
            Dim::Is(size) => Value::DimValue(size),
        };
        tensor_shape_proto::Dimension {
            value: Some(value),
            ..Default::default()
        }
    };
    let tensor = type_proto::Tensor {
        elem_type: tensor_proto::DataType::Float as i32,
        shape: Some(TensorShapeProto {
            dim: dims.into_iter().map(dimension).collect(),
        }),
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn name(at: usize) -> String {
    format!("n{at:02}")
}

fn ints(name: &str, ints: &[usize]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: attribute_proto::AttributeType::Ints as i32,
        ints: ints.iter().map(|&i| i as i64).collect(),
        ..Default::default()
    }
}

fn int(name: &str, i: usize) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        r#type: attribute_proto::AttributeType::Int as i32,
        i: i as i64,
        ..Default::default()
    }
}

/// Nodes and initializers in the order written.
#[derive(Default)]
struct Writer {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl Writer {
    fn node(&mut self, op: &str, inputs: &[&str], output: &str, attribute: Vec<AttributeProto>) {
        self.nodes.push(NodeProto {
            name: output.into(),
            op_type: op.into(),
            input: inputs.iter().map(|&i| i.into()).collect(),
            output: vec![output.into()],
            attribute,
            ..Default::default()
        });
    }

    fn ints(&mut self, name: &str, values: &[i64]) {
        self.tensors.push(TensorProto {
            name: name.into(),
            dims: vec![values.len() as i64],
            data_type: tensor_proto::DataType::Int64 as i32,
            raw_data: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ..Default::default()
        });
    }

    fn floats(&mut self, name: &str, dims: &[usize], values: &[f32]) {
        self.tensors.push(TensorProto {
            name: name.into(),
            dims: dims.iter().map(|&d| d as i64).collect(),
            data_type: tensor_proto::DataType::Float as i32,
            raw_data: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            ..Default::default()
        });
    }

    fn write(&mut self, network: &Network, graph: &Graph, at: usize) -> Result<()> {
        let node = &graph.nodes[at];
        let output = name(at);
        let weights = network.weights[at].as_ref();
        match (&node.op, weights) {
            (Op::Bases, _) => {}
            (
                Op::Conv {
                    from,
                    kernel,
                    dilation,
                    groups,
                    act,
                    ..
                },
                Some(weights),
            ) => {
                let inputs = graph.nodes[*from].channels / groups;
                let (values, bias) = folded(weights, node.channels)?;
                let shape = [*kernel, *dilation, *groups];
                let dims = [node.channels, inputs];
                let linear = self.before(&output, *act);
                self.convolve(&name(*from), &linear, dims, shape, (&values, &bias));
                self.activate(&linear, &output, *act);
            }
            (Op::Gate { from }, Some(weights)) => {
                let (values, bias) = folded(weights, node.channels)?;
                let from = name(*from);
                let [linear, open] = ["linear", "open"].map(|part| format!("{output}.{part}"));
                let dims = [node.channels, node.channels];
                self.convolve(&from, &linear, dims, [1, 1, 1], (&values, &bias));
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
                let shape = [*width, 1, node.channels];
                self.convolve(
                    &name(*from),
                    &output,
                    [node.channels, 1],
                    shape,
                    (&values, &bias),
                );
            }
            (Op::Motif { motif, penalty }, _) => self.motif(motif, *penalty, node, &output),
            (op, None) => anyhow::bail!("node {at}: no weights for {op:?}"),
        }
        Ok(())
    }

    fn convolve(
        &mut self,
        from: &str,
        output: &str,
        [channels, inputs]: [usize; 2],
        [kernel, dilation, groups]: [usize; 3],
        (values, bias): (&[f32], &[f32]),
    ) {
        let [w, b] = ["w", "b"].map(|part| format!("{output}.{part}"));
        self.floats(&w, &[channels, inputs, 1, kernel], values);
        self.floats(&b, &[channels], bias);
        let attributes = vec![
            ints("kernel_shape", &[1, kernel]),
            ints("dilations", &[1, dilation]),
            ints("strides", &[1, 1]),
            ints("pads", &[0, 0, 0, 0]),
            int("group", groups),
        ];
        self.node("Conv", &[from, &w, &b], output, attributes);
    }

    fn before(&self, output: &str, act: Act) -> String {
        match act {
            Act::None => output.to_owned(),
            Act::Relu | Act::Swish => format!("{output}.linear"),
        }
    }

    fn activate(&mut self, linear: &str, output: &str, act: Act) {
        match act {
            Act::None => {}
            Act::Relu => self.node("Relu", &[linear], output, vec![]),
            Act::Swish => {
                let open = format!("{output}.open");
                self.node("Sigmoid", &[linear], &open, vec![]);
                self.node("Mul", &[linear, &open], output, vec![]);
            }
        }
    }

    /// The name of the part of node `part` that node `to` can use.
    fn crop(&mut self, graph: &Graph, part: usize, to: &Node, output: &str) -> String {
        let node = &graph.nodes[part];
        let (left, right) = (to.left - node.left, to.right - node.right);
        if (left, right) == (0, 0) {
            return name(part);
        }
        let cut = format!("{output}.{}", name(part));
        let end = if right == 0 {
            i64::MAX
        } else {
            -(right as i64)
        };
        let [from, till, axis] = ["from", "till", "axis"].map(|end| format!("{cut}.{end}"));
        self.ints(&from, &[left as i64]);
        self.ints(&till, &[end]);
        self.ints(&axis, &[3]);
        self.node("Slice", &[&name(part), &from, &till, &axis], &cut, vec![]);
        cut
    }

    fn motif(&mut self, motif: &[u8], penalty: f32, node: &Node, output: &str) {
        let channels = node.channels;
        let part = |part: &str| format!("{output}.{part}");
        let kernel = motif_kernel(motif, channels);
        let shift = motif_shift(motif, channels);
        let shape = [motif.len(), 1, 1];
        self.convolve(
            "n00",
            &part("linear"),
            [channels, 4],
            shape,
            (&kernel, &shift),
        );
        self.node("Relu", &[&part("linear")], &part("matched"), vec![]);
        // The last match has no base behind it.
        self.ints(&part("from"), &[0]);
        self.ints(&part("till"), &[-1]);
        self.ints(&part("axis"), &[3]);
        let inputs = ["matched", "from", "till", "axis"].map(part);
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.node("Slice", &inputs, &part("led"), vec![]);
        self.floats(&part("one"), &[1], &[1.0]);
        self.floats(&part("penalty"), &[1], &[penalty]);
        self.node("Sub", &[&part("led"), &part("one")], &part("off"), vec![]);
        self.node("Mul", &[&part("off"), &part("penalty")], output, vec![]);
    }
}

/// The first `channels` rows of a kernel and its bias, batch norm's running statistics folded in.
fn folded(weights: &Weights, channels: usize) -> Result<(Vec<f32>, Vec<f32>)> {
    tch::no_grad(|| {
        let rows = |t: &Tensor| t.narrow(0, 0, channels as i64).to_kind(Kind::Double);
        let kernel = rows(&weights.kernel);
        let zeros = || Tensor::zeros([channels as i64], (Kind::Double, kernel.device()));
        let bias = weights.bias.as_ref().map_or_else(zeros, rows);
        let (kernel, bias) = match &weights.norm {
            Some(norm) => {
                let factor = rows(&norm.scale) / (rows(&norm.variance) + NORM_EPSILON).sqrt();
                let bias = (bias - rows(&norm.mean)) * &factor + rows(&norm.shift);
                (kernel * factor.reshape([-1, 1, 1]), bias)
            }
            None => (kernel, bias),
        };
        let host = |t: Tensor| -> Result<Vec<f32>> {
            let flat = t
                .to_kind(Kind::Float)
                .to_device(Device::Cpu)
                .contiguous()
                .reshape([-1]);
            Ok(Vec::try_from(flat)?)
        };
        Ok((host(kernel)?, host(bias)?))
    })
}
