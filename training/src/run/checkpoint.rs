//! The checkpoint that a run continues from: kept weights, optimiser, progress and the task's
//! state in one file, which is renamed once: a killed run never finds parts of different steps. The
//! recipe is next to it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tch::{Device, Tensor, nn};

use crate::files::{read_json, write_json};
use crate::net::graph::Graph;
use crate::net::network::Network;
use crate::net::optimiser::Optimiser;
use crate::run::progress::Progress;

/// Tensors that hold JSON.
const PROGRESS: &str = "progress";
const STATE: &str = "state";
/// Names of the kept weights begin so.
const KEPT: &str = "kept.";

fn path(folder: &Path) -> PathBuf {
    folder.join("checkpoint.ot")
}

fn recipe_path(folder: &Path) -> PathBuf {
    folder.join("recipe.json")
}

/// The recipe that the run in `folder` is of.
pub fn recipe<R: DeserializeOwned>(folder: &Path) -> Result<R> {
    let path = recipe_path(folder);
    ensure!(path.exists(), missing(folder));
    read_json(&path)
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
    let recipe = recipe_path(folder);
    if checkpoint.exists() && recipe.exists() {
        // Read as a recipe, so that its defaults are filled in.
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

/// The part of a recipe that training depends on.
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

/// All of a run at one step.
pub struct Checkpoint {
    pub optimiser: Vec<(String, Tensor)>,
    /// The weights of the best evaluation, by the variables' names.
    pub kept: Vec<(String, Tensor)>,
    pub progress: Progress,
    /// The task's own state, as JSON.
    state: Vec<u8>,
}

impl Checkpoint {
    /// Writes a checkpoint in place of the one that is there.
    pub fn write(
        folder: &Path,
        optimiser: &Optimiser,
        kept: &[(String, Tensor)],
        progress: &Progress,
        state: &impl Serialize,
    ) -> Result<()> {
        let mut named = optimiser.tensors();
        // In the file dots stand as bars, and come back as dots.
        let kept = kept.iter().map(|(name, tensor)| {
            let name = format!("{KEPT}{name}").replace('.', "|");
            (name, tensor.shallow_clone())
        });
        named.extend(kept);
        named.push((PROGRESS.to_owned(), json(progress)?));
        named.push((STATE.to_owned(), json(state)?));
        for (_, tensor) in &mut named {
            *tensor = tensor.to_device(Device::Cpu);
        }
        let new = folder.join("checkpoint.new");
        Tensor::save_multi(&named, &new).with_context(|| format!("{}", new.display()))?;
        std::fs::rename(&new, path(folder)).with_context(|| format!("{}", new.display()))
    }

    pub fn state<S: DeserializeOwned>(&self) -> Result<S> {
        Ok(serde_json::from_slice(&self.state)?)
    }
}

fn json(value: &impl Serialize) -> Result<Tensor> {
    Ok(Tensor::from_slice(&serde_json::to_vec(value)?))
}

/// The checkpoint of the run in `folder`, if it has come to one.
pub fn read(folder: &Path) -> Result<Option<Checkpoint>> {
    let path = path(folder);
    if !path.exists() {
        return Ok(None);
    }
    let place = || format!("{}", path.display());
    let (mut optimiser, mut kept) = (Vec::new(), Vec::new());
    let (mut progress, mut state) = (None, None);
    for (name, tensor) in Tensor::load_multi(&path).with_context(place)? {
        match name.as_str() {
            PROGRESS => progress = Some(Vec::<u8>::try_from(tensor)?),
            STATE => state = Some(Vec::<u8>::try_from(tensor)?),
            _ => match name.strip_prefix(KEPT) {
                Some(name) => kept.push((name.to_owned(), tensor)),
                None => optimiser.push((name, tensor)),
            },
        }
    }
    let (Some(progress), Some(state)) = (progress, state) else {
        bail!(
            "{}: not a checkpoint of this version; --fresh starts anew",
            place()
        );
    };
    Ok(Some(Checkpoint {
        optimiser,
        kept,
        progress: serde_json::from_slice(&progress).with_context(place)?,
        state,
    }))
}

/// The checkpoint of a run that something else builds on.
fn of_run(folder: &Path) -> Result<Checkpoint> {
    read(folder)?.with_context(|| missing(folder))
}

fn missing(folder: &Path) -> String {
    format!(
        "{}: no checkpoint; `windrow-train train` its recipe first",
        folder.display()
    )
}

/// The state of the optimiser of the run in `folder`.
pub fn optimiser(folder: &Path) -> Result<Vec<(String, Tensor)>> {
    Ok(of_run(folder)?.optimiser)
}

/// Sets the variables that have the name and shape of a kept one of the run in `folder`; how many
/// did.
pub fn adopt(vs: &nn::VarStore, folder: &Path) -> Result<usize> {
    let taken = take(vs, &of_run(folder)?.kept);
    ensure!(taken > 0, "{}: nothing of it fits", folder.display());
    Ok(taken)
}

/// The network of the kept weights of the run in `folder`, and how the run went.
pub fn network(graph: Graph, folder: &Path, device: Device) -> Result<(Network, Progress)> {
    let vs = nn::VarStore::new(device);
    let network = Network::new(graph, &vs.root());
    let Checkpoint { kept, progress, .. } = of_run(folder)?;
    let (taken, wanted) = (take(&vs, &kept), vs.variables().len());
    ensure!(
        taken == wanted,
        "{}: {taken} of the network's {wanted} tensors",
        folder.display()
    );
    Ok((network, progress))
}

fn take(vs: &nn::VarStore, kept: &[(String, Tensor)]) -> usize {
    let variables = vs.variables();
    let mut taken = 0;
    for (name, tensor) in kept {
        if let Some(variable) = variables.get(name).filter(|v| v.size() == tensor.size()) {
            tch::no_grad(|| variable.shallow_clone().copy_(tensor));
            taken += 1;
        }
    }
    taken
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
