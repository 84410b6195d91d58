//! Makes a network of a model's ONNX graph, operator by operator.
//!
//! Views are free: nodes read concatenated, sliced or squeezed values in place. An elementwise
//! operator that alone reads a node becomes a step of the node.

mod build;
mod joining;
mod onnx;
mod operators;
mod sliding;

use super::net::{BASES, Net};
use crate::model::Model;
use build::NetBuilder;

/// Why the kernels cannot run a graph.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(String);

impl Unknown {
    fn new(what: &str) -> Self {
        Self(what.to_owned())
    }
}

/// Reads the network of a dense model.
pub fn read(model: &Model) -> Result<Net, Unknown> {
    let graph = model.proto.graph.as_ref();
    let graph = graph.ok_or_else(|| Unknown::new("no graph"))?;
    let operators = onnx::operators(graph);
    let mut builder = NetBuilder::new(graph, &operators)?;
    for operator in &operators {
        builder.operator(operator)?;
    }
    let output = &graph.output[0].name;
    let net = builder.finish(output, model.outputs)?;
    let (window, step) = (model.contract.window, model.contract.step);
    let known = net.columns(window);
    let next = net.columns(window + step);
    let last = net.nodes.len() - 1;
    if known.contains(&0) || (known[last], next[last]) != (1, 2) || last == BASES {
        return Err(Unknown::new("windows that are counted in another way"));
    }
    Ok(net)
}
