//! A recipe: the TOML file that determines the result of a run.
//!
//! `[[axis]]` tables make many recipes of one file: each names choices, and each choice the values
//! that it sets (`dotted.key = value`). A recipe is addressed as `FILE` or `FILE:VARIANT`, where a
//! variant is one choice of each axis, joined by `-`.

pub mod about;
pub mod distil;
pub mod sites;
pub mod tracks;
pub mod vectors;
pub mod windows;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use crate::files;
use crate::net::graph::Graph;

pub enum Recipe {
    /// A network that finds sites along a genome.
    Sites(Box<sites::SitesRecipe>),
    /// A network that scores windows, learnt from labelled ones.
    Windows(Box<windows::WindowsRecipe>),
    /// A network that scores genomes, learnt along them.
    Tracks(Box<tracks::TracksRecipe>),
    /// Vectors of words.
    Vectors(vectors::VectorsRecipe),
}

impl Recipe {
    pub fn name(&self) -> &str {
        match self {
            Recipe::Sites(recipe) => &recipe.name,
            Recipe::Windows(recipe) => &recipe.name,
            Recipe::Tracks(recipe) => &recipe.name,
            Recipe::Vectors(recipe) => &recipe.name,
        }
    }

    /// The runs that this one starts from or learns from.
    pub fn builds_on(&self) -> Vec<&str> {
        match self {
            Recipe::Sites(recipe) => {
                let starts = match &recipe.train.start {
                    sites::Start::Runs(runs) => runs.as_slice(),
                    sites::Start::Model { .. } => &[],
                };
                let distil = recipe.train.distil.iter();
                let teachers = distil.flat_map(|distil| &distil.teachers);
                starts.iter().chain(teachers).map(String::as_str).collect()
            }
            Recipe::Windows(recipe) => {
                let distil = recipe.train.distil.iter();
                let teachers = distil.flat_map(|distil| &distil.teachers);
                let runs = recipe.train.start.iter().chain(teachers);
                runs.map(String::as_str).collect()
            }
            Recipe::Tracks(recipe) => {
                let distil = recipe.train.distil.iter();
                let teachers = distil.flat_map(|distil| &distil.teachers);
                let runs = recipe.train.start.iter().chain(teachers);
                runs.map(String::as_str).collect()
            }
            Recipe::Vectors(_) => Vec::new(),
        }
    }

    /// The network, as it is exported where the recipe exports one.
    pub fn graph(&self) -> Option<Graph> {
        match self {
            Recipe::Sites(recipe) => Some(recipe.shipped()),
            Recipe::Windows(recipe) => Some(recipe.graph()),
            Recipe::Tracks(recipe) => Some(recipe.graph()),
            Recipe::Vectors(_) => None,
        }
    }
}

/// One recipe as a table, and how it is addressed.
#[derive(Debug, Clone)]
pub struct Address {
    pub file: PathBuf,
    /// Empty for a file of one recipe.
    pub variant: String,
    pub table: Table,
}

impl Address {
    /// The recipe at `FILE` or `FILE:VARIANT`.
    pub fn find(word: &str) -> Result<Address> {
        let (file, variant) = match word.rsplit_once(':') {
            Some((file, variant)) => (file, variant),
            None => (word, ""),
        };
        let all = Address::all(file.as_ref())?;
        let names: Vec<String> = all.iter().map(|a| a.variant.clone()).collect();
        let found = all.into_iter().find(|a| a.variant == variant);
        found.with_context(|| match variant {
            "" => format!("{file} is many recipes; name one: {file}:{}", names[0]),
            _ => format!(
                "{file} has no variant '{variant}', but {}",
                names.join(", ")
            ),
        })
    }

    /// All recipes of a file.
    pub fn all(file: &Path) -> Result<Vec<Address>> {
        let place = || format!("{}", file.display());
        let text = std::fs::read_to_string(file).with_context(place)?;
        let mut table: Table = text.parse().with_context(place)?;
        let axes = match table.remove("axis") {
            Some(Value::Array(axes)) => axes,
            Some(_) => bail!("{}: axis: an array of tables is wanted", place()),
            None => Vec::new(),
        };
        let mut all = vec![Address {
            file: file.to_owned(),
            variant: String::new(),
            table,
        }];
        for axis in axes {
            let choices: Vec<(String, Value)> = axis.try_into::<Table>()?.into_iter().collect();
            let mut longer = Vec::new();
            for one in &all {
                for (choice, values) in &choices {
                    let chosen = one.chosen(choice, values);
                    longer.push(chosen.with_context(|| format!("{}: {choice}", place()))?);
                }
            }
            all = longer;
        }
        Ok(all)
    }

    /// All recipes of a folder, file by file.
    pub fn of_folder(folder: &Path) -> Result<Vec<Address>> {
        let place = || format!("{}", folder.display());
        let entries = std::fs::read_dir(folder).with_context(place)?;
        let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
        paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
        paths.sort();
        let mut all = Vec::new();
        for path in &paths {
            all.extend(Address::all(path)?);
        }
        Ok(all)
    }

