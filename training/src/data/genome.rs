//! Genomes in memory: one code a base, and where a contig has sequence at all.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;

use crate::bases::{UNKNOWN, encode};

pub struct Contig {
    pub name: String,
    /// One code (0..=4) a base.
    pub codes: Vec<u8>,
    /// Stretches between runs of at least `GAP` unknown bases.
    pub blocks: Vec<Range<usize>>,
}

/// A contig's index and a range of its bases.
pub type Block = (usize, Range<usize>);

/// Shorter runs of unknown bases do not split a block.
const GAP: usize = 1000;

/// A reader of a plain or gzip file; the first two bytes decide which.
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>> {
    let mut file = File::open(path).with_context(|| match path.exists() {
        true => format!("{}", path.display()),
        false => format!(
            "{}: not there; WINDROW_DATA or --data names the data folder",
            path.display()
        ),
    })?;
    let mut magic = [0; 2];
    let got = file.read(&mut magic)?;
    let whole = std::io::Cursor::new(magic[..got].to_vec()).chain(file);
    Ok(if magic == [0x1f, 0x8b] {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    })
}

/// All contigs of a FASTA file; the name is the header's first word.
pub fn read_fasta(path: &Path) -> Result<Vec<Contig>> {
    let mut reader = needletail::parse_fastx_reader(open(path)?)
        .with_context(|| format!("{}", path.display()))?;
    let mut contigs = Vec::new();
    while let Some(record) = reader.next() {
        let record = record.with_context(|| format!("{}", path.display()))?;
        let header = String::from_utf8_lossy(record.id());
        let name = header.split_ascii_whitespace().next().unwrap_or_default();
        let codes = encode(&record.seq());
        contigs.push(Contig {
            name: name.to_owned(),
            blocks: blocks(&codes),
            codes,
        });
    }
    if contigs.is_empty() {
        bail!("{}: no records", path.display());
    }
    Ok(contigs)
}

fn blocks(codes: &[u8]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for (position, &code) in codes.iter().enumerate() {
        if code == UNKNOWN {
            continue;
        }
        match blocks.last_mut() {
            Some(block) if position - block.end < GAP => block.end = position + 1,
            _ => blocks.push(position..position + 1),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_long_gaps_only() {
        let mut codes = vec![0; 10];
        codes.extend([UNKNOWN; 5]);
        codes.extend([1; 10]);
        codes.extend([UNKNOWN; GAP]);
        codes.extend([2; 3]);
        assert_eq!(blocks(&codes), [0..25, 25 + GAP..28 + GAP]);
    }
}
