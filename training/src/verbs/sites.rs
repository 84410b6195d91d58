//! Networks that find sites, learnt from an annotated genome: from the GTF to the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::data::sites::split::SplitGenome;
use crate::export::sites as export;
use crate::figures::provenance::Origin;
use crate::figures::sites::evaluate;
use crate::figures::sites::result::RunResult;
use crate::files::{read_json, write_json};
use crate::recipe::sites::Recipe;
use crate::run::sites::train::Learning;
use crate::run::{checkpoint, course};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &Recipe,
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
            let task = Learning::new(recipe, &genome, folder, device)?;
            course::train(&task, folder, device, &mut |_| true).context("training")?;
        }
        if wanted("evaluate") {
            let (network, progress) = checkpoint::network(recipe.graph(), folder, device)?;
            let evaluations = evaluate::evaluate(recipe, &genome, &network, origin.data)?;
            let result = RunResult::new(origin, recipe, progress, evaluations)?;
            write_json(&origin.result, &result)?;
            println!("{}", origin.result.display());
        }
    }
    if wanted("export") {
        let result: RunResult = read_json(&origin.result)?;
        let (network, _) = checkpoint::network(recipe.graph(), folder, Device::Cpu)?;
        export::export(recipe, &network, &result, origin.data, output)?;
    }
    Ok(())
}
