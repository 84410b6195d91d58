//! `windrow-train make`: a bundled model from nothing, by the recipe that its file names and the
//! recipes that this one builds on.

use anyhow::{Context, Result, bail, ensure};
use tch::Device;
use windrow::model::Model;

use crate::files;
use crate::recipe::Address;
use crate::verbs::options::Options;
use crate::verbs::{background, work};

/// Folder of the recipes, from the one that the program runs in.
const RECIPES: &str = "recipes";

/// Makes a model in `model.onnx` of its run's folder, or in the options' output, and says whether
/// its bytes are those of the bundled one. Runs that are finished are not run again.
pub fn work(model: &str, options: &Options, device: Device) -> Result<()> {
    ensure!(
        options.changes.is_empty() && options.name.is_none(),
        "make: a model has the recipe and the name of its file; --set and --name are for run"
    );
    let bundled = Model::bundled(model)?;
    let recipes = Address::of_folder(RECIPES.as_ref())?;
    let stages = chain(&recipe_of(&bundled)?, &recipes)?;
    for (number, stage) in stages.iter().enumerate() {
        eprintln!("stage {} of {}: {}", number + 1, stages.len(), stage.word());
        if number + 1 < stages.len() {
            work::work("train", &stage.word(), options, device)?;
        }
    }
    let last = stages.last().context("a chain has an end")?;
    let made = match &options.output {
        Some(path) => path.clone(),
        None => options
            .runs
            .join(last.read(&[])?.0.name())
            .join("model.onnx"),
    };
    let options = Options {
        output: Some(made.clone()),
        ..options.clone()
    };
    work::work("run", &last.word(), &options, device)?;
    let human = || options.data.join(background::GENOME);
    let genome = options.genome.clone().unwrap_or_else(human);
    background::work(&made, &genome, None, &made)?;
    let sha256 = files::sha256(&std::fs::read(&made)?);
    match sha256 == bundled.sha256 {
        true => println!("{}: the bundled model, byte for byte", made.display()),
        false => println!(
            "{}: sha256 {sha256}; the bundled model has {}",
            made.display(),
            bundled.sha256
        ),
    }
    Ok(())
}

/// `FILE` or `FILE:VARIANT` of the recipe that a model was made by.
fn recipe_of(model: &Model) -> Result<String> {
    let recipe = model.contract.recipe.split_whitespace().next();
    Ok(recipe.context("the model names no recipe")?.to_owned())
}

/// The recipes that make the one named `word`, each behind those that it builds on.
fn chain(word: &str, recipes: &[Address]) -> Result<Vec<Address>> {
    let named = |address: &&Address| {
        let file = address.file.file_name().and_then(|name| name.to_str());
        let variant = match address.variant.as_str() {
            "" => String::new(),
            variant => format!(":{variant}"),
        };
        file.is_some_and(|file| format!("{file}{variant}") == word)
    };
    let last = recipes.iter().find(named);
    let last = last.with_context(|| format!("{RECIPES} has no {word}"))?;
    let mut runs = Vec::new();
    for address in recipes {
        runs.push((address.read(&[])?.0, address));
    }
    let mut stages = Vec::new();
    let mut open = vec![(last.clone(), false)];
    while let Some((address, are_parts_done)) = open.pop() {
        if stages
            .iter()
            .any(|stage: &Address| stage.word() == address.word())
        {
            continue;
        }
        if are_parts_done {
            stages.push(address);
            continue;
        }
        let (recipe, _) = address.read(&[])?;
        open.push((address, true));
        for name in recipe.builds_on().into_iter().rev() {
            let Some((_, part)) = runs.iter().find(|(recipe, _)| recipe.name() == name) else {
                bail!("{RECIPES} has no recipe of the run {name}");
            };
            open.push(((*part).clone(), false));
        }
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use windrow::model::registry;

    fn words(model: &str) -> Vec<String> {
        let recipes = Address::of_folder(RECIPES.as_ref()).unwrap();
        let recipe = recipe_of(&Model::bundled(model).unwrap()).unwrap();
        let stages = chain(&recipe, &recipes).unwrap();
        let word = |stage: &Address| stage.word().replace("recipes/", "");
        stages.iter().map(word).collect()
    }

    #[test]
    fn stages_stand_behind_those_that_they_build_on() {
        let lite = [
            "exon-species.toml",
            "exon-round.toml:a",
            "exon-round.toml:b",
            "exon-mean.toml",
            "exon-lite.toml",
        ];
        assert_eq!(words("exon-lite"), lite);
        assert_eq!(words("exon"), [&lite[..], &["exon.toml"]].concat());
        assert_eq!(
            words("binding-site"),
            ["trunk", "factors", "binding-site"].map(|stage| format!("genomewide.toml:{stage}"))
        );
    }

    #[test]
    fn every_bundled_model_has_the_recipe_that_its_file_names() {
        let recipes = Address::of_folder(RECIPES.as_ref()).unwrap();
        for name in registry::names() {
            let model = Model::bundled(name).unwrap();
            let stages = chain(&recipe_of(&model).unwrap(), &recipes).unwrap();
            let (_, sha256) = stages.last().unwrap().read(&[]).unwrap();
            let stated = model.contract.recipe.split_whitespace().nth(1);
            assert_eq!(stated, Some(sha256.as_str()), "{name}");
        }
    }
}
