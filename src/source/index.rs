//! The indexes of a FASTA file: of its contigs, and of the blocks of block gzip.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bstr::{BStr, BString};
use noodles_bgzf::{self as bgzf, gzi};
use tempfile::TempDir;

use super::Fault;
use super::bgzf::is_bgzf;
use super::decompress::decompress;
use super::error::{control, escaped};
use super::fai::{self, FaiEntry};
use super::unread::UnreadFormat;

/// Bytes read at a time.
const BUFFER: usize = 1 << 16;

pub struct Index {
    pub entries: Vec<FaiEntry>,
    /// Where the blocks begin, if the file is block gzip.
    pub blocks: Option<gzi::Index>,
    /// Whether all indexes were read from files beside the FASTA.
    beside: bool,
}

impl Index {
    /// Reads `.fai`, and for block gzip `.gzi`. Without one the file is indexed in memory, and
    /// `note` is told.
    pub fn open(path: &Path, note: impl Fn(&str)) -> Result<Self> {
        let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
        ensure!(
            file.get_ref().metadata()?.is_file(),
            "a reference needs random access: it must be a file"
        );
        let head = file.fill_buf()?;
        let blocked = is_bgzf(head);
        if head.first() != Some(&b'>')
            && let Some(format) = UnreadFormat::of_text(decompress(File::open(path)?)?)
        {
            let (name, command) = (format.name(), format.to_bed());
            bail!("a reference is FASTA, not {name}; this makes BED of regions: {command}");
        }
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
        let index = match (fai, gzi) {
            (Some(entries), blocks) if blocks.is_some() || !blocked => Self {
                entries,
                blocks,
                beside: true,
            },
            _ => {
                note(&format!(
                    "there is no {}; the file is indexed in memory",
                    beside(path, missing).display()
                ));
                build(file, blocked)?
            }
        };
        index.check()?;
        Ok(index)
    }

    /// Checks that each name stands once and can be written in a row.
    fn check(&self) -> Result<()> {
        let mut names = HashSet::with_capacity(self.entries.len());
        for FaiEntry { name, .. } in &self.entries {
            if let Some(control) = control(name) {
                bail!(
                    "the name {} holds the control character {control}",
                    escaped(name)
                );
            }
            ensure!(names.insert(name), "has {} twice", escaped(name));
        }
        Ok(())
    }

    /// Writes an index for a FASTA that has none beside it.
    fn write(&self, path: &Path) -> io::Result<()> {
        let mut rows = Vec::new();
        for entry in &self.entries {
            rows.extend_from_slice(&entry.name);
            let FaiEntry {
                len,
                offset,
                line_bases,
                line_width,
                ..
            } = entry;
            writeln!(rows, "\t{len}\t{offset}\t{line_bases}\t{line_width}")?;
        }
        fs::write(beside(path, ".fai"), rows)?;
        if let Some(blocks) = &self.blocks {
            let file = File::create(beside(path, ".gzi"))?;
            gzi::io::Writer::new(file).write_index(blocks)?;
        }
        Ok(())
    }
}

/// A FASTA file as htslib takes it: a path with the indexes beside it.
pub struct Indexed {
    path: PathBuf,
    names: HashSet<BString>,
    /// Folder of the indexes that were written; kept while they are read.
    _folder: Option<TempDir>,
}

impl Indexed {
    /// Uses the indexes beside the file. If there are none, writes them to a temporary folder.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let shown = || path.display().to_string();
        Self::new(path)
            .with_context(shown)
            .map_err(|error| Fault::Parse(format!("{error:#}")))
    }

    fn new(path: &Path) -> Result<Self> {
        let index = Index::open(path, |_| {})?;
        let names = index
            .entries
            .iter()
            .map(|entry| entry.name.clone())
            .collect();
        // htslib takes paths as text.
        if index.beside && path.to_str().is_some() {
            let (path, _folder) = (path.to_owned(), None);
            return Ok(Self {
                path,
                names,
                _folder,
            });
        }
        let folder = TempDir::with_prefix("windrow-").context("its index cannot be written")?;
        let link = folder.path().join("reference.fa");
        ensure!(
            link.to_str().is_some(),
            "the path of the temporary folder is not UTF-8"
        );
        symlink(path.canonicalize()?, &link)?;
        index.write(&link).context("its index cannot be written")?;
        let (path, _folder) = (link, Some(folder));
        Ok(Self {
            path,
            names,
            _folder,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn has(&self, contig: &BStr) -> bool {
        self.names.contains(contig)
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}

/// Opens an index beside a file, if there is one.
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
        "the index {} is older than the file; make a new one with 'samtools faidx'",
        index.display()
    );
    let read = read(BufReader::new(file)).with_context(|| index.display().to_string());
    Ok(Some(read?))
}

/// Indexes a text.
fn build(file: BufReader<File>, blocked: bool) -> Result<Index> {
    if !blocked {
        return Ok(Index {
            entries: fai::build(file)?,
            blocks: None,
            beside: false,
        });
    }
    let mut blocks = BlockStarts {
        inner: bgzf::io::Reader::new(file),
        starts: Vec::new(),
        offset: 0,
    };
    let entries = fai::build(&mut blocks)?;
    Ok(Index {
        entries,
        blocks: Some(gzi::Index::from(blocks.starts)),
        beside: false,
    })
}

/// Notes where blocks begin, in the file and in the text.
struct BlockStarts<R> {
    inner: bgzf::io::Reader<R>,
    starts: Vec<(u64, u64)>,
    offset: u64,
}

impl<R: Read> Read for BlockStarts<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for BlockStarts<R> {
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
