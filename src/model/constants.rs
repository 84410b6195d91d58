//! Bounds on constants, and on what inference computes from constants alone.
//!
//! tract evaluates operators on constants while it infers shapes: a few bytes of nested `Concat` or
//! `Expand` could take all memory. So sizes are bounded here first.

use std::collections::HashMap;

use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use super::fault::{GraphError, MAX_NUMBERS, shown, tensor_error};

pub(super) const MAX_RANK: usize = 8;
const EXTERNAL: i32 = 1;

pub(super) fn check(graph: &GraphProto) -> Result<(), GraphError> {
    let mut known = HashMap::new();
    let mut total = 0u64;
    for tensor in &graph.initializer {
        let numbers = checked(tensor)?;
        total += numbers;
        known.insert(
            tensor.name.as_str(),
            KnownValue {
                numbers,
                value: Some(tensor),
            },
        );
    }
    for node in &graph.node {
        for tensor in node
            .attribute
            .iter()
            .filter_map(|attribute| attribute.t.as_ref())
        {
            total += checked(tensor)?;
        }
        if let Some(made) = derived(node, &known)? {
            total = total.saturating_add(made.numbers);
            known.extend(node.output.iter().map(|name| (name.as_str(), made)));
        }
        if total > MAX_NUMBERS {
            return Err(GraphError::Unfit(format!(
                "constants of more than {MAX_NUMBERS} numbers"
            )));
        }
    }
    Ok(())
}

/// A value that does not depend on the sequence.
#[derive(Clone, Copy)]
struct KnownValue<'a> {
    /// Upper bound on its size.
    numbers: u64,
    value: Option<&'a TensorProto>,
}

/// The output of a node, if all of its inputs are constants.
fn derived<'a>(
    node: &'a NodeProto,
    known: &HashMap<&str, KnownValue<'a>>,
) -> Result<Option<KnownValue<'a>>, GraphError> {
    let of_size = |numbers| {
        Ok(Some(KnownValue {
            numbers,
            value: None,
        }))
    };
    if node.op_type == "Shape" {
        return of_size(MAX_RANK as u64);
    }
    let names = node.input.iter().filter(|name| !name.is_empty());
    let Some(inputs) = names
        .map(|name| known.get(name.as_str()))
        .collect::<Option<Vec<_>>>()
    else {
        return Ok(None);
    };
    let sizes = inputs.iter().map(|input| input.numbers);
    match node.op_type.as_str() {
        "Constant" => {
            let value = node
                .attribute
                .iter()
                .find_map(|attribute| attribute.t.as_ref());
            let listed = |attribute: &tract_onnx::pb::AttributeProto| {
                attribute.ints.len() + attribute.floats.len()
            };
            let listed = node.attribute.iter().map(listed).max().unwrap_or(0).max(1) as u64;
            Ok(Some(KnownValue {
                numbers: value.map_or(Ok(listed), numbers)?,
                value,
            }))
        }
        "ConstantOfShape" => match inputs.first().and_then(|input| input.value) {
            Some(shape) => of_size(product(shape)?),
            None => Err(GraphError::Unfit(
                "ConstantOfShape of a shape that is computed".into(),
            )),
        },
        "Concat" | "Sum" => of_size(sizes.sum()),
        "Reshape" | "Squeeze" | "Unsqueeze" | "Slice" | "Transpose" | "Flatten" | "Cast"
        | "Identity" | "Split" | "Clip" | "Abs" | "Neg" | "Sqrt" | "Reciprocal" => {
            of_size(sizes.max().unwrap_or(1))
        }
        "Add" | "Sub" | "Mul" | "Div" | "Gather" | "Equal" | "Where" => {
            let bound = sizes.fold(1u64, u64::saturating_mul);
            if bound > MAX_NUMBERS {
                return Err(GraphError::Unfit(format!(
                    "{} of large constants",
                    node.op_type
                )));
            }
            of_size(bound)
        }
        other => Err(GraphError::Unfit(format!(
            "operator {} of constants alone",
            shown(other)
        ))),
    }
}

/// Number of values in a tensor with complete data.
fn checked(tensor: &TensorProto) -> Result<u64, GraphError> {
    let numbers = numbers(tensor)?;
    if tensor.data_location == Some(EXTERNAL) || !tensor.external_data.is_empty() {
        return Err(tensor_error(tensor, "is outside the file"));
    }
    if tensor.segment.is_some() || !tensor.string_data.is_empty() {
        return Err(tensor_error(tensor, "is segmented or of strings"));
    }
    let raw = tensor.raw_data.len() as u64;
    let (width, listed) = match tensor.data_type {
        1 => (4, tensor.float_data.len()),
        7 => (8, tensor.int64_data.len()),
        6 => (4, tensor.int32_data.len()),
        9 => (1, tensor.int32_data.len()),
        11 => (8, tensor.double_data.len()),
        _ => return Err(tensor_error(tensor, "is not of float, double, int or bool")),
    };
    let whole = if raw > 0 {
        raw == numbers * width
    } else {
        listed as u64 == numbers
    };
    whole
        .then_some(numbers)
        .ok_or_else(|| tensor_error(tensor, "has less or more data than its shape needs"))
}

fn numbers(tensor: &TensorProto) -> Result<u64, GraphError> {
    let extent = |&dim: &i64| u64::try_from(dim).ok();
    let dims: Option<Vec<u64>> = tensor.dims.iter().map(extent).collect();
    let numbers = dims.map(|dims| dims.into_iter().fold(1, u64::saturating_mul));
    numbers
        .filter(|&numbers| numbers <= MAX_NUMBERS && tensor.dims.len() <= MAX_RANK)
        .ok_or_else(|| tensor_error(tensor, "has an impossible shape"))
}

/// Size of the tensor whose shape is the value of `shape`.
fn product(shape: &TensorProto) -> Result<u64, GraphError> {
    let raw = shape
        .raw_data
        .chunks_exact(8)
        .filter_map(|bytes| bytes.try_into().ok());
    let dims = raw
        .map(i64::from_le_bytes)
        .chain(shape.int64_data.iter().copied());
    let numbers = dims.fold(1u64, |n, dim| {
        n.saturating_mul(u64::try_from(dim).unwrap_or(u64::MAX))
    });
    let sane = shape.data_type == 7 && numbers <= MAX_NUMBERS;
    sane.then_some(numbers)
        .ok_or_else(|| tensor_error(shape, "asks for an impossible constant"))
}
