//! Networks that score a genome place by place, learnt along genomes: labels as sites in BED
//! files, masks, lanes, figures of bins, and the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::{Device, nn};

use crate::data::tracks::labels::LabelledGenomes;
use crate::export::tracks as export;
use crate::figures::provenance::Origin;
use crate::figures::tracks::evaluate;
use crate::figures::tracks::result::TracksResult;
use crate::files::write_json;
use crate::recipe::tracks::TracksRecipe;
use crate::run::tracks::train::TracksTask;
use crate::run::{checkpoint, training};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &TracksRecipe,
    origin: &Origin,
    wanted: impl Fn(&str) -> bool,
    output: &Path,
    device: Device,
) -> Result<()> {
    let folder = origin.folder;
    let data = LabelledGenomes::read(recipe, origin.data)?;
    if wanted("train") {
        checkpoint::claim(folder, recipe, origin.fresh)?;
        let task = TracksTask::new(recipe, &data, origin.data, folder, device)?;
        training::train(&task, folder, device).context("training")?;
    }
    if wanted("evaluate") {
        let (network, progress) = checkpoint::network(recipe.graph(), folder, device)?;
        let evaluation = evaluate::evaluate(recipe, &data, &network, origin.data)?;
        let heads = nn::VarStore::new(device);
        let shipped = export::shipped(recipe, &network, &heads);
        let result = TracksResult::new(origin, recipe, &shipped.graph, progress, evaluation)?;
        write_json(&origin.result, &result)?;
        println!("{}", origin.result.display());
    }
    if wanted("export") && recipe.model.is_some() {
        let result: TracksResult = origin.read_result()?;
        let (network, _) = checkpoint::network(recipe.graph(), folder, Device::Cpu)?;
        export::export(recipe, &data, &network, &result, output)?;
    }
    Ok(())
}
