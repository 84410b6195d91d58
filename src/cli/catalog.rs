//! Models by name: bundled models, and those of a folder.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::flags::UsageError;
use crate::model::{self, Model, ModelError, registry};
use crate::suggest::{closest, hint};

/// Name of the environment variable that names a folder of models.
const FOLDER: &str = "WINDROW_MODELS";
const SUFFIX: &str = ".onnx";

/// The models that have a name.
pub struct Catalog {
    /// Files by name, sorted, and the folder that they are in.
    files: Vec<(String, PathBuf)>,
}

impl Catalog {
    /// The bundled models and the `.onnx` files of `folder`, or of the one in the environment.
    pub fn new(folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = folder.or_else(|| std::env::var_os(FOLDER).map(PathBuf::from));
        let mut files = Vec::new();
        if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
            let shown = || format!("folder of models {}", folder.display());
            for entry in folder.read_dir().with_context(shown)? {
                let path = entry.with_context(shown)?.path();
                let name = path.file_name().and_then(|name| name.to_str());
                if let Some(name) = name.and_then(|name| name.strip_suffix(SUFFIX)) {
                    files.push((name.to_owned(), path));
                }
            }
        }
        files.sort();
        Ok(Self { files })
    }

    /// All names, the bundled ones first.
    pub fn names(&self) -> Vec<String> {
        self.beside(registry::names())
    }

    /// The names that `all` stands for: one for each file.
    pub fn whole(&self) -> Vec<String> {
        self.beside(registry::files())
    }

    fn beside(&self, bundled: impl Iterator<Item = &'static str>) -> Vec<String> {
        let bundled = bundled.map(str::to_owned);
        bundled
            .chain(self.files.iter().map(|(name, _)| name.clone()))
            .collect()
    }

    /// Loads a model by its name, or by its path.
    pub fn load(&self, name_or_path: &str) -> anyhow::Result<Model> {
        let bundled = registry::find(name_or_path).is_some();
        match self.files.iter().find(|(name, _)| name == name_or_path) {
            Some((name, path)) if bundled => Err(UsageError::Rule(format!(
                "--model: {name} is a bundled model and {}; name the file by its path",
                path.display()
            ))
            .into()),
            Some((_, path)) => Ok(model::load(&path.to_string_lossy())?),
            None => model::load(name_or_path).map_err(|error| self.named(error)),
        }
    }

    /// The error with the names of the folder in it.
    fn named(&self, error: ModelError) -> anyhow::Error {
        let ModelError::Unknown { name, .. } = error else {
            return error.into();
        };
        let names = self.names();
        let guess = closest(&name, names.iter().map(String::as_str)).map(str::to_owned);
        ModelError::Unknown {
            known: names.join(", "),
            hint: hint(guess),
            name,
        }
        .into()
    }
}
