//! The networks of a recipe, and the one that its run kept.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::data::sites::sampler::HEADS;
use crate::net::graph::Graph;
use crate::net::import;
use crate::net::network::Network;
use crate::recipe::sites::{Recipe, SITES};

/// The recipe's network: each site's head sees its dinucleotide beside it.
pub fn graph(recipe: &Recipe) -> Graph {
    site_graph(recipe, HEADS)
}

/// The part of it that is shipped: the labels' heads alone.
pub fn shipped(recipe: &Recipe) -> Graph {
    site_graph(recipe, recipe.model.labels.len())
}

/// The first `heads` of acceptor, donor, exon.
fn site_graph(recipe: &Recipe, heads: usize) -> Graph {
    let [acceptor, donor] = SITES.map(|site| Some(site.motif()));
    let motifs = [acceptor, donor, None];
    let dense = recipe.architecture.gated(&motifs[..heads]);
    dense.expect("checked when the recipe was read")
}

/// The network of a model file of the recipe's architecture, with the heads that the file has.
pub fn of_model(recipe: &Recipe, path: &Path, device: Device) -> Result<Network> {
    let place = || format!("{}", path.display());
    let bytes = std::fs::read(path).with_context(place)?;
    let heads = import::labels(&bytes).with_context(place)?.min(HEADS);
    let vs = tch::nn::VarStore::new(device);
    let network = Network::new(site_graph(recipe, heads), &vs.root());
    import::import(&network, &bytes).with_context(place)?;
    Ok(network)
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
