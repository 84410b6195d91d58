//! The windows of a recipe, split, with the negatives drawn for them.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::data::windows::apart::keep_apart;
use crate::data::windows::batch::Drawer;
use crate::data::windows::examples::{Example, Reader};
use crate::recipe::windows::WindowsRecipe;
use crate::recipe::windows::source::Part;

/// All that a recipe of windows learns from and is validated on.
pub struct SplitWindows<'a> {
    pub recipe: &'a WindowsRecipe,
    /// Examples of the parts: train, validation, test.
    pub parts: [Vec<Example>; 3],
    /// The data folder.
    pub folder: PathBuf,
    pub drawer: Drawer,
    pub window: usize,
}

impl<'a> SplitWindows<'a> {
    pub fn read(recipe: &'a WindowsRecipe, folder: &Path) -> Result<SplitWindows<'a>> {
        let window = recipe.graph().window();
        let along = recipe.evaluation.along.as_ref();
        let mut windows = SplitWindows {
            recipe,
            parts: Default::default(),
            folder: folder.to_owned(),
            drawer: Drawer::new(&recipe.data.negatives, along, folder, window)?,
            window,
        };
        let examples = windows.reader().read(&recipe.data.sources)?;
        windows.parts = recipe.split.apply(examples, recipe.split_seed);
        let [train, validation, test] = &mut windows.parts;
        if let Some(along) = along {
            along.clear(train, folder)?;
        }
        if let Some(bases) = recipe.data.apart {
            keep_apart(train, &[validation, test], bases);
        }
        ensure!(
            !train.is_empty() && !validation.is_empty(),
            "the split leaves {} examples to train and {} to validate",
            train.len(),
            validation.len()
        );
        for (part, examples) in [(Part::Validation, validation), (Part::Test, test)] {
            windows
                .drawer
                .fixed(examples, part, &recipe.split, recipe.split_seed)?;
        }
        Ok(windows)
    }

    pub fn reader(&self) -> Reader<'_> {
        Reader {
            folder: &self.folder,
            data: &self.recipe.data,
            split: &self.recipe.split,
            labels: &self.recipe.model.labels,
            output: self.recipe.model.output,
            window: self.window,
            seed: self.recipe.split_seed,
        }
    }

    pub fn train_part(&self) -> &[Example] {
        &self.parts[Part::Train as usize]
    }

    /// Examples as a yardstick learns from them: with negatives drawn once.
    pub fn train_fixed(&self) -> Result<Vec<Example>> {
        let mut examples = self.train_part().to_vec();
        let recipe = self.recipe;
        self.drawer
            .fixed(&mut examples, Part::Train, &recipe.split, recipe.split_seed)?;
        Ok(examples)
    }
}
