//! A small writer of ONNX files with a contract, for tests that may break it.
#![allow(dead_code)]

use prost::Message;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, tensor_shape_proto, type_proto,
};

const FLOAT: i32 = 1;
const INT64: i32 = 7;

/// One extent of a shape.
pub enum Dim {
    Named(&'static str),
    Fixed(i64),
}

/// A value of an input or an output.
pub fn value(name: &str, elem_type: i32, dims: &[Dim]) -> ValueInfoProto {
    let dim = dims
        .iter()
        .map(|dim| tensor_shape_proto::Dimension {
            value: Some(match dim {
                Dim::Named(name) => {
                    tensor_shape_proto::dimension::Value::DimParam((*name).to_owned())
                }
                Dim::Fixed(extent) => tensor_shape_proto::dimension::Value::DimValue(*extent),
            }),
            ..Default::default()
        })
        .collect();
    let tensor = type_proto::Tensor {
        elem_type,
        shape: Some(TensorShapeProto { dim }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub fn floats(name: &str, dims: &[i64], data: Vec<f32>) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: FLOAT,
        float_data: data,
        ..Default::default()
    }
}

pub fn ints(name: &str, data: Vec<i64>) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![data.len() as i64],
        data_type: INT64,
        int64_data: data,
        ..Default::default()
    }
}

pub fn node(op_type: &str, input: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op_type.to_owned(),
        input: input.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..Default::default()
    }
}

/// An attribute that is a list of integers.
pub fn ints_attribute(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 7,
        ints: ints.to_vec(),
        ..Default::default()
    }
}

/// An attribute that is one integer.
pub fn int_attribute(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 2,
        i,
        ..Default::default()
    }
}

/// A dense model of one label that makes `score` of `sequence`.
pub fn dense(nodes: Vec<NodeProto>, constants: Vec<TensorProto>, window: usize) -> ModelProto {
    dense_of(nodes, constants, window, 1)
}

/// The same of so many labels.
pub fn dense_of(
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    window: usize,
    labels: i64,
) -> ModelProto {
    let extents = |channels, length| [Dim::Named("N"), Dim::Fixed(channels), Dim::Named(length)];
    let graph = GraphProto {
        name: "dense".to_owned(),
        node: nodes,
        initializer: constants,
        input: vec![value("sequence", FLOAT, &extents(4, "L"))],
        output: vec![value("score", FLOAT, &extents(labels, "T"))],
        ..Default::default()
    };
    with_graph(graph, window)
}

/// A position weight matrix as a dense model: one convolution, one label.
///
/// `weights[i]` are the weights of A, C, G, T at offset i of the window.
pub fn matrix(weights: &[[f32; 4]], bias: f32) -> ModelProto {
    let window = weights.len();
    let channels = (0..4).flat_map(|base| weights.iter().map(move |column| column[base]));
    let mut conv = node("Conv", &["sequence", "weights", "bias"], "score");
    conv.attribute
        .push(ints_attribute("kernel_shape", &[window as i64]));
    let constants = vec![
        floats("weights", &[1, 4, window as i64], channels.collect()),
        floats("bias", &[1], vec![bias]),
    ];
    dense(vec![conv], constants, window)
}

/// The same matrix as a window model: one window in, one number out.
pub fn window_matrix(weights: &[[f32; 4]], bias: f32) -> ModelProto {
    let mut proto = matrix(weights, bias);
    let window = weights.len() as i64;
    let graph = proto.graph.as_mut().unwrap();
    graph.node[0].output[0] = "column".to_owned();
    graph.node.push(node("Flatten", &["column"], "score"));
    graph.input[0] = value(
        "sequence",
        FLOAT,
        &[Dim::Named("N"), Dim::Fixed(4), Dim::Fixed(window)],
    );
    graph.output[0] = value("score", FLOAT, &[Dim::Named("N"), Dim::Fixed(1)]);
    proto
}

/// A recurrent window model: an LSTM over the window, its last state summed to one number.
pub fn lstm(window: usize, hidden: usize) -> ModelProto {
    let wave = |n: usize| {
        (0..n)
            .map(|i| ((i * 7 + 3) % 11) as f32 / 11.0 - 0.5)
            .collect()
    };
    let gates = 4 * hidden;
    let mut turn = node("Transpose", &["sequence"], "steps");
    turn.attribute.push(ints_attribute("perm", &[2, 0, 1]));
    let mut lstm = node("LSTM", &["steps", "w", "r"], "");
    lstm.output = vec![String::new(), "state".to_owned()];
    lstm.attribute
        .push(int_attribute("hidden_size", hidden as i64));
    let (i4, i) = (gates as i64, hidden as i64);
    let graph = GraphProto {
        name: "lstm".to_owned(),
        node: vec![
            turn,
            lstm,
            node("Squeeze", &["state", "first"], "last"),
            node("MatMul", &["last", "weights"], "score"),
        ],
        initializer: vec![
            floats("w", &[1, i4, 4], wave(gates * 4)),
            floats("r", &[1, i4, i], wave(gates * hidden)),
            ints("first", vec![0]),
            floats("weights", &[i, 1], wave(hidden)),
        ],
        input: vec![value(
            "sequence",
            FLOAT,
            &[Dim::Named("N"), Dim::Fixed(4), Dim::Fixed(window as i64)],
        )],
        output: vec![value("score", FLOAT, &[Dim::Named("N"), Dim::Fixed(1)])],
        ..Default::default()
    };
    with_graph(graph, window)
}

fn with_graph(graph: GraphProto, window: usize) -> ModelProto {
    let mut proto = ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto {
            version: 17,
            ..Default::default()
        }],
        producer_name: "windrow tests".to_owned(),
        graph: Some(graph),
        ..Default::default()
    };
    for (key, value) in [
        ("format", "1"),
        ("name", "matrix"),
        ("task", "exon_start"),
        ("labels", "exon_start"),
        ("window", &window.to_string()),
        ("step", "1"),
        ("anchor", "0"),
        ("strand", "stranded"),
        ("output", "logit"),
        ("calls", "point"),
        ("distance", "10"),
        ("calibration", "[[[-10,0],[10,1]]]"),
        ("threshold", "[0.5]"),
        ("assembly", "none"),
        ("trained_on", "nothing: made by hand"),
        ("license", "MIT"),
        ("recipe", "none 0"),
        ("seed", "0"),
        ("metrics", "{}"),
        ("description", "A weight matrix made by hand, for tests."),
    ] {
        set(&mut proto, key, value);
    }
    proto
}

/// Sets the metadata key `windrow.KEY`.
pub fn set(proto: &mut ModelProto, key: &str, value: &str) {
    unset(proto, key);
    let (key, value) = (format!("windrow.{key}"), value.to_owned());
    proto
        .metadata_props
        .push(StringStringEntryProto { key, value });
}

/// Takes the metadata key `windrow.KEY` away.
pub fn unset(proto: &mut ModelProto, key: &str) {
    proto
        .metadata_props
        .retain(|entry| entry.key != format!("windrow.{key}"));
}

pub fn bytes(proto: &ModelProto) -> Vec<u8> {
    proto.encode_to_vec()
}
