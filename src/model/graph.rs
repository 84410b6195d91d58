//! Checks the graph of a model file: operators, sizes, and shapes against the contract.

use std::collections::HashSet;

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dim;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto, type_proto};
use tract_onnx::prelude::*;

use super::constants::{self, MAX_RANK};
use super::contract::{Contract, Shape};
use super::fault::{GraphError, MAX_NUMBERS, shown};
use super::ranks;

const MAX_NODES: usize = 10_000;
/// Latest operator set that tract supports.
const MAX_OPSET: i64 = 18;
/// Most axes of a tensor.
const MAX_AXIS: i64 = 8;
const _: () = assert!(MAX_AXIS.unsigned_abs() == MAX_RANK as u64);
/// Largest kernel, stride, padding or dilation.
const MAX_EXTENT: i64 = 100_000;
/// Bases beyond a window in the largest probe: about as many as the engine runs at a time.
const LANE: usize = 4096;
const FLOAT: i32 = 1;

/// Operators that compute from their inputs alone, in bounded time.
#[rustfmt::skip]
const ALLOWED: &[&str] = &[
    "Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant",
    "ConstantOfShape", "Conv", "Div", "Dropout", "Einsum", "Elu", "Equal", "Erf", "Exp",
    "Expand", "Flatten", "GRU", "Gather", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool",
    "Greater", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LSTM",
    "LayerNormalization", "LeakyRelu", "Less", "Log", "LogSoftmax", "MatMul", "Max", "MaxPool",
    "Min", "Mul", "Neg", "PRelu", "Pad", "Pow", "RNN", "Reciprocal", "ReduceMax", "ReduceMean",
    "ReduceMin", "ReduceSum", "Relu", "Reshape", "Selu", "Shape", "Sigmoid", "Slice", "Softmax",
    "Softplus", "Softsign", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Transpose",
    "Unsqueeze", "Where",
];

/// Checks that need no run of the graph. Returns the shape of input and output.
pub(super) fn check(
    proto: &ModelProto,
    graph: &GraphProto,
    contract: &Contract,
) -> Result<Shape, GraphError> {
    let unfit = |reason: &str| Err(GraphError::Unfit(reason.to_owned()));
    let mut sets = proto.opset_import.iter();
    let Some(set) = sets.find(|set| is_default_domain(&set.domain)) else {
        return unfit("imports no operator set");
    };
    if set.version > MAX_OPSET {
        return unfit(&format!(
            "imports operator set {}, later than {MAX_OPSET}",
            set.version
        ));
    }
    if !proto.functions.is_empty() || !proto.training_info.is_empty() {
        return unfit("holds functions or training graphs");
    }
    if !graph.sparse_initializer.is_empty() {
        return unfit("holds sparse constants");
    }
    if graph.node.len() > MAX_NODES {
        return unfit(&format!(
            "{} operators, more than {MAX_NODES}",
            graph.node.len()
        ));
    }
    graph
        .node
        .iter()
        .try_for_each(|node| check_node(node, set.version))?;
    constants::check(graph)?;
    let constant = |info: &&ValueInfoProto| !graph.initializer.iter().any(|t| t.name == info.name);
    let inputs: Vec<_> = graph.input.iter().filter(constant).collect();
    let ([input], [output]) = (inputs.as_slice(), graph.output.as_slice()) else {
        return unfit("does not have exactly one input and one output");
    };
    let outputs = graph.node.iter().flat_map(|node| &node.output);
    if !outputs.clone().any(|name| *name == output.name) {
        return unfit("no operator computes its output");
    }
    let made = outputs.filter(|name| !name.is_empty());
    let made = made.chain(inputs.iter().map(|info| &info.name));
    let mut known = HashSet::new();
    for name in made.chain(graph.initializer.iter().map(|tensor| &tensor.name)) {
        if !known.insert(name) {
            return unfit(&format!("'{}' is computed twice", shown(name)));
        }
    }
    for name in graph
        .node
        .iter()
        .flat_map(|node| &node.input)
        .filter(|name| !name.is_empty())
    {
        if !known.contains(name) {
            return unfit(&format!("'{}' is not computed", shown(name)));
        }
    }
    input_shape(input, contract.window)
}

fn check_node(node: &NodeProto, opset: i64) -> Result<(), GraphError> {
    let name = shown(&node.op_type);
    if !is_default_domain(&node.domain) {
        return Err(GraphError::Operator(format!(
            "{}.{name}",
            shown(&node.domain)
        )));
    }
    if !ALLOWED.contains(&node.op_type.as_str()) {
        return Err(GraphError::Operator(name));
    }
    check_axes(node, opset)?;
    let outputs = node.output.iter().filter(|name| !name.is_empty());
    if node.op_type == "LayerNormalization" && outputs.count() > 1 {
        let reason = format!("operator {name} has its mean or deviation as an output");
        return Err(GraphError::Unfit(reason));
    }
    for attribute in &node.attribute {
        if attribute.g.is_some() || !attribute.graphs.is_empty() {
            return Err(GraphError::Unfit(format!(
                "operator {name} contains a graph"
            )));
        }
        let sizes = [
            "kernel_shape",
            "pads",
            "strides",
            "dilations",
            "output_padding",
            "output_shape",
        ];
        let mut product = 1i64;
        for &size in attribute
            .ints
            .iter()
            .filter(|_| sizes.contains(&attribute.name.as_str()))
        {
            product = product.saturating_mul(size.max(1));
            if !(0..=MAX_EXTENT).contains(&size) || product > MAX_EXTENT {
                let reason = format!("operator {name}: {} out of bounds", attribute.name);
                return Err(GraphError::Unfit(reason));
            }
        }
    }
    Ok(())
}