    fn chosen(&self, choice: &str, values: &Value) -> Result<Address> {
        let mut chosen = self.clone();
        if !chosen.variant.is_empty() {
            chosen.variant.push('-');
        }
        chosen.variant.push_str(choice);
        let values = values.as_table().context("a table is wanted")?;
        for (key, value) in values {
            set(&mut chosen.table, key, value.clone())?;
        }
        Ok(chosen)
    }

    /// How it is addressed: `FILE` or `FILE:VARIANT`.
    pub fn word(&self) -> String {
        self.behind(&self.file)
    }

    /// The same with the file's name alone, as result files and models state it.
    pub fn named(&self) -> String {
        self.behind(self.file.file_name().unwrap_or_default().as_ref())
    }

    fn behind(&self, file: &Path) -> String {
        match self.variant.as_str() {
            "" => format!("{}", file.display()),
            variant => format!("{}:{variant}", file.display()),
        }
    }

    /// The recipe with `changes` (`dotted.key=value`, values as in TOML) made to it, its name, and
    /// the SHA-256 of what it then says.
    pub fn read(&self, changes: &[String]) -> Result<(Recipe, String)> {
        let mut table = self.table.clone();
        for change in changes {
            changed(&mut table, change).with_context(|| format!("--set {change}"))?;
        }
        if let (Some(Value::String(name)), false) = (table.get_mut("name"), self.variant.is_empty())
        {
            name.push('-');
            name.push_str(&self.variant);
        }
        let sha256 = files::sha256(toml::to_string(&table)?.as_bytes());
        let recipe = parsed(table, &self.variant).with_context(|| self.word())?;
        Ok((recipe, sha256))
    }
}

fn parsed(mut table: Table, variant: &str) -> Result<Recipe> {
    let kind = table.remove("kind");
    Ok(match kind.as_ref().map(Value::as_str) {
        None => {
            let recipe: sites::SitesRecipe = table.try_into()?;
            recipe.check()?;
            Recipe::Sites(recipe.into())
        }
        Some(Some("windows")) => {
            let mut recipe: windows::WindowsRecipe = table.try_into()?;
            recipe.variant = variant.to_owned();
            recipe.check()?;
            Recipe::Windows(recipe.into())
        }
        Some(Some("tracks")) => {
            let recipe: tracks::TracksRecipe = table.try_into()?;
            recipe.check()?;
            Recipe::Tracks(recipe.into())
        }
        Some(Some("embedding")) => Recipe::Vectors(table.try_into()?),
        Some(_) => bail!("kind: windows, tracks or embedding is wanted"),
    })
}

fn changed(table: &mut Table, change: &str) -> Result<()> {
    let (key, value) = change.split_once('=').context("no '='")?;
    let value = format!("value = {value}").parse::<Table>()?.remove("value");
    set(table, key, value.context("no value")?)
}

/// Sets the value at a dotted key; the tables before it must be there.
pub fn set(table: &mut Table, key: &str, value: Value) -> Result<()> {
    let mut path: Vec<&str> = key.split('.').collect();
    let last = path.pop().context("no key")?;
    let mut at = table;
    for name in path {
        let inner = at.get_mut(name).and_then(Value::as_table_mut);
        at = inner.with_context(|| format!("no table '{name}'"))?;
    }
    at.insert(last.to_owned(), value);
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The graph of a recipe in `recipes/`, `FILE` or `FILE:VARIANT`.
    pub fn shipped_graph(word: &str) -> Graph {
        let word = format!("{}/recipes/{word}", env!("CARGO_MANIFEST_DIR"));
        match Address::find(&word).unwrap().read(&[]).unwrap().0 {
            Recipe::Windows(recipe) => recipe.graph(),
            _ => panic!("{word} is no recipe of windows"),
        }
    }

    #[test]
    fn axes_make_every_combination() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        let text = "name = \"a\"\n[data]\nlength = 1\n\
                    [[axis]]\nx = { seed = 1 }\ny = { seed = 2 }\n\
                    [[axis]]\n10 = { \"data.length\" = 10 }\n20 = { \"data.length\" = 20 }\n";
        std::fs::write(&path, text).unwrap();
        let all = Address::all(&path).unwrap();
        let names: Vec<&str> = all.iter().map(|a| a.variant.as_str()).collect();
        assert_eq!(names, ["x-10", "x-20", "y-10", "y-20"]);
        assert_eq!(all[3].table["seed"].as_integer(), Some(2));
        assert_eq!(all[3].table["data"]["length"].as_integer(), Some(20));
    }

    #[test]
    fn every_recipe_of_the_folder_is_valid() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes");
        for entry in std::fs::read_dir(folder).unwrap() {
            for address in Address::all(&entry.unwrap().path()).unwrap() {
                address.read(&[]).unwrap();
            }
        }
    }
}
