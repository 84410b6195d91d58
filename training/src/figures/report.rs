//! RESULTS.md, its plots, and ARCHITECTURES.md: from the result files and the recipes.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::figures::provenance::Provenance;
use crate::figures::vectors::{self, VectorsResult};
use crate::figures::{diagram, sites, tracks, windows};
use crate::recipe::Address;

/// Reads `results/*.json`; writes `RESULTS.md` beside the folder and the plots into it, and
/// `ARCHITECTURES.md` beside the folder of recipes.
pub fn report(recipes: &[Address], results: &Path) -> Result<()> {
    let place = || format!("{}", results.display());
    let mut all: Vec<(String, Value)> = Vec::new();
    for entry in std::fs::read_dir(results).with_context(place)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "json") {
            all.push((
                format!("{}", path.display()),
                crate::files::read_json(&path)?,
            ));
        }
    }
    all.sort_by(|a, b| name(a).cmp(name(b)));
    let along = of_kind(&all, None)?;
    let windows = of_kind(&all, Some("windows"))?;
    let tracks: Vec<tracks::result::TracksResult> = of_kind(&all, Some("tracks"))?;
    let searches = of_kind(&all, Some("search"))?;
    let embeddings: Vec<VectorsResult> = of_kind(&all, Some("embedding"))?;
    let made = |(path, value): &(String, Value)| {
        let verb = match value.get("kind").and_then(Value::as_str) {
            Some("search") => "search",
            _ => "run",
        };
        let origin = serde_json::from_value(value.clone()).context(path.clone())?;
        Ok((verb, origin))
    };
    let provenances = all.iter().map(made).collect::<Result<Vec<_>>>()?;

    let mut text = String::from(
        "# Results\n\n\
         Generated from `results/*.json` by `windrow-train report`; do not edit. Each run is \
         repeated by its command, given the data folder in `WINDROW_DATA`. All runs stand here, \
         also the bad ones.\n",
    );
    text.push_str(&windows::compare::section(&windows)?);
    let (section, mut files) = sites::report::section(along)?;
    text.push_str(&section);
    let (section, plots) = tracks::report::section(tracks)?;
    text.push_str(&section);
    files.extend(plots);
    let (section, plots) = windows::report::section(windows, searches)?;
    text.push_str(&section);
    files.extend(plots);
    text.push_str(&vectors::section(&embeddings)?);
    text.push_str(&commands(&provenances)?);
    for (name, plot) in files {
        write(&results.join(name), &plot)?;
    }
    write(&results.with_file_name("RESULTS.md"), &text)?;
    let diagrams = diagram::document(recipes)?;
    write(&results.with_file_name("ARCHITECTURES.md"), &diagrams)
}

/// A result's path without its extension: runs of more seeds follow the first.
fn name(result: &(String, Value)) -> &str {
    result.0.trim_end_matches(".json")
}

/// The result files of a kind; those along a genome have none.
fn of_kind<T: for<'de> serde::Deserialize<'de>>(
    all: &[(String, Value)],
    kind: Option<&str>,
) -> Result<Vec<T>> {
    all.iter()
        .filter(|(_, value)| value.get("kind").and_then(Value::as_str) == kind)
        .map(|(path, value)| serde_json::from_value(value.clone()).context(path.clone()))
        .collect()
}

fn commands(all: &[(&str, Provenance)]) -> Result<String> {
    let mut out = String::from("\n## Commands\n");
    for (verb, r) in all {
        write!(
            out,
            "\n- `{}`: seed {}, {}, {}; recipe sha256 {}\n\n  ```\n  {}\n  ```\n",
            r.name,
            r.seed,
            r.device,
            r.versions,
            &r.recipe_sha256[..12],
            r.command(verb)
        )?;
    }
    Ok(out)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{}", path.display()))
}
