//! Rows of bigWig and bigBed, by bigtools.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use bigtools::{BigBedRead, BigWigRead, ChromInfo};

use super::Kind;
use crate::shield::shielded;

/// What a file says beside its rows.
pub struct FileHead {
    /// Names and lengths of the contigs that have rows.
    pub contigs: Vec<(String, u32)>,
    /// What its columns are, of bigBed.
    pub autosql: Option<String>,
}

const STACK: usize = 8 << 20;
/// Bytes of rows handed on at once.
const PART: usize = 1 << 16;

/// Takes rows of text; false if no more are wanted.
pub type Take<'a> = &'a mut (dyn FnMut(&[u8]) -> bool + Send);

/// Hands the rows of a file to `take`, contig by contig.
pub fn read(path: &Path, kind: Kind, take: Take<'_>) -> Result<FileHead> {
    // bigtools panics on some files that are not whole.
    let head = shielded(STACK, move || match kind {
        Kind::BigWig => big_wig(path, take),
        Kind::BigBed => big_bed(path, take),
    })?;
    head.unwrap_or_else(|| Err(anyhow!("is not whole")))
}

fn big_wig(path: &Path, take: Take<'_>) -> Result<FileHead> {
    let mut file = BigWigRead::open(opened(path)?).context("is no bigWig")?;
    let contigs = contigs(file.chroms());
    for (contig, _) in &contigs {
        let rows = file.get_interval(contig, 0, u32::MAX)?;
        let rows = rows.map(|row| {
            let row = row?;
            let (start, end, value) = (row.start, row.end, row.value);
            Ok(format!("{contig}\t{start}\t{end}\t{value}\n"))
        });
        if !hand_on(rows, take)? {
            break;
        }
    }
    let autosql = None;
    Ok(FileHead { contigs, autosql })
}

fn big_bed(path: &Path, take: Take<'_>) -> Result<FileHead> {
    let mut file = BigBedRead::open(opened(path)?).context("is no bigBed")?;
    let autosql = file.autosql()?;
    let contigs = contigs(file.chroms());
    for (contig, _) in &contigs {
        let rows = file.get_interval(contig, 0, u32::MAX)?;
        let rows = rows.map(|row| {
            let row = row?;
            let (start, end, rest) = (row.start, row.end, row.rest);
            Ok(format!("{contig}\t{start}\t{end}\t{rest}\n"))
        });
        if !hand_on(rows, take)? {
            break;
        }
    }
    Ok(FileHead { contigs, autosql })
}

// The function of bigtools that opens a file prints what it fails with.
fn opened(path: &Path) -> Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path)?))
}

fn contigs(all: &[ChromInfo]) -> Vec<(String, u32)> {
    let contig = |contig: &ChromInfo| (contig.name.clone(), contig.length);
    all.iter().map(contig).collect()
}

fn hand_on(rows: impl Iterator<Item = Result<String>>, take: Take<'_>) -> Result<bool> {
    let mut part = String::new();
    for row in rows {
        part += &row?;
        if part.len() >= PART {
            if !take(part.as_bytes()) {
                return Ok(false);
            }
            part.clear();
        }
    }
    Ok(take(part.as_bytes()))
}
