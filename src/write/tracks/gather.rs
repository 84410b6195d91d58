//! Merges the track folders of shards.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;

use super::folder::{WholeFolder, relative};
use super::{PART, SESSION};
use crate::write::big::{self, Kind};

/// Makes the folder of the whole run from those of all its shards, given in order.
pub fn gather(to: &Path, shards: &[PathBuf], threads: usize) -> Result<()> {
    let [first, others @ ..] = shards else {
        bail!("not a folder of a shard");
    };
    let names = files(first)?;
    for other in others {
        let differs = names.symmetric_difference(&files(other)?).next().cloned();
        if let Some(name) = differs {
            let (first, other, name) = (first.display(), other.display(), name.display());
            bail!("{first} and {other} are from different runs: only one of them has {name}");
        }
    }
    let folder = WholeFolder::begin(to)?;
    for name in names.iter().filter(|name| *name != PART) {
        let target = folder.path().join(name);
        let paths: Vec<_> = shards.iter().map(|shard| shard.join(name)).collect();
        match Path::new(name)
            .extension()
            .and_then(|ending| ending.to_str())
        {
            Some("bw") => big::gather(&target, Kind::BigWig, &paths, threads)?,
            Some("bb") => big::gather(&target, Kind::BigBed, &paths, threads)?,
            _ => {
                let text = same(&paths, folder.path())?;
                fs::write(&target, text).with_context(|| to.join(name).display().to_string())?;
            }
        }
    }
    folder.publish()
}

/// Names of all entries of a folder.
fn files(folder: &Path) -> Result<BTreeSet<OsString>> {
    let names = folder.read_dir().and_then(|entries| {
        let names = entries.map(|entry| Ok(entry?.file_name()));
        names.collect()
    });
    names.with_context(|| folder.display().to_string())
}

/// The common text of the shards' files, as it is in `folder`.
fn same(paths: &[PathBuf], folder: &Path) -> Result<Vec<u8>> {
    let text = |path: &PathBuf| moved(path, folder).with_context(|| path.display().to_string());
    let [first, others @ ..] = paths else {
        return Ok(Vec::new());
    };
    let of_first = text(first)?;
    for other in others {
        ensure!(
            text(other)? == of_first,
            "{} and {} are from different runs: they differ",
            first.display(),
            other.display()
        );
    }
    Ok(of_first)
}

/// The text of a file as it is in `folder`: the relative path of the sequence changes.
fn moved(path: &Path, folder: &Path) -> Result<Vec<u8>> {
    let text = fs::read(path)?;
    if path.file_name().is_none_or(|name| name != SESSION) {
        return Ok(text);
    }
    let from = path.parent().unwrap_or(Path::new("")).canonicalize()?;
    let folder = folder.canonicalize()?;
    let mut session: Json = serde_json::from_slice(&text)?;
    let reference = &mut session["reference"];
    // The file of lengths is in the folder itself.
    if reference["format"] != "chromsizes" {
        for key in ["fastaURL", "indexURL", "compressedIndexURL"] {
            if let Some(url) = reference[key].as_str() {
                reference[key] = relative(&from.join(url), &folder).into();
            }
        }
    }
    Ok(format!("{session:#}\n").into_bytes())
}
