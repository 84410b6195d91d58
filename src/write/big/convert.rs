//! Writes sorted rows as bigWig and bigBed, with bigtools.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bigtools::{
    BBIDataProcessor, BBIDataSource, BBIProcessError, BBIWriteOptions, BedEntry, BigBedWrite,
    BigWigWrite, ProcessDataError, Value,
};
use tokio::runtime::{Builder, Runtime};

use crate::shield::{SHIELDED, shielded};

use super::complete::is_complete;
use super::entry::{Entry, RowFault, text};
use super::spool::Rows;

/// Writes rows as bigWig. The first column after the interval is the value.
pub fn big_wig(
    file: &File,
    rows: Vec<Rows>,
    sizes: HashMap<String, u32>,
    threads: usize,
) -> Result<()> {
    let (value, options) = (step, options(&sizes));
    guarded(file, threads, |out, runtime| {
        let mut writer = BigWigWrite::new(out, sizes);
        writer.options = options;
        writer.write(RowSource { rows, value }, runtime)
    })
}

/// Writes rows as bigBed, of which `standard` columns are those of BED.
pub fn big_bed(
    file: &File,
    rows: Vec<Rows>,
    sizes: HashMap<String, u32>,
    threads: usize,
    (autosql, standard): (String, u16),
) -> Result<()> {
    let (value, options) = (interval, options(&sizes));
    guarded(file, threads, |out, runtime| {
        let mut writer = BigBedWrite::new(out, sizes);
        writer.options = options;
        writer.autosql = Some(autosql);
        writer.write(RowSource { rows, value }, runtime)
    })?;
    // bigtools declares all columns as columns of BED; a browser would read the seventh as one.
    let mut file = file;
    file.seek(SeekFrom::Start(STANDARD_COLUMNS))?;
    Ok(file.write_all(&standard.to_ne_bytes())?)
}

/// Bytes of memory that bigtools keeps for each contig and summary until the end, and the limit of
/// their sum.
const NOTE: usize = 1400;
const NOTES: usize = 400 << 20;

/// Bases of an entry of the first summary. A finer one would be larger than the data, which has one
/// value for most of a contig.
const FIRST_SUMMARY: u32 = 1024;

/// Fewer summaries where there are very many contigs, and none with a single entry a contig.
fn options(sizes: &HashMap<String, u32>) -> BBIWriteOptions {
    let mut options = BBIWriteOptions {
        initial_zoom_size: FIRST_SUMMARY,
        ..BBIWriteOptions::default()
    };
    let notes = NOTES / NOTE / sizes.len().max(1);
    // One of them is for the data itself.
    let summaries = u32::try_from(notes.saturating_sub(1)).unwrap_or(u32::MAX);
    let longest = sizes
        .values()
        .max()
        .map_or(0, |bases| bases / FIRST_SUMMARY);
    let useful = longest.max(1).ilog(4) + 1;
    options.max_zooms = options.max_zooms.min(summaries).min(useful).max(1);
    options
}

/// Offset, in the header, of the number of columns of BED.
const STANDARD_COLUMNS: u64 = 34;

fn step(contig: &str, before: Option<&Value>, row: Entry) -> Result<Value, RowFault> {
    let Entry { start, end, rest } = row;
    if before.is_some_and(|before| before.end > start) {
        let (contig, position) = (contig.to_owned(), start);
        return Err(RowFault::Overlap { contig, position });
    }
    match rest.parse() {
        Ok(value) => Ok(Value { start, end, value }),
        Err(_) => Err(RowFault::Text { contents: rest }),
    }
}

fn interval(_: &str, _: Option<&BedEntry>, row: Entry) -> Result<BedEntry, RowFault> {
    let Entry { start, end, rest } = row;
    Ok(BedEntry { start, end, rest })
}

/// A source of rows for bigtools.
struct RowSource<V> {
    rows: Vec<Rows>,
    /// Makes a value from the contig, the value before and a row.
    value: fn(&str, Option<&V>, Entry) -> Result<V, RowFault>,
}

