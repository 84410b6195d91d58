//! Checks the axis of `LayerNormalization` against the rank of its input.
//!
//! tract loops over the axes before the given one, and does not end if the given one is below the
//! first. So the axis is checked before tract sees the operator.

use tract_onnx::pb::{ModelProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;

use super::fault::{GraphError, shown};

const NORM: &str = "LayerNormalization";

/// Refuses a normalisation along an axis that its input does not have. `input` is the shape of the
/// graph's input.
pub(super) fn check(proto: &ModelProto, input: [usize; 3]) -> TractResult<()> {
    let is_norm = |node: &&NodeProto| node.op_type == NORM;
    let nodes = || proto.graph.iter().flat_map(|graph| &graph.node);
    if !nodes().any(|node| is_norm(&node)) {
        return Ok(());
    }
    let mut model = tract_onnx::onnx()
        .with_ignore_value_info(true)
        .model_for_proto_model(&without_norms(proto))?
        .with_input_fact(0, f32::fact(input).into())?;
    model.analyse(true)?;
    for norm in nodes().filter(is_norm) {
        let outlet = norm.output.first();
        let outlet = outlet.and_then(|name| model.find_outlet_label(name));
        let shape = outlet.map(|outlet| {
            model
                .outlet_fact(outlet)
                .map(|fact| fact.shape.concretize())
        });
        let Some(shape) = shape.transpose()?.flatten() else {
            return unfit(norm, "on a tensor of unknown shape");
        };
        let rank = i64::try_from(shape.len())?;
        let axes = norm
            .attribute
            .iter()
            .filter(|attribute| attribute.name == "axis");
        let mut axes = axes.map(|attribute| attribute.i).chain([-1]);
        if let Some(axis) = axes.find(|axis| !(-rank..rank).contains(axis)) {
            return unfit(
                norm,
                &format!("along axis {axis} of a tensor of rank {rank}"),
            );
        }
    }
    Ok(())
}

fn unfit(norm: &NodeProto, what: &str) -> TractResult<()> {
    let name = norm.output.first().map_or("", |name| name);
    Err(GraphError::Unfit(format!(
        "operator {NORM} that makes '{}' works {what}",
        shown(name)
    ))
    .into())
}

/// The graph with an identity instead of each normalisation, which has the same output shape.
fn without_norms(proto: &ModelProto) -> ModelProto {
    let mut proto = proto.clone();
    let nodes = proto.graph.iter_mut().flat_map(|graph| &mut graph.node);
    for norm in nodes.filter(|node| node.op_type == NORM) {
        "Identity".clone_into(&mut norm.op_type);
        norm.input.truncate(1);
        norm.attribute.clear();
    }
    proto
}
