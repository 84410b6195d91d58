//! Merges the outputs of shards: `--gather OUT SHARD...`.

mod kind;
mod multiqc;
mod parts;
mod rows;
mod stats;

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::flags::UsageError;
use super::plan::distinct;
use super::signals;
use crate::write::big::{self, Kind as BigKind};
use crate::write::{Encoding, tracks};
use kind::{OutputKind, kind};

/// Output to make, and the shards.
#[derive(Clone, Debug, PartialEq)]
pub struct GatherRequest {
    /// File or folder to make.
    pub to: PathBuf,
    /// Files or folders of the shards, in the order of the command line.
    pub shards: Vec<PathBuf>,
    pub threads: usize,
}

/// Makes the output of the whole run from those of its shards, byte for byte, except for time and
/// memory in ledgers.
pub fn gather(asked: &GatherRequest) -> anyhow::Result<()> {
    let GatherRequest {
        to,
        shards,
        threads,
    } = asked;
    if shards.is_empty() {
        return Err(UsageError::Rule("--gather: name the shards".to_owned()).into());
    }
    let (kind, bgzip) = kind(to, shards)?;
    distinct::check_gathered(to, shards)?;
    signals::remove_temporary_files();
    match kind {
        OutputKind::Rows(format) => {
            let form = if bgzip {
                Encoding::Bgzip
            } else {
                Encoding::Text
            };
            rows::gather(to, form, format, shards)
        }
        OutputKind::Stats => stats::gather(to, shards),
        OutputKind::MultiQc => multiqc::gather(to, shards),
        OutputKind::BigWig => big::gather(to, BigKind::BigWig, shards, *threads),
        OutputKind::BigBed => big::gather(to, BigKind::BigBed, shards, *threads),
        OutputKind::Tracks => {
            let numbered = shards.iter().map(|folder| Ok((folder, part_of(folder)?)));
            let folders = parts::in_order(numbered.collect::<anyhow::Result<_>>()?)?;
            tracks::gather(to, &folders, *threads)
        }
    }
}

/// Number of the shard whose tracks are in a folder.
fn part_of(folder: &Path) -> anyhow::Result<(u32, u32)> {
    let path = folder.join(tracks::PART);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    parts::parse(text.trim_end())
        .with_context(|| format!("{}: is not the number of a shard", path.display()))
}
