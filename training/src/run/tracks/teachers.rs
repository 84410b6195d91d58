//! The teachers of a run of tracks.

use std::path::Path;

use anyhow::{Result, ensure};
use tch::Device;

use crate::recipe::tracks::TracksRecipe;
use crate::run::checkpoint;
use crate::run::teachers::Teachers;

/// The teachers of the run in `folder`, which have its heads.
pub fn teachers(recipe: &TracksRecipe, folder: &Path, device: Device) -> Result<Option<Teachers>> {
    let Some(distil) = &recipe.train.distil else {
        return Ok(None);
    };
    let heads = |recipe: &TracksRecipe| -> Vec<String> {
        recipe.heads().map(|(_, name)| name.to_owned()).collect()
    };
    let network = |name: &String| {
        let folder = folder.with_file_name(name);
        let teacher: TracksRecipe = checkpoint::recipe(&folder)?;
        ensure!(
            heads(&teacher) == heads(recipe),
            "train.distil: {name} has other labels than the run that it teaches"
        );
        Ok(checkpoint::network(teacher.graph(), &folder, device)?.0)
    };
    let networks = distil.teachers.iter().map(network).collect::<Result<_>>()?;
    Teachers::new(networks, &recipe.graph(), distil).map(Some)
}
