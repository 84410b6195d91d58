//! Networks that score a genome place by place, learnt along genomes: labels as sites in BED
//! files, masks, lanes, figures of bins, and the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::{Device, nn};

use crate::data::tracks::labels::Dataset;
use crate::export::tracks as export;
use crate::figures::provenance::Origin;
use crate::figures::tracks::evaluate;
use crate::figures::tracks::result::TrackResult;
use crate::files::{read_json, write_json};
use crate::net::network::Network;
use crate::recipe::tracks::Recipe;
use crate::run::course::{self, Course};
use crate::run::tracks::train::{Learning, implants};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &Recipe,
    origin: &Origin,
    wanted: impl Fn(&str) -> bool,
    output: &Path,
    device: Device,
) -> Result<()> {
    let data = Dataset::read(recipe, origin.data)?;
    if wanted("train") {
        let vs = nn::VarStore::new(device);
        tch::manual_seed(recipe.seed as i64);
        let network = Network::new(recipe.graph(), &vs.root());
        if let Some(motifs) = &recipe.motifs {
            motifs.begin(&network, origin.data)?;
        }
        let implants = implants(recipe, &data, origin.data)?;
        let task = Learning::new(recipe, &data, implants, &network.graph, device)?;
        let course = Course {
            task: &task,
            pace: &recipe.train,
            seed: recipe.seed,
            folder: origin.folder,
            device,
        };
        course.run(&vs, &network).context("training")?;
    }
    if wanted("evaluate") {
        let vs = nn::VarStore::new(device);
        let network = Network::new(recipe.graph(), &vs.root());
        let progress = course::load(&vs, origin.folder)?;
        let evaluation = evaluate::evaluate(recipe, &data, &network, origin.data, device)?;
        let heads = nn::VarStore::new(device);
        let shipped = export::shipped(recipe, &network, &heads);
        let result = TrackResult::new(origin, recipe, &shipped.graph, progress, evaluation)?;
        write_json(&origin.result, &result)?;
        println!("{}", origin.result.display());
    }
    if wanted("export") && recipe.model.is_some() {
        let result: TrackResult = read_json(&origin.result)?;
        let vs = nn::VarStore::new(Device::Cpu);
        let network = Network::new(recipe.graph(), &vs.root());
        course::load(&vs, origin.folder)?;
        export::export(recipe, &data, &network, &result, output)?;
    }
    Ok(())
}
