//! `windrow-train make`: a bundled model from nothing, by the recipe that its file names and the
//! recipes that this one builds on.

use anyhow::{Context, Result, ensure};
use tch::Device;
use windrow::model::Model;

use crate::files;
use crate::recipe::{Address, Recipe};
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
    let made = work::work("run", &last.word(), options, device)?;
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
fn chain<'a>(word: &str, recipes: &'a [Address]) -> Result<Vec<&'a Address>> {
    let read = |address: &'a Address| Ok((address.read(&[])?.0, address));
    let recipes = recipes.iter().map(read).collect::<Result<Vec<_>>>()?;
    let last = recipes
        .iter()
        .find(|(_, address)| address.named() == word)
        .with_context(|| format!("{RECIPES} has no {word}"))?;
    let mut stages = Vec::new();
    add(last, &recipes, &mut stages)?;
    Ok(stages)
}

fn add<'a>(
    (recipe, address): &(Recipe, &'a Address),
    recipes: &[(Recipe, &'a Address)],
    stages: &mut Vec<&'a Address>,
) -> Result<()> {
    for name in recipe.builds_on() {
        let part = recipes.iter().find(|(recipe, _)| recipe.name() == name);
        let part = part.with_context(|| format!("{RECIPES} has no recipe of the run {name}"))?;
        add(part, recipes, stages)?;
    }
    if stages.iter().all(|stage| stage.word() != address.word()) {
        stages.push(address);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use windrow::model::registry;

    fn words(model: &str) -> Vec<String> {
        let recipes = Address::of_folder(RECIPES.as_ref()).unwrap();
        let recipe = recipe_of(&Model::bundled(model).unwrap()).unwrap();
        let stages = chain(&recipe, &recipes).unwrap();
        stages.iter().map(|stage| stage.named()).collect()
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
        let generations = ["exon.toml:first", "exon.toml:second"];
        assert_eq!(words("exon"), [&lite[..], &generations].concat());
        assert_eq!(
            words("binding-site"),
            ["trunk", "factors", "binding-site"].map(|stage| format!("genomewide.toml:{stage}"))
        );
    }

    #[test]
    fn every_teacher_is_a_stage() {
        let stages = ["trunk", "factors", "wide", "taught", "bound", "enhancer"];
        let stages = stages.map(|stage| format!("genomewide.toml:{stage}"));
        assert_eq!(words("enhancer"), stages);
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
