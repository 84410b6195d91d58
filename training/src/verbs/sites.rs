//! Networks that find sites, learnt from an annotated genome: from the GTF to the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::data::sites::split::SplitGenome;
use crate::export::sites as export;
use crate::figures::provenance::Origin;
use crate::figures::sites::evaluate;
use crate::figures::sites::result::SitesResult;
use crate::files::write_json;
use crate::recipe::sites::SitesRecipe;
use crate::run::sites::train::SitesTask;
use crate::run::{checkpoint, training};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &SitesRecipe,
    origin: &Origin,
    wanted: impl Fn(&str) -> bool,
    output: &Path,
    device: Device,
) -> Result<()> {
    let folder = origin.folder;
    if wanted("train") || wanted("evaluate") {
        let genome = SplitGenome::read(recipe, origin.data)?;
        if wanted("train") {
            checkpoint::claim(folder, recipe, origin.fresh)?;
            let task = SitesTask::new(recipe, &genome, folder, device)?;
            training::train(&task, folder, device).context("training")?;
        }
        if wanted("evaluate") {
            let (network, progress) = checkpoint::network(recipe.graph(), folder, device)?;
            let evaluations = evaluate::evaluate(recipe, &genome, &network, origin.data)?;
            let result = SitesResult::new(origin, recipe, progress, evaluations)?;
            write_json(&origin.result, &result)?;
            println!("{}", origin.result.display());
        }
    }
    if wanted("export") {
        let result: SitesResult = origin.read_result()?;
        let (network, _) = checkpoint::network(recipe.graph(), folder, Device::Cpu)?;
        export::export(recipe, &network, &result, origin.data, output)?;
    }
    Ok(())
}
