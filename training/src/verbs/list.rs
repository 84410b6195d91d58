//! `windrow-train list`: the recipes of a folder, a line each.

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;

use crate::recipe::{Address, Recipe};

/// The lines: address, window, parameters, and arithmetic a base or window.
pub fn list(folder: &Path) -> Result<String> {
    let mut lines = String::new();
    for address in Address::of_folder(folder)? {
        let (recipe, _) = address.read(&[])?;
        let word = address.word();
        if let Recipe::Vectors(recipe) = &recipe {
            let [shortest, longest] = recipe.words;
            writeln!(lines, "{word}\twords of {shortest} to {longest}")?;
        }
        if let Some(graph) = recipe.graph() {
            writeln!(
                lines,
                "{word}\t{} bp\t{} parameters\t{:.1} kFLOP a {}",
                graph.window(),
                graph.parameters(),
                graph.flops() as f64 / 1000.0,
                if graph.is_dense() { "base" } else { "window" }
            )?;
        }
    }
    Ok(lines)
}
