//! An indexed FASTA file, plain or block gzip: any stretch of any contig.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use noodles_bgzf::{self as bgzf, gzi};

use super::bgzf::is_bgzf;
use super::error::shown;
use super::fai::{self, Entry};
use crate::sequence::{self, Foreign};

/// Bytes read, and bases handed on, at a time.
const BUFFER: usize = 1 << 16;

trait Text: Read + Seek {}
impl<T: Read + Seek> Text for T {}

pub struct Reference {
    path: PathBuf,
    text: Box<dyn Text>,
    /// Byte of the text that is read next.
    at: u64,
    entries: Vec<Entry>,
    numbers: HashMap<Vec<u8>, usize>,
    /// Whether an entry was held against the text.
    checked: Vec<bool>,
}

impl Reference {
    /// Opens a file and its index, `.fai` and for block gzip `.gzi`. Without one the file is
    /// indexed in memory, and `note` is told.
    pub fn open(path: &Path, note: impl Fn(&str)) -> Result<Self> {
        let open = || Ok::<_, io::Error>(BufReader::with_capacity(BUFFER, File::open(path)?));
        let mut file = open()?;
        ensure!(
            file.get_ref().metadata()?.is_file(),
            "a reference is read by place: it must be a file"
        );
        let head = file.fill_buf()?;
        let blocked = is_bgzf(head);
        ensure!(
            blocked || head.first().is_none_or(|&first| first == b'>'),
            "a reference is FASTA, plain or compressed with bgzip"
        );
        let fai = read_index(path, ".fai", |file| Ok(fai::parse(file)?))?;
        let gzi = match blocked {
            true => read_index(path, ".gzi", |file| {
                Ok(gzi::io::Reader::new(file).read_index()?)
            })?,
            false => None,
        };
        let missing = if fai.is_none() { ".fai" } else { ".gzi" };
        let (entries, blocks) = match (fai, gzi) {
            (Some(entries), blocks) if blocks.is_some() || !blocked => (entries, blocks),
            _ => {
                note(&format!(
                    "{} is not there; indexing in memory",
                    beside(path, missing).display()
                ));
                index(file, blocked)?
            }
        };
        let text: Box<dyn Text> = match blocks {
            Some(blocks) => Box::new(bgzf::io::IndexedReader::new(open()?, blocks)),
            None => Box::new(open()?),
        };
        let mut numbers = HashMap::with_capacity(entries.len());
        for (number, entry) in entries.iter().enumerate() {
            if numbers.insert(entry.name.clone(), number).is_some() {
                bail!("has {} twice", String::from_utf8_lossy(&entry.name));
            }
        }
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

    /// Number of a contig in the order of the index.
    pub fn number(&self, name: &[u8]) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    pub fn name(&self, contig: usize) -> &[u8] {
        &self.entries[contig].name
    }

    /// In bases.
    pub fn len(&self, contig: usize) -> usize {
        self.entries[contig].len as usize
    }

    /// Hands the codes of a stretch within a contig to `take`.
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
            let most = (end - self.at).min(BUFFER as u64) as usize;
            let read = self.fill(&mut buffer[..most])?;
            codes.clear();
            match sequence::encode(&buffer[..read], &mut codes) {
                Ok(()) if read > 0 => {}
                Err(Foreign { letter, .. }) if letter != b'>' => {
                    let name = String::from_utf8_lossy(self.name(contig));
                    let position = range.end - bases + codes.len() + 1;
                    let letter = shown(letter);
                    let path = self.path.display();
                    bail!("{path}: {name}: {letter} at base {position} is no nucleotide");
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

    /// Holds the index against the text around a contig: its header, and what follows it.
    fn check(&mut self, contig: usize) -> Result<()> {
        if self.checked[contig] {
            return Ok(());
        }
        let misfit = self.misfit(contig);
        let entry = self.entries[contig].clone();
        let before = entry.offset.min(BUFFER as u64) as usize;
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
            let mut behind = [0; 4];
            self.seek(entry.byte(entry.len - 1) + 1)?;
            let read = self.fill(&mut behind)?;
            let rest = behind[..read].trim_ascii_start();
            let ends = read == 0 || behind[0].is_ascii_whitespace();
            ensure!(
                ends && rest.first().is_none_or(|&first| first == b'>'),
                misfit
            );
        }
        self.checked[contig] = true;
        Ok(())
    }

    fn misfit(&self, contig: usize) -> String {
        let name = String::from_utf8_lossy(self.name(contig));
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

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}

/// An index beside a file, if it is there.
fn read_index<T>(
    path: &Path,
    suffix: &str,
    read: impl FnOnce(BufReader<File>) -> Result<T>,
) -> Result<Option<T>> {
    let index = beside(path, suffix);
    let file = match File::open(&index) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.with_context(|| index.display().to_string())?,
    };
    ensure!(
        file.metadata()?.modified()? >= path.metadata()?.modified()?,
        "the index {} is older than the file; 'samtools faidx' makes it anew",
        index.display()
    );
    let read = read(BufReader::new(file)).with_context(|| index.display().to_string());
    Ok(Some(read?))
}

/// The entries of a text, and where the blocks of block gzip begin.
fn index(file: BufReader<File>, blocked: bool) -> Result<(Vec<Entry>, Option<gzi::Index>)> {
    if !blocked {
        return Ok((fai::build(file)?, None));
    }
    let mut blocks = Blocks {
        inner: bgzf::io::Reader::new(file),
        starts: Vec::new(),
        offset: 0,
    };
    let entries = fai::build(&mut blocks)?;
    Ok((entries, Some(gzi::Index::from(blocks.starts))))
}

/// Remembers where blocks begin: in the file, and in the text.
struct Blocks<R> {
    inner: bgzf::io::Reader<R>,
    starts: Vec<(u64, u64)>,
    offset: u64,
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Blocks<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()?;
        let block = self.inner.virtual_position();
        let start = (block.compressed(), self.offset);
        if block.uncompressed() == 0 && self.starts.last().is_none_or(|last| last.0 < start.0) {
            self.starts.push(start);
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.offset += amount as u64;
        self.inner.consume(amount);
    }
}
