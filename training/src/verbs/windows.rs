//! Networks that score windows, learnt from labelled ones: from the rows to the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::data::windows::parts::SplitWindows;
use crate::export::windows as export;
use crate::figures::provenance::Origin;
use crate::figures::windows::evaluate;
use crate::figures::windows::result::WindowsResult;
use crate::files::write_json;
use crate::recipe::windows::WindowsRecipe;
use crate::run::windows::train::WindowsTask;
use crate::run::{checkpoint, training};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &WindowsRecipe,
    origin: &Origin,
    wanted: impl Fn(&str) -> bool,
    output: &Path,
    device: Device,
) -> Result<()> {
    let folder = origin.folder;
    let windows = SplitWindows::read(recipe, origin.data)?;
    if wanted("train") {
        checkpoint::claim(folder, recipe, origin.fresh)?;
        let task = WindowsTask::new(&windows, folder, device)?;
        training::train(&task, folder, device).context("training")?;
    }
    if wanted("evaluate") {
        let (network, progress) = checkpoint::network(recipe.graph(), folder, device)?;
        let evaluation = evaluate::evaluate(&windows, &network)?;
        let result = WindowsResult::new(origin, recipe, &windows, progress, evaluation)?;
        write_json(&origin.result, &result)?;
        println!("{}", origin.result.display());
    }
    if wanted("export") {
        let result: WindowsResult = origin.read_result()?;
        let (network, _) = checkpoint::network(recipe.graph(), folder, Device::Cpu)?;
        export::export(&windows, &network, &result, output)?;
    }
    Ok(())
}