impl<V: Send + 'static> BBIDataSource for RowSource<V> {
    type Value = V;
    type Error = RowFault;

    fn process_to_bbi<P, Start, Advance>(
        &mut self,
        runtime: &Runtime,
        start: &mut Start,
        advance: &mut Advance,
    ) -> Result<(), BBIProcessError<RowFault>>
    where
        P: BBIDataProcessor<Value = V> + Send + 'static,
        Start: FnMut(String) -> Result<P, ProcessDataError>,
        Advance: FnMut(P),
    {
        for rows in &mut self.rows {
            // bigtools has open files for each contig that is not written yet.
            while runtime.metrics().num_alive_tasks() > TASKS {
                thread::sleep(PAUSE);
            }
            let contig = text(&rows.contig).map_err(BBIProcessError::SourceError)?;
            let mut next = |before: Option<&V>| match rows.next_entry() {
                Ok(Some(row)) => (self.value)(&contig, before, row).map(Some),
                Ok(None) => Ok(None),
                Err(fault) => Err(fault),
            };
            let mut of_contig = start(contig.clone())?;
            let mut value = next(None).map_err(BBIProcessError::SourceError)?;
            runtime.block_on(async {
                while let Some(now) = value.take() {
                    value = next(Some(&now)).map_err(BBIProcessError::SourceError)?;
                    of_contig.do_process(now, value.as_ref()).await?;
                }
                Ok::<_, BBIProcessError<RowFault>>(())
            })?;
            advance(of_contig);
        }
        Ok(())
    }
}

const STACK: usize = 8 << 20;

/// Tasks of bigtools (up to eleven a contig) that may run when the next contig begins, and the
/// longest wait for them.
const TASKS: usize = 32;
const PAUSE: Duration = Duration::from_micros(50);

/// Files that bigtools has open at a time: its sections, index and summaries.
const OPEN_FILES: usize = 48;

/// Checks that temporary files can be made. bigtools ignores errors when it makes them, and would
/// leave out rows.
fn check_temporary_files() -> Result<()> {
    let tried = tempfile::tempfile().and_then(|file| {
        let copies = (1..OPEN_FILES).map(|_| file.try_clone());
        copies.collect::<io::Result<Vec<_>>>()
    });
    let folder = std::env::temp_dir();
    let said = || {
        format!(
            "temporary files in {} (TMPDIR) cannot be made",
            folder.display()
        )
    };
    tried.map(|_| ()).with_context(said)
}

/// The error for a failure of bigtools that neither rows nor output explain.
fn unkept(reason: &str) -> anyhow::Error {
    let folder = std::env::temp_dir();
    anyhow!(
        "temporary files in {} (TMPDIR) cannot be written: {reason}",
        folder.display()
    )
}

/// Runs bigtools in a shield, since it panics when a write fails.
fn guarded(
    file: &File,
    threads: usize,
    write: impl FnOnce(CheckedFile, Runtime) -> Result<(), BBIProcessError<RowFault>> + Send,
) -> Result<()> {
    check_temporary_files()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name(SHIELDED)
        .build()?;
    let fault = Arc::new(Mutex::new(None));
    let out = CheckedFile {
        file: file.try_clone()?,
        fault: fault.clone(),
    };
    let written = shielded(STACK, move || write(out, runtime))?;
    let fault = fault.lock().ok().and_then(|mut fault| fault.take());
    match (fault, written) {
        (Some(fault), _) => Err(fault.into()),
        (None, Some(Ok(()))) if is_complete(file)? => Ok(()),
        (None, Some(Ok(()))) => Err(unkept("a part is missing")),
        (None, Some(Err(BBIProcessError::SourceError(fault)))) => Err(fault.into()),
        (None, Some(Err(BBIProcessError::IoError(error)))) => Err(unkept(&error.to_string())),
        (None, Some(Err(error))) => Err(anyhow!("{error}")),
        (None, None) => Err(unkept("a part is missing")),
    }
}

/// A file that keeps its first error.
struct CheckedFile {
    file: File,
    fault: Arc<Mutex<Option<io::Error>>>,
}

impl CheckedFile {
    fn note<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            if let Ok(mut fault) = self.fault.lock() {
                fault.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for CheckedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.note(flushed)
    }
}

impl Seek for CheckedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = self.file.seek(to);
        self.note(sought)
    }
}
