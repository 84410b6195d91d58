//! What a run leaves in its folder to go on from: weights, optimiser and progress in one file, which
//! is renamed once, so that a killed run finds all of one step; and the recipe that it is of.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tch::Tensor;

use crate::files::{read_json, write_json};
use crate::net::optimiser::Optimiser;

/// The tensor that holds the progress, as JSON.
pub const PROGRESS: &str = "progress";

pub fn path(folder: &Path) -> PathBuf {
    folder.join("checkpoint.ot")
}

/// The recipe that the run in `folder` is of.
pub fn recipe(folder: &Path) -> PathBuf {
    folder.join("recipe.json")
}

/// Takes `folder` for a run of `recipe`.
///
/// # Errors
///
/// If it holds a run of a recipe that trains something else, unless it is to begin `fresh`.
pub fn claim<R: Serialize + DeserializeOwned>(
    folder: &Path,
    wanted: &R,
    fresh: bool,
) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    let checkpoint = path(folder);
    if fresh && checkpoint.exists() {
        std::fs::remove_file(&checkpoint).with_context(|| format!("{}", checkpoint.display()))?;
    }
    let recipe = recipe(folder);
    if checkpoint.exists() && recipe.exists() {
        // Read as a recipe, so that what it leaves to a default is there.
        let there: R = read_json(&recipe)?;
        let differs = differences(&trains(&there)?, &trains(wanted)?);
        if !differs.is_empty() {
            bail!(
                "{} holds a run of another recipe: {}; --fresh starts anew, --name names another run",
                folder.display(),
                differs.join(", ")
            );
        }
    }
    write_json(&recipe, wanted)
}

/// The part of a recipe that decides what is learnt.
fn trains(recipe: &impl Serialize) -> Result<Value> {
    let mut value = serde_json::to_value(recipe)?;
    if let Some(table) = value.as_object_mut() {
        table.remove("evaluation");
        if let Some(card) = table.get_mut("model").and_then(Value::as_object_mut) {
            card.retain(|key, _| matches!(key.as_str(), "labels" | "output" | "strand"));
        }
    }
    Ok(value)
}

/// `key is ..., not ...` of each value that two recipes do not share.
fn differences(there: &Value, wanted: &Value) -> Vec<String> {
    fn compare(key: &str, there: &Value, wanted: &Value, found: &mut Vec<String>) {
        match (there, wanted) {
            (Value::Object(a), Value::Object(b)) => {
                let more = b.keys().filter(|name| !a.contains_key(*name));
                for name in a.keys().chain(more) {
                    let key = match key {
                        "" => name.clone(),
                        _ => format!("{key}.{name}"),
                    };
                    let of = |table: &serde_json::Map<String, Value>| {
                        table.get(name).cloned().unwrap_or(Value::Null)
                    };
                    compare(&key, &of(a), &of(b), found);
                }
            }
            _ if there != wanted => found.push(format!("{key} is {there}, not {wanted}")),
            _ => {}
        }
    }
    let mut found = Vec::new();
    compare("", there, wanted, &mut found);
    found
}

/// Writes a checkpoint in place of the one that is there.
pub fn save(folder: &Path, optimiser: &Optimiser, progress: &impl Serialize) -> Result<()> {
    let mut named = optimiser.tensors();
    named.push((
        PROGRESS.to_owned(),
        Tensor::from_slice(&serde_json::to_vec(progress)?),
    ));
    let new = folder.join("checkpoint.new");
    Tensor::save_multi(&named, &new).with_context(|| format!("{}", new.display()))?;
    std::fs::rename(&new, path(folder)).with_context(|| format!("{}", new.display()))
}

/// Takes the optimiser to where the run stands, and tells where that is; none if it has not begun.
pub fn resume<P: DeserializeOwned>(folder: &Path, optimiser: &mut Optimiser) -> Result<Option<P>> {
    let path = path(folder);
    if !path.exists() {
        return Ok(None);
    }
    optimiser.resume(&path)?;
    Ok(Some(progress(folder)?))
}

/// Where the run stands.
pub fn progress<P: DeserializeOwned>(folder: &Path) -> Result<P> {
    let path = path(folder);
    let place = || format!("{}", path.display());
    let named = Tensor::load_multi(&path).with_context(place)?;
    let found = named.into_iter().find(|(name, _)| name == PROGRESS);
    let (_, bytes) = found.context("no progress in it").with_context(place)?;
    serde_json::from_slice(&Vec::<u8>::try_from(bytes)?).with_context(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_run_of_another_recipe_is_refused_with_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let recipe = |rate: f64, text: &str| {
            json!({
                "seed": 1,
                "train": { "learning_rate": rate, "steps": 5 },
                "model": { "labels": ["a"], "description": text },
                "evaluation": { "sets": [text] },
            })
        };
        let claims = |rate, text, fresh| claim(folder.path(), &recipe(rate, text), fresh);
        claims(0.1, "one", false).unwrap();
        // Nothing was learnt yet.
        claims(0.2, "one", false).unwrap();
        std::fs::write(path(folder.path()), "weights").unwrap();
        claims(0.2, "another text", false).unwrap();
        let refused = claims(0.3, "one", false).unwrap_err().to_string();
        assert!(
            refused.contains("train.learning_rate is 0.2, not 0.3"),
            "{refused}"
        );
        assert!(
            !refused.contains("steps") && refused.contains("--fresh"),
            "{refused}"
        );
        assert!(path(folder.path()).exists());
        claims(0.3, "one", true).unwrap();
        assert!(!path(folder.path()).exists());
    }
}