/// Refuses axes that no tensor has, and axes as an attribute where the operator set has them as an
/// input: tract does not end on such reductions and normalisations.
fn check_axes(node: &NodeProto, opset: i64) -> Result<(), GraphError> {
    let kind = node.op_type.as_str();
    let first_with_input = match kind {
        "Squeeze" | "Unsqueeze" | "ReduceSum" => Some(13),
        "ReduceMax" | "ReduceMean" | "ReduceMin" => Some(18),
        _ => None,
    };
    for attribute in &node.attribute {
        let name = attribute.name.as_str();
        let unfit = |reason: &str| {
            Err(GraphError::Unfit(format!(
                "operator {kind}: {name} {reason}"
            )))
        };
        if name == "axes" && first_with_input.is_some_and(|first| opset >= first) {
            return unfit(&format!(
                "is an input, not an attribute, in operator set {opset}"
            ));
        }
        let axes: &[i64] = match name {
            "axis" => &[attribute.i],
            "axes" => &attribute.ints,
            _ => &[],
        };
        let ranks = -MAX_AXIS..MAX_AXIS;
        if axes.iter().any(|axis| !ranks.contains(axis)) {
            return unfit("is out of bounds");
        }
    }
    Ok(())
}

fn input_shape(input: &ValueInfoProto, window: usize) -> Result<Shape, GraphError> {
    let expected = || {
        let reason = format!("input is not float32 [N, 4, L] or [N, 4, {window}], N and L named");
        GraphError::Unfit(format!("{reason} (windrow.window is {window})"))
    };
    let Some(type_proto::Value::TensorType(tensor)) = input
        .r#type
        .as_ref()
        .and_then(|r#type| r#type.value.as_ref())
    else {
        return Err(expected());
    };
    let dims: Vec<_> = tensor.shape.iter().flat_map(|shape| &shape.dim).collect();
    let [n, channels, length] = dims.as_slice() else {
        return Err(expected());
    };
    let fixed = |value: &Option<Dim>| match value {
        Some(Dim::DimValue(value)) => Some(*value),
        _ => None,
    };
    if tensor.elem_type != FLOAT || fixed(&n.value).is_some() || fixed(&channels.value) != Some(4) {
        return Err(expected());
    }
    match fixed(&length.value) {
        None => Ok(Shape::Dense),
        Some(length) if usize::try_from(length) == Ok(window) => Ok(Shape::Window),
        Some(_) => Err(expected()),
    }
}

/// Infers output shapes for several inputs and compares them with the contract.
pub(super) fn probe(
    proto: &ModelProto,
    contract: &Contract,
    shape: Shape,
) -> Result<(), GraphError> {
    let Contract { window, step, .. } = *contract;
    let labels = contract.labels.len();
    let probes: Vec<([usize; 3], Vec<usize>)> = match shape {
        Shape::Window => [1, 16].map(|n| ([n, 4, window], vec![n, labels])).into(),
        Shape::Dense => [
            (1, window),
            (2, window + 3 * step + step - 1),
            (1, window + LANE),
        ]
        .map(|(n, length)| {
            (
                [n, 4, length],
                vec![n, labels, (length - window) / step + 1],
            )
        })
        .into(),
    };
    for (input, expected) in probes {
        let got = infer(proto, input).map_err(|error| match error.downcast::<GraphError>() {
            Ok(known) => known,
            Err(error) => GraphError::Inference(line(&error)),
        })?;
        if got != expected {
            return Err(GraphError::Output {
                input,
                got,
                expected,
            });
        }
    }
    Ok(())
}

/// Shape of the output for an input of shape `input`.
fn infer(proto: &ModelProto, input: [usize; 3]) -> TractResult<Vec<usize>> {
    ranks::check(proto, input)?;
    let model = tract_onnx::onnx()
        .with_ignore_value_info(true)
        .model_for_proto_model(proto)?
        .with_input_fact(0, f32::fact(input).into())?
        .into_typed()?;
    for fact in model
        .nodes()
        .iter()
        .flat_map(|node| &node.outputs)
        .map(|outlet| &outlet.fact)
    {
        if let Some(dims) = fact.shape.as_concrete() {
            let numbers = dims
                .iter()
                .fold(1u64, |n, &dim| n.saturating_mul(dim as u64));
            if numbers > MAX_NUMBERS {
                return Err(GraphError::Memory(numbers).into());
            }
        }
    }
    let output = model.output_fact(0)?;
    if output.datum_type != f32::datum_type() {
        return Err(GraphError::Unfit("output is not float32".to_owned()).into());
    }
    match output.shape.as_concrete() {
        Some(dims) => Ok(dims.to_vec()),
        None => Err(GraphError::Unfit("output has no definite shape".to_owned()).into()),
    }
}

fn is_default_domain(domain: &str) -> bool {
    domain.is_empty() || domain == "ai.onnx"
}

/// The first line of the root cause of an error.
pub(super) fn line(error: &TractError) -> String {
    let cause = error.root_cause().to_string();
    shown(cause.lines().next().unwrap_or_default())
}
