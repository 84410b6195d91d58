//! Rows of BED files, plain or gzip.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::data::genome::open;

/// A row of a BED file.
#[derive(Debug, Clone)]
pub struct Interval {
    pub start: usize,
    pub end: usize,
    pub columns: Vec<String>,
}

impl Interval {
    pub fn middle(&self) -> usize {
        (self.start + self.end) / 2
    }

    /// 0 forward or without a strand, 1 reverse.
    pub fn strand(&self) -> usize {
        usize::from(self.columns.get(5).is_some_and(|strand| strand == "-"))
    }

    /// Whether the row says `is` in column `column`, of names between commas.
    pub fn says(&self, column: Option<usize>, is: &str) -> bool {
        column.is_none_or(|column| {
            let said = self.columns.get(column);
            said.is_some_and(|said| said.split(',').any(|one| one == is))
        })
    }
}

/// The rows of a BED file, plain or gzip.
pub fn read_bed(path: &Path) -> Result<Vec<Interval>> {
    let place = || format!("{}", path.display());
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(open(path)?).lines().enumerate() {
        let line = line.with_context(place)?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let bound = |at: usize| columns.get(at).and_then(|column| column.parse().ok());
        let (Some(start), Some(end)) = (bound(1), bound(2)) else {
            anyhow::bail!("{}: line {}: no interval", place(), number + 1);
        };
        rows.push(Interval {
            start,
            end,
            columns,
        });
    }
    Ok(rows)
}

/// BED files, each read once.
pub struct Beds<'a> {
    data: &'a Path,
    read: HashMap<PathBuf, Vec<Interval>>,
}

impl<'a> Beds<'a> {
    pub fn new(data: &'a Path) -> Beds<'a> {
        Beds {
            data,
            read: HashMap::new(),
        }
    }

    pub fn rows(&mut self, bed: &Path) -> Result<&[Interval]> {
        if !self.read.contains_key(bed) {
            let rows = read_bed(&self.data.join(bed))?;
            self.read.insert(bed.to_owned(), rows);
        }
        Ok(&self.read[bed])
    }
}
