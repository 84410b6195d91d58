//! The teachers of a run of sites.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::net::import;
use crate::net::network::Network;
use crate::recipe::sites::{HEADS, SitesRecipe};
use crate::run::checkpoint;
use crate::run::teachers::Teachers;

/// The teachers of the run in `folder`.
pub fn teachers(recipe: &SitesRecipe, folder: &Path, device: Device) -> Result<Option<Teachers>> {
    let Some(distil) = &recipe.train.distil else {
        return Ok(None);
    };
    let of_run = |name: &String| {
        let folder = folder.with_file_name(name);
        let recipe: SitesRecipe = checkpoint::recipe(&folder)?;
        Ok(checkpoint::network(recipe.graph(), &folder, device)?.0)
    };
    let of_file = distil
        .model
        .iter()
        .map(|path| of_model(recipe, path, device).context("train.distil"));
    let networks = distil.teachers.iter().map(of_run).chain(of_file);
    let networks = networks.collect::<Result<_>>()?;
    Teachers::new(networks, &recipe.graph(), distil).map(Some)
}

/// The network of a model file of the recipe's architecture, with the heads that the file has.
fn of_model(recipe: &SitesRecipe, path: &Path, device: Device) -> Result<Network> {
    let place = || format!("{}", path.display());
    let bytes = std::fs::read(path).with_context(place)?;
    let heads = import::labels(&bytes).with_context(place)?.min(HEADS);
    let vs = tch::nn::VarStore::new(device);
    let network = Network::new(recipe.graph_of(heads), &vs.root());
    import::import(&network, &bytes).with_context(place)?;
    Ok(network)
}
