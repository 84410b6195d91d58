//! A model file, written once it is proved.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result};
use windrow::model::Contract;

use crate::export::{onnx, parity};
use crate::net::graph::Graph;
use crate::net::network::Network;

/// What a word of the recipe's `[model]` says; `key` is its key.
pub fn stated<T: FromStr>(key: &str, word: &str) -> Result<T>
where
    Result<T, T::Err>: Context<T, T::Err>,
{
    word.parse().with_context(|| format!("{key} {word}"))
}

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
