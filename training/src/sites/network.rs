//! The networks of a recipe, and the one that its run kept.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::graph::Graph;
use crate::network::Network;
use crate::sites::recipe::Recipe;
use crate::sites::sampler::HEADS;

/// The recipe's network: site graphs see an AG before an exon start.
pub fn graph(recipe: &Recipe) -> Graph {
    site_graph(recipe, HEADS)
}

/// The part of it that is shipped: the labels' heads alone.
pub fn shipped(recipe: &Recipe) -> Graph {
    site_graph(recipe, recipe.model.labels.len())
}

fn site_graph(recipe: &Recipe, heads: usize) -> Graph {
    let dense = recipe.architecture.dense(heads, Some(&[0, 2]));
    dense.expect("checked when the recipe was read")
}

/// The network that a run kept.
pub fn load(recipe: &Recipe, folder: &Path, device: Device) -> Result<Network> {
    let mut vs = tch::nn::VarStore::new(device);
    let network = Network::new(graph(recipe), &vs.root());
    let path = folder.join("kept.ot");
    vs.load(&path)
        .with_context(|| format!("{}", path.display()))?;
    Ok(network)
}
