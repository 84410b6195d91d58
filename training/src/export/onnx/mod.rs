//! A graph and its weights as an ONNX model (opset 17, IR 8) with its metadata.
//!
//! Values are written as `[N, C, 1, T]`, so that convolutions are two-dimensional ones of height
//! 1, and batch norm is folded into them: tract runs that several times faster.

mod layers;
mod nodes;

use anyhow::{Context, Result, ensure};
use prost::Message;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto, tensor_proto,
    tensor_shape_proto, type_proto,
};

use crate::net::graph::{Graph, node_name as name};
use crate::net::network::Network;

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
        writer
            .write(network, graph, at)
            .with_context(|| format!("node {at}"))?;
    }
    let last = name(graph.nodes.len() - 1);
    let channels = graph.output().channels as i64;
    let mut output = vec![Dim::Free("N"), Dim::Is(channels)];
    let length = match graph.nodes[0].length {
        None => {
            writer.node("Squeeze", &[&last, "height"], "scores", vec![]);
            output.push(Dim::Free("T"));
            Dim::Free("L")
        }
        Some(length) => {
            writer.ints("plane", &[2, 3]);
            writer.node("Squeeze", &[&last, "plane"], "scores", vec![]);
            Dim::Is(length as i64)
        }
    };
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
            input: vec![value("bases", vec![Dim::Free("N"), Dim::Is(4), length])],
            output: vec![value("scores", output)],
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

fn value(name: &str, dims: Vec<Dim>) -> ValueInfoProto {
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
}

#[cfg(test)]
mod round_trip_tests;
