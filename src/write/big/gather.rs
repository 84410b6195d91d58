//! Merges the files of shards: reads their rows and writes them to one file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::read::{FileHead, read};
use super::{Big, Kind, autosql};
use crate::source::Lengths;

/// Writes the rows of all shards to one file, which equals that of a run without shards.
pub fn gather(to: &Path, kind: Kind, shards: &[PathBuf], threads: usize) -> Result<()> {
    let mut big = Big::file(to, kind)?;
    let mut lengths = Lengths::default();
    let mut names = None;
    for path in shards {
        let shown = || path.display().to_string();
        // The autoSql of the new file has its own name, not the shard's.
        let mut failed = None;
        let taken = read(path, kind, &mut |rows| {
            big.write(rows)
                .map_err(|error| failed = Some(error))
                .is_ok()
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let head = taken.with_context(shown)?;
        if kind == Kind::BigBed {
            let named = has_names(&head).with_context(shown)?;
            ensure!(
                names.is_none_or(|before| before == named),
                "{}: its columns are not those of the shards before",
                shown()
            );
            names = Some(named);
        }
        for (contig, bases) in head.contigs {
            let bases = bases as usize;
            match lengths.of(contig.as_bytes()) {
                Some(other) if other != bases => bail!(
                    "{}: {contig} has {bases} bases, and {other} in a shard before: they are from \
                     different runs",
                    shown()
                ),
                Some(_) => {}
                None => {
                    lengths.note(contig.as_bytes(), bases);
                }
            }
        }
    }
    big.finish(&lengths, names.unwrap_or_default(), threads)
}

/// Whether rows have a column for names.
fn has_names(head: &FileHead) -> Result<bool> {
    match head.autosql.as_deref() {
        Some(autosql::CALLS) => Ok(false),
        Some(text) if text == autosql::with_names() => Ok(true),
        _ => bail!("is not a bigBed of calls of windrow"),
    }
}
