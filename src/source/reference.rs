//! An indexed FASTA file, plain or block gzip: any stretch of any contig.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bstr::{BStr, BString, ByteSlice};
use noodles_bgzf as bgzf;

use super::error::{escaped, shown};
use super::fai::FaiEntry;
use super::index::Index;
pub use super::index::Indexed;
use super::to_index;
use crate::sequence::{self, Foreign};

/// Bytes read, and bases sent to the sink, at a time.
const BUFFER: usize = 1 << 16;

trait SeekableText: Read + Seek {}
impl<T: Read + Seek> SeekableText for T {}

pub struct Reference {
    path: PathBuf,
    text: Box<dyn SeekableText>,
    /// Byte of the text that is read next.
    at: u64,
    entries: Vec<FaiEntry>,
    numbers: HashMap<BString, usize>,
    /// For each contig, whether its index entry was compared with the text.
    checked: Vec<bool>,
}

impl Reference {
    /// Opens a file and its index, `.fai` and for block gzip `.gzi`. Without one the file is
    /// indexed in memory, and `note` is told.
    pub fn open(path: &Path, note: impl Fn(&str)) -> Result<Self> {
        let Index {
            entries, blocks, ..
        } = Index::open(path, note)?;
        let open = || Ok::<_, io::Error>(BufReader::with_capacity(BUFFER, File::open(path)?));
        let text: Box<dyn SeekableText> = match blocks {
            Some(blocks) => Box::new(bgzf::io::IndexedReader::new(open()?, blocks)),
            None => Box::new(open()?),
        };
        let names = entries.iter().map(|entry| entry.name.clone());
        let numbers = names.zip(0..).collect();
        Ok(Self {
            path: path.to_owned(),
            text,
            at: 0,
            checked: vec![false; entries.len()],
            entries,
            numbers,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of a contig in the order of the index. The methods below take this number.
    pub fn number(&self, name: &[u8]) -> Option<usize> {
        self.numbers.get(name.as_bstr()).copied()
    }

    pub fn name(&self, contig: usize) -> &BStr {
        self.entries[contig].name.as_bstr()
    }

    /// In bases.
    pub fn len(&self, contig: usize) -> usize {
        to_index(self.entries[contig].len)
    }

    /// Calls `take` with the codes of a stretch within a contig.
    pub fn read(
        &mut self,
        contig: usize,
        range: Range<usize>,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.check(contig)?;
        let entry = &self.entries[contig];
        let (start, end) = (entry.byte(range.start as u64), entry.byte(range.end as u64));
        let mut bases = range.len();
        let misfit = self.misfit(contig);
        self.seek(start)?;
        let (mut buffer, mut codes) = (vec![0; BUFFER], Vec::new());
        while bases > 0 && self.at < end {
            let most = to_index((end - self.at).min(BUFFER as u64));
            let read = self.fill(&mut buffer[..most])?;
            codes.clear();
            match sequence::encode(&buffer[..read], &mut codes) {
                Ok(()) if read > 0 => {}
                Err(Foreign { letter, .. }) if letter != b'>' => {
                    let name = escaped(self.name(contig));
                    let position = range.end - bases + codes.len() + 1;
                    let letter = shown(letter);
                    let path = self.path.display();
                    bail!("{path}: {name}: {letter} at base {position} is not a nucleotide");
                }
                _ => bail!(misfit),
            }
            codes.truncate(bases);
            bases -= codes.len();
            take(&codes)?;
        }
        ensure!(bases == 0, misfit);
        Ok(())
    }

    /// Compares the index with the text around a contig: its header, and what follows its bases.
    fn check(&mut self, contig: usize) -> Result<()> {
        if self.checked[contig] {
            return Ok(());
        }
        let misfit = self.misfit(contig);
        let entry = self.entries[contig].clone();
        let before = to_index(entry.offset.min(BUFFER as u64));
        let mut text = vec![0; before];
        self.seek(entry.offset - before as u64)?;
        let read = self.fill(&mut text)?;
        let header = text[..read].trim_ascii_end();
        let line = header
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        let named = header[line..]
            .strip_prefix(b">")
            .and_then(|header| header.strip_prefix(entry.name.as_slice()))
            .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace));
        ensure!(read == before && named, misfit);
        if entry.len > 0 {
            // The last base and what follows it.
            let mut text = [0; 5];
            self.seek(entry.byte(entry.len - 1))?;
            let read = self.fill(&mut text)?;
            let fits = text[..read].split_first().is_some_and(|(base, behind)| {
                let ends = behind.first().is_none_or(u8::is_ascii_whitespace);
                let next = behind.trim_ascii_start().first();
                !base.is_ascii_whitespace() && ends && next.is_none_or(|&next| next == b'>')
            });
            ensure!(fits, misfit);
        }
        self.checked[contig] = true;
        Ok(())
    }

    fn misfit(&self, contig: usize) -> String {
        let name = escaped(self.name(contig));
        format!(
            "{}: the index does not fit the file at {name}",
            self.path.display()
        )
    }

    fn seek(&mut self, to: u64) -> Result<()> {
        if to != self.at {
            let sought = self.text.seek(SeekFrom::Start(to));
            sought.with_context(|| self.path.display().to_string())?;
            self.at = to;
        }
        Ok(())
    }

    /// Reads until the buffer is full or the text has ended.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut full = 0;
        while full < buffer.len() {
            match self.text.read(&mut buffer[full..]) {
                Ok(0) => break,
                Ok(read) => full += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context(self.path.display().to_string()),
            }
        }
        self.at += full as u64;
        Ok(full)
    }
}
