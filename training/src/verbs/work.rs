//! One verb on one recipe.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use tch::Device;

use crate::figures::provenance::Origin;
use crate::recipe::{Address, Recipe};
use crate::verbs::options::Options;
use crate::verbs::{search, sites, tracks, vectors, windows};

/// Does it on the recipe `FILE` or `FILE:VARIANT`; the path is that of the model, where one is written.
pub fn work(verb: &str, word: &str, options: &Options, device: Device) -> Result<PathBuf> {
    let address = Address::find(word)?;
    let (recipe, sha256) = address.read(&options.changes)?;
    ensure!(
        options.data.is_dir(),
        "{}no data folder: set WINDROW_DATA, or give --data",
        match options.data.as_os_str().is_empty() {
            true => String::new(),
            false => format!("{}: ", options.data.display()),
        }
    );
    let name = options.name.as_deref().unwrap_or(recipe.name());
    let folder = options.runs.join(name);
    let suffix = if verb == "search" { ".search" } else { "" };
    std::fs::create_dir_all(&options.results)?;
    let origin = Origin {
        name,
        recipe: address.named(),
        sha256: &sha256,
        changes: &options.changes,
        data: &options.data,
        folder: &folder,
        fresh: options.fresh,
        result: options.results.join(format!("{name}{suffix}.json")),
        device,
    };
    let output = options.output.clone();
    let output = output.unwrap_or_else(|| folder.join("model.onnx"));
    let wanted = |step: &str| verb == "run" || verb == step;
    match &recipe {
        _ if verb == "search" => search::search(&address, &origin, device),
        Recipe::Sites(recipe) => sites::work(recipe, &origin, wanted, &output, device),
        Recipe::Windows(recipe) => windows::work(recipe, &origin, wanted, &output, device),
        Recipe::Tracks(recipe) => tracks::work(recipe, &origin, wanted, &output, device),
        Recipe::Vectors(recipe) => vectors::work(recipe, &origin),
    }?;
    Ok(output)
}
