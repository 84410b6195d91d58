//! Keeps rows on disk until all have come, then reads them contig by contig.
//!
//! Contigs may come in any order and in several pieces. Memory holds the bounds of each sorted
//! run, not the rows.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::entry::{Entry, MOST_CONTIGS, RowFault, place};
use crate::source::to_index;

const BUFFER: usize = 1 << 18;
/// Bytes of a run read at a time.
const PART: u64 = 1 << 14;

/// Consecutive rows of one contig, sorted by start.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Start of its first row.
    first: u32,
    /// Bytes of the file.
    from: u64,
    to: u64,
}

pub struct Spool {
    file: BufWriter<File>,
    /// Finished runs of each contig.
    contigs: BTreeMap<Vec<u8>, Vec<Run>>,
    /// The open run, its contig, and the start of its last row.
    run: Option<Run>,
    contig: Vec<u8>,
    last: u32,
}

impl Spool {
    /// A spool in a file without a name, in `folder`.
    pub fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?),
            contigs: BTreeMap::new(),
            run: None,
            contig: Vec::new(),
            last: 0,
        })
    }

    /// Adds whole rows.
    pub fn push(&mut self, rows: &[u8]) -> Result<(), RowFault> {
        let mut at = self.run.map_or(0, |run| run.to);
        for row in rows.split_inclusive(|&byte| byte == b'\n') {
            let (contig, start) = place(row)?;
            let from = at;
            at += row.len() as u64;
            match &mut self.run {
                Some(run) if contig == self.contig && start >= self.last => run.to = at,
                _ => {
                    self.end_run()?;
                    self.contig = contig.to_vec();
                    self.run = Some(Run {
                        first: start,
                        from,
                        to: at,
                    });
                }
            }
            self.last = start;
        }
        Ok(self.file.write_all(rows)?)
    }

    fn end_run(&mut self) -> Result<(), RowFault> {
        if let Some(run) = self.run.take() {
            let contig = std::mem::take(&mut self.contig);
            self.contigs.entry(contig).or_default().push(run);
        }
        match self.contigs.len() {
            0..=MOST_CONTIGS => Ok(()),
            _ => Err(RowFault::Contigs),
        }
    }

    /// All rows, with contigs sorted by the bytes of their names.
    pub fn finish(mut self) -> Result<Vec<Rows>, RowFault> {
        self.end_run()?;
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        let file = Arc::new(file);
        let rows = |(contig, mut ahead): (Vec<u8>, Vec<Run>)| {
            ahead.sort_by_key(|run| std::cmp::Reverse((run.first, run.from)));
            let (file, open) = (file.clone(), BinaryHeap::new());
            Rows {
                contig,
                file,
                ahead,
                open,
            }
        };
        Ok(self.contigs.into_iter().map(rows).collect())
    }
}

/// The rows of one contig, by start; rows with equal starts in input order.
pub struct Rows {
    pub contig: Vec<u8>,
    file: Arc<File>,
    /// Runs of which no row was read, the next one last.
    ahead: Vec<Run>,
    /// Runs that are being read, the one with the next row on top.
    open: BinaryHeap<OpenRun>,
}

impl Rows {
    pub fn next_entry(&mut self) -> Result<Option<Entry>, RowFault> {
        while let Some(run) = self.ahead.last().copied()
            && self
                .open
                .peek()
                .is_none_or(|open| run.first <= open.next.start)
        {
            self.ahead.pop();
            self.open.extend(OpenRun::new(run, self.file.clone())?);
        }
        let Some(mut top) = self.open.peek_mut() else {
            return Ok(None);
        };
        match next(&mut top.text)? {
            Some(entry) => Ok(Some(std::mem::replace(&mut top.next, entry))),
            None => Ok(Some(std::collections::binary_heap::PeekMut::pop(top).next)),
        }
    }
}

/// The rest of a run.
struct OpenRun {
    next: Entry,
    /// Offset of the run in the file, which orders rows with equal starts.
    from: u64,
    text: BufReader<Part>,
}

