//! Labelled windows in addition to a genome.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::bases::{UNKNOWN, encode};
use crate::data::genome::open;
use crate::recipe::sites::{Site, SitesRecipe, Windows};

/// A labelled window, and the labelled base in it.
pub struct LabelledWindow {
    pub codes: Vec<u8>,
    pub positive: bool,
    pub site: Site,
    pub at: usize,
}

/// The rows of all files of a recipe without unknown bases.
///
/// # Errors
///
/// If a file cannot be read, or a row is too short for the network.
pub fn read(recipe: &SitesRecipe, data: &Path) -> Result<Vec<LabelledWindow>> {
    let graph = recipe.graph();
    let behind = graph.window() - graph.anchor();
    let mut rows = Vec::new();
    for windows in &recipe.data.windows {
        for (codes, positive) in read_windows(windows, data)? {
            let (site, at) = (windows.site, windows.at);
            ensure!(
                at >= graph.anchor() && codes.len() >= at + behind,
                "{}: rows too short for the network",
                windows.tsv.display()
            );
            if !codes.contains(&UNKNOWN) {
                rows.push(LabelledWindow {
                    codes,
                    positive,
                    site,
                    at,
                });
            }
        }
    }
    Ok(rows)
}

/// Rows of a TSV of labelled windows: codes and label.
fn read_windows(windows: &Windows, data: &Path) -> Result<Vec<(Vec<u8>, bool)>> {
    let path = data.join(&windows.tsv);
    let place = || format!("{}", path.display());
    let mut lines = BufReader::new(open(&path)?).lines();
    let header = lines.next().with_context(place)?.with_context(place)?;
    let names: Vec<&str> = header.split('\t').collect();
    let column = |name: &str| {
        let found = names.iter().position(|n| *n == name);
        found.with_context(|| format!("{}: no column '{name}'", path.display()))
    };
    let (label, sequence) = (column("label")?, column("sequence")?);
    let unless = windows.unless.as_deref().map(column).transpose()?;
    let mut rows = Vec::new();
    for line in lines {
        let line = line.with_context(place)?;
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() != names.len() {
            bail!(
                "{}: {} fields, {} in the header",
                place(),
                fields.len(),
                names.len()
            );
        }
        if unless.is_none_or(|c| matches!(fields[c], "." | "")) {
            rows.push((encode(fields[sequence].as_bytes()), fields[label] == "1"));
        }
    }
    Ok(rows)
}
