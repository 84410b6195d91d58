//! A model file, written once it is proved.

use std::path::Path;

use anyhow::{Context, Result};
use windrow::model::Contract;

use crate::export::{onnx, parity};
use crate::net::graph::Graph;
use crate::net::network::Network;

/// Writes `network` as a model file that states `contract`, with as many heads as `graph`, and
/// proves it on `windows` of real sequence and as many random ones.
pub fn write(
    network: &Network,
    graph: &Graph,
    contract: &Contract,
    windows: Vec<Vec<u8>>,
    path: &Path,
) -> Result<()> {
    let bytes = onnx::export(network, graph, &contract.to_metadata())?;
    parity::prove(network, &bytes, windows)?;
    std::fs::write(path, &bytes).with_context(|| format!("{}", path.display()))?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}