impl OpenRun {
    fn new(run: Run, file: Arc<File>) -> Result<Option<Self>, RowFault> {
        let Run { from, to, .. } = run;
        let buffer = to_index((to - from).min(PART));
        let part = Part { file, at: from, to };
        let mut text = BufReader::with_capacity(buffer, part);
        Ok(next(&mut text)?.map(|next| Self { next, from, text }))
    }

    fn key(&self) -> (u32, u64) {
        (self.next.start, self.from)
    }
}

fn next(text: &mut impl BufRead) -> Result<Option<Entry>, RowFault> {
    let mut line = Vec::new();
    text.read_until(b'\n', &mut line)?;
    (!line.is_empty()).then(|| Entry::parse(&line)).transpose()
}

/// Reversed, so that a heap has the smallest on top.
impl Ord for OpenRun {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl PartialOrd for OpenRun {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for OpenRun {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for OpenRun {}

/// A range of bytes of a file.
struct Part {
    file: Arc<File>,
    at: u64,
    to: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = to_index((self.to - self.at).min(buffer.len() as u64));
        let read = self.file.read_at(&mut buffer[..most], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spooled(batches: &[String]) -> Vec<(String, Vec<Entry>)> {
        let mut spool = Spool::new(&std::env::temp_dir()).unwrap();
        batches
            .iter()
            .for_each(|rows| spool.push(rows.as_bytes()).unwrap());
        let contigs = spool.finish().unwrap().into_iter();
        let all = contigs.map(|mut rows| {
            let entries = std::iter::from_fn(|| rows.next_entry().unwrap()).collect();
            (String::from_utf8(rows.contig.clone()).unwrap(), entries)
        });
        all.collect()
    }

    #[test]
    fn contigs_come_back_whole_and_sorted() {
        let batches = ["b\t5\t6\tx\nb\t9\t12\ty\na\t0\t1\tz\n", "b\t7\t8\tw\n"];
        let all = spooled(&batches.map(str::to_owned));
        let starts = |contig: usize| {
            all[contig]
                .1
                .iter()
                .map(|row| row.start)
                .collect::<Vec<_>>()
        };
        assert_eq!((all[0].0.as_str(), starts(0)), ("a", vec![0]));
        assert_eq!((all[1].0.as_str(), starts(1)), ("b", vec![5, 7, 9]));
    }

    #[test]
    fn the_first_contig_too_many_is_refused_as_it_comes() {
        let mut spool = Spool::new(&std::env::temp_dir()).unwrap();
        let mut push = |contig: usize| spool.push(format!("c{contig}\t0\t1\tx\n").as_bytes());
        for contig in (0..MOST_CONTIGS).chain([0, 1]) {
            push(contig).unwrap();
        }
        push(MOST_CONTIGS).unwrap();
        let error = push(0).unwrap_err().to_string();
        assert_eq!(
            error,
            "it holds rows of up to 65535 contigs, and there are more"
        );
    }

    proptest! {
        #[test]
        fn rows_come_back_as_a_stable_sort_has_them(
            rows in prop::collection::vec((0u8..3, 0u32..9), 0..80),
            batch in 1usize..9,
        ) {
            let rows: Vec<_> = rows.into_iter().enumerate().collect();
            let text = |&(number, (contig, start)): &(usize, (u8, u32))| {
                format!("c{contig}\t{start}\t{}\t{number}\n", start + 3)
            };
            let batches: Vec<String> =
                rows.chunks(batch).map(|rows| rows.iter().map(text).collect()).collect();
            let mut sorted = rows.clone();
            sorted.sort_by_key(|&(_, key)| key);
            let sorted: String = sorted.iter().map(text).collect();
            let mut back = String::new();
            for (contig, entries) in spooled(&batches) {
                for Entry { start, end, rest } in entries {
                    back += &format!("{contig}\t{start}\t{end}\t{rest}\n");
                }
            }
            prop_assert_eq!(back, sorted);
        }
    }
}
