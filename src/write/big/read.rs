//! Reads rows of bigWig and bigBed, with bigtools.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use bigtools::{BigBedRead, BigWigRead, ChromInfo};

use super::Kind;
use crate::shield::shielded;

/// Data of a file beside its rows.
pub struct FileHead {
    /// Names and lengths of the contigs that have rows.
    pub contigs: Vec<(String, u32)>,
    /// autoSql of its columns, for bigBed.
    pub autosql: Option<String>,
}

const STACK: usize = 8 << 20;
/// Bytes of rows passed on at a time.
const PART: usize = 1 << 16;

/// Takes rows of text; returns false to stop.
pub type Take<'a> = &'a mut (dyn FnMut(&[u8]) -> bool + Send);

/// Calls `take` with the rows of a file, contig by contig.
pub fn read(path: &Path, kind: Kind, take: Take<'_>) -> Result<FileHead> {
    // bigtools panics on some files that are cut.
    let head = shielded(STACK, move || match kind {
        Kind::BigWig => big_wig(path, take),
        Kind::BigBed => big_bed(path, take),
    })?;
    head.unwrap_or_else(|| Err(anyhow!("is not whole")))
}

fn big_wig(path: &Path, take: Take<'_>) -> Result<FileHead> {
    let mut file = BigWigRead::open(opened(path)?).context("is not a bigWig")?;
    let contigs = contigs(file.chroms());
    for (contig, _) in &contigs {
        let rows = file.get_interval(contig, 0, u32::MAX)?;
        let rows = rows.map(|row| {
            let row = row?;
            let (start, end, value) = (row.start, row.end, row.value);
            Ok(format!("{contig}\t{start}\t{end}\t{value}\n"))
        });
        if !send_rows(rows, take)? {
            break;
        }
    }
    let autosql = None;
    Ok(FileHead { contigs, autosql })
}

fn big_bed(path: &Path, take: Take<'_>) -> Result<FileHead> {
    let mut file = BigBedRead::open(opened(path)?).context("is not a bigBed")?;
    let autosql = file.autosql()?;
    let contigs = contigs(file.chroms());
    for (contig, _) in &contigs {
        let rows = file.get_interval(contig, 0, u32::MAX)?;
        let rows = rows.map(|row| {
            let row = row?;
            let (start, end, rest) = (row.start, row.end, row.rest);
            Ok(format!("{contig}\t{start}\t{end}\t{rest}\n"))
        });
        if !send_rows(rows, take)? {
            break;
        }
    }
    Ok(FileHead { contigs, autosql })
}

// The function of bigtools that opens a file by path prints its errors.
fn opened(path: &Path) -> Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path)?))
}

fn contigs(all: &[ChromInfo]) -> Vec<(String, u32)> {
    let contig = |contig: &ChromInfo| (contig.name.clone(), contig.length);
    all.iter().map(contig).collect()
}

fn send_rows(rows: impl Iterator<Item = Result<String>>, take: Take<'_>) -> Result<bool> {
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
