//! Networks that score windows, learnt from labelled ones: from the rows to the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::export::windows as export;
use crate::figures::provenance::Origin;
use crate::figures::windows::evaluate;
use crate::figures::windows::result::WindowResult;
use crate::files::{read_json, write_json};
use crate::recipe::windows::Recipe;
use crate::run::checkpoint;
use crate::run::windows::train::{Progress, Run};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &Recipe,
    origin: &Origin,
    wanted: impl Fn(&str) -> bool,
    output: &Path,
    device: Device,
) -> Result<()> {
    if wanted("train") || wanted("evaluate") {
        let run = Run::new(recipe, origin.data, origin.folder, device)?;
        if wanted("train") {
            checkpoint::claim(origin.folder, recipe, origin.fresh)?;
            run.train(&mut |_| true).context("training")?;
        }
        if wanted("evaluate") {
            let network = evaluate::load(recipe, origin.folder, device)?;
            let evaluation = evaluate::evaluate(&run, &network)?;
            let progress: Progress = checkpoint::progress(origin.folder)?;
            let result = WindowResult::new(origin, recipe, &run, progress, evaluation)?;
            write_json(&origin.result, &result)?;
            println!("{}", origin.result.display());
        }
    }
    if wanted("export") {
        let result: WindowResult = read_json(&origin.result)?;
        let network = evaluate::load(recipe, origin.folder, Device::Cpu)?;
        let run = Run::new(recipe, origin.data, origin.folder, Device::Cpu)?;
        export::export(&run, &network, &result, output)?;
    }
    Ok(())
}
