//! Networks that a run learns from in addition to its labels (Hinton et al., 2015,
//! arXiv:1503.02531).

use std::path::Path;

use anyhow::{Context, Result, bail};
use tch::{Device, Kind, Tensor};

use crate::data::batch::Batch;
use crate::net::graph::Graph;
use crate::net::import;
use crate::net::network::{Mode, Network};
use crate::recipe::sites::{HEADS, SitesRecipe};
use crate::run::checkpoint;

pub struct Teachers {
    networks: Vec<Network>,
    /// Of their probability in each target.
    share: f64,
}

impl Teachers {
    /// The teachers of the run in `folder`, none of which looks further than the run's own network.
    pub fn of(recipe: &SitesRecipe, folder: &Path, device: Device) -> Result<Option<Teachers>> {
        let Some(distil) = &recipe.train.distil else {
            return Ok(None);
        };
        let graph = recipe.graph();
        let behind = |graph: &Graph| graph.window() - graph.anchor();
        let of_run = |name: &String| {
            let folder = folder.with_file_name(name);
            let recipe: SitesRecipe = checkpoint::recipe(&folder)?;
            let (network, _) = checkpoint::network(recipe.graph(), &folder, device)?;
            let other = &network.graph;
            if other.anchor() > graph.anchor() || behind(other) > behind(&graph) {
                bail!("train.distil: {name} looks further than the network that it teaches");
            }
            Ok(network)
        };
        let of_file = distil
            .model
            .iter()
            .map(|path| of_model(recipe, path, device).context("train.distil"));
        let networks = distil.teachers.iter().map(of_run).chain(of_file);
        Ok(Some(Teachers {
            networks: networks.collect::<Result<_>>()?,
            share: distil.share,
        }))
    }

    /// The batch's targets, less the share that the teachers have in those of the heads that they
    /// all have. `anchor` is that of the network that learns.
    pub fn targets(&self, batch: &Batch, anchor: usize) -> Tensor {
        let length = batch.target.size()[2];
        let heads = |network: &Network| network.graph.output().channels as i64;
        let heads = self.networks.iter().map(heads).min().unwrap_or(0);
        let logits = |network: &Network| {
            let ahead = (anchor - network.graph.anchor()) as i64;
            let logits = network.forward(&batch.bases, Mode::Infer);
            logits.narrow(1, 0, heads).narrow(2, ahead, length)
        };
        tch::no_grad(|| {
            let logits: Vec<Tensor> = self.networks.iter().map(logits).collect();
            let mean = Tensor::stack(&logits, 0).mean_dim(0, false, Kind::Float);
            let targets = batch.target.copy();
            let mut taught = targets.narrow(1, 0, heads);
            taught *= 1.0 - self.share;
            taught += mean.sigmoid() * self.share;
            targets
        })
    }
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
