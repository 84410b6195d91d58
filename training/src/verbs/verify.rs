//! `windrow-train verify`: whether each result file is of the recipe as it stands today, and
//! whether a row comes out as its result file says.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use tch::Device;

use crate::figures::provenance::Provenance;
use crate::figures::windows::result::WindowsResult;
use crate::files::read_json;
use crate::recipe::Address;
use crate::verbs::options::Options;
use crate::verbs::work;

/// Most that a row's main figure may differ by on another kind of machine. On the same kind it is
/// the same.
const TOLERANCE: f64 = 0.03;

/// How many result files there are.
///
/// # Errors
///
/// If one names a recipe that is not there, or that has other values; all such files are named.
pub fn verify(recipes: &[Address], results: &Path) -> Result<usize> {
    let place = || format!("{}", results.display());
    let entries = std::fs::read_dir(results).with_context(place)?;
    let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let mut wrong = Vec::new();
    for path in &paths {
        let result: Provenance = read_json(path)?;
        if let Some(difference) = difference(recipes, &result)? {
            wrong.push(format!("{}: {difference}", path.display()));
        }
    }
    if !wrong.is_empty() {
        bail!(
            "{} of {} result files are not of today's recipes\n{}",
            wrong.len(),
            paths.len(),
            wrong.join("\n")
        );
    }
    Ok(paths.len())
}

/// Runs a recipe of windows anew, in a folder of its own, and compares each set's main figure with
/// that of its result file; the largest difference.
///
/// # Errors
///
/// If there is no result file, or a figure differs by more than [`TOLERANCE`].
pub fn rerun(word: &str, options: &Options, device: Device) -> Result<f64> {
    let (recipe, _) = Address::find(word)?.read(&options.changes)?;
    let name = options.name.as_deref().unwrap_or(recipe.name());
    let file = |folder: &Path| folder.join(format!("{name}.json"));
    let before: WindowsResult = read_json(&file(&options.results))?;
    let again = Options {
        results: options.runs.join("verify"),
        runs: options.runs.join("verify"),
        fresh: true,
        ..options.clone()
    };
    for verb in ["train", "evaluate"] {
        work::work(verb, word, &again, device)?;
    }
    let now: WindowsResult = read_json(&file(&again.results))?;
    let mut worst = 0f64;
    for (before_row, now_row) in before.own().zip(now.own()) {
        let (head, of) = before.main(before_row);
        let [was, is] = [before_row, now_row].map(|row| of(&row.figures).unwrap_or(f64::NAN));
        let difference = (was - is).abs();
        ensure!(
            difference <= TOLERANCE,
            "{name}: {head} on {} is {is:.4}, the result file has {was:.4}",
            before_row.set
        );
        worst = worst.max(difference);
    }
    Ok(worst)
}

/// How a result's recipe differs from today's.
fn difference(recipes: &[Address], result: &Provenance) -> Result<Option<String>> {
    let Some(address) = recipes.iter().find(|a| a.named() == result.recipe) else {
        return Ok(Some(format!("no recipe {}", result.recipe)));
    };
    let (_, sha256) = address.read(&result.changes)?;
    Ok((sha256 != result.recipe_sha256).then(|| {
        format!(
            "{} has the SHA-256 {}, the result {}",
            result.recipe,
            &sha256[..12],
            result.recipe_sha256.get(..12).unwrap_or_default()
        )
    }))
}
