//! JSON files, and hashes of files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    std::fs::write(path, text).with_context(|| format!("{}", path.display()))
}

pub fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let place = || format!("{}", path.display());
    let text = std::fs::read_to_string(path).with_context(place)?;
    serde_json::from_str(&text).with_context(place)
}

pub fn sha256(bytes: &[u8]) -> String {
    let hex = Sha256::digest(bytes);
    hex.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each file of the data folder with its SHA-256.
pub fn hashes(files: Vec<PathBuf>, data: &Path) -> Result<Vec<(PathBuf, String)>> {
    let hash = |file: PathBuf| {
        let path = data.join(&file);
        let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        Ok((file, sha256(&bytes)))
    };
    files.into_iter().map(hash).collect()
}
