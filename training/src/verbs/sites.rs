//! Networks that find sites, learnt from an annotated genome: from the GTF to the model file.

use std::path::Path;

use anyhow::{Context, Result};
use tch::Device;

use crate::export::sites as export;
use crate::figures::provenance::Origin;
use crate::figures::sites::evaluate;
use crate::figures::sites::result::RunResult;
use crate::files::{read_json, write_json};
use crate::recipe::sites::Recipe;
use crate::run::checkpoint;
use crate::run::sites::{network, train};

/// Trains, evaluates and exports, as far as `wanted` says.
pub fn work(
    recipe: &Recipe,
    origin: &Origin,
    wanted: impl Fn(&str) -> bool,
    output: &Path,
    device: Device,
) -> Result<()> {
    if wanted("train") || wanted("evaluate") {
        let run = train::Run::new(recipe, origin.data, origin.folder, device)?;
        if wanted("train") {
            checkpoint::claim(origin.folder, recipe, origin.fresh)?;
            run.train().context("training")?;
        }
        if wanted("evaluate") {
            let network = network::load(recipe, origin.folder, device)?;
            let evaluations = evaluate::evaluate(&run, &network, origin.data)?;
            let progress = checkpoint::progress(origin.folder)?;
            let result = RunResult::new(origin, recipe, progress, evaluations)?;
            write_json(&origin.result, &result)?;
            println!("{}", origin.result.display());
        }
    }
    if wanted("export") {
        let result: RunResult = read_json(&origin.result)?;
        let network = network::load(recipe, origin.folder, Device::Cpu)?;
        export::export(recipe, &network, &result, origin.data, output)?;
    }
    Ok(())
}
