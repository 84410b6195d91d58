//! Reading: bytes of any compression, to stretches of bases with a place on a contig.

// Sizes and positions from files are checked against bounds, or a comment says why not.
#![cfg_attr(
    not(test),
    warn(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod bed;
mod bgzf;
mod coords;
mod decompress;
mod error;
mod fai;
mod fasta;
mod fastq;
mod format;
mod header;
mod index;
mod input;
mod locus;
mod place;
mod progress;
pub mod reads;
mod reference;
pub mod regions;
mod shard;
mod sizes;
mod unread;

use std::io::{self, Cursor, Read};

use anyhow::Result;

pub use coords::HeaderCoords;
pub use decompress::decompress;
#[cfg(feature = "cli")]
pub use error::printable;
use error::shown;
pub use error::{Fault, SourceError};
pub use format::InputFormat;
use header::Headers;
pub use input::{Consumed, Input, Watch};
pub use place::{Place, Sink};
pub use shard::{Count, Shard};
pub use sizes::{Lengths, Sizes};
use unread::UnreadFormat;

/// A size or a position as an index.
#[expect(clippy::cast_possible_truncation, reason = "both have 64 bits")]
pub(crate) const fn to_index(size: u64) -> usize {
    const { assert!(usize::BITS == 64) };
    size as usize
}

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct SourceOptions {
    /// `None`: detected from the first bytes of each input.
    pub format: Option<InputFormat>,
    pub header_coords: HeaderCoords,
    pub regions: regions::RegionOptions,
    pub reads: reads::ReadOptions,
    /// No notes on standard error.
    pub quiet: bool,
    /// ReadCounts what is read.
    pub consumed: Consumed,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            format: None,
            header_coords: HeaderCoords::Auto,
            regions: regions::RegionOptions {
                reference: None,
                strand: false,
                names: false,
                flank: 0,
            },
            reads: reads::ReadOptions {
                reads: reads::Reads::Consensus,
                filter: reads::Filter {
                    require: 0,
                    exclude: reads::flag::POOR | reads::flag::UNMAPPED,
                    min_quality: 0,
                },
                rule: reads::Rule {
                    min_depth: 3,
                    min_fraction: 0.4,
                },
                reference: None,
            },
            quiet: true,
            consumed: Consumed::default(),
        }
    }
}

/// What an input held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    pub records: u64,
    /// Of these, alignments.
    pub reads: reads::Tally,
}

impl ReadCounts {
    fn of(records: u64) -> Self {
        Self {
            records,
            ..Self::default()
        }
    }
}

/// Sends every record or region of `input` to `sink`, in order; returns how many there were.
///
/// On an error, `sink` has got all bases before it. A record that was cut is not ended.
pub fn read(input: &Input, options: &SourceOptions, sink: &mut dyn Sink) -> Result<ReadCounts> {
    if let Input::Regions(texts) = input {
        return Ok(ReadCounts::of(regions::read_texts(texts, options, sink)?));
    }
    let raw = input.open(&options.consumed).map_err(|error| SourceError {
        input: input.to_string(),
        place: String::new(),
        fault: error.into(),
    })?;
    read_bytes(input, raw, options, sink)
}

/// The same for the bytes of an input, compressed or not.
pub fn read_bytes(
    input: &Input,
    raw: impl Read + Send + 'static,
    options: &SourceOptions,
    sink: &mut dyn Sink,
) -> Result<ReadCounts> {
    let fail = |fault: Fault| SourceError {
        input: input.to_string(),
        place: String::new(),
        fault,
    };
    let mut text = decompress(raw).map_err(|error| fail(error.into()))?;
    let first = first_byte(&mut text).map_err(|error| fail(error.into()))?;
    let Some((first, skipped)) = first else {
        return Ok(ReadCounts::default());
    };
    let mut head = vec![first];
    if reads::may_begin_with(first) {
        let more = text.by_ref().take(reads::HEAD).read_to_end(&mut head);
        more.map_err(|error| fail(error.into()))?;
    }
    let told = match first {
        _ if reads::begin_with(&head) => Some(InputFormat::Alignments),
        b'>' => Some(InputFormat::Fasta),
        b'@' => Some(InputFormat::Fastq),
        _ => (options.regions.reference.as_ref()).map(|_| InputFormat::Bed),
    };
    let format = options.format.or(told);
    let begins = match format {
        Some(InputFormat::Alignments) => reads::begin_with(&head),
        Some(InputFormat::Fasta) => first == b'>',
        Some(InputFormat::Fastq) => first == b'@',
        Some(InputFormat::Bed) => true,
        None => false,
    };
    if !begins {
        if let Some(format) = UnreadFormat::of_text(Cursor::new(head).chain(text)) {
            return Err(fail(Fault::UnreadFormat(format)).into());
        }
        let (asked, first) = (options.format, shown(first));
        return Err(fail(Fault::Format { asked, first }).into());
    }
    if format == Some(InputFormat::Alignments) {
        let reads = reads::read(input, head, text, &options.reads, sink)?;
        return Ok(ReadCounts {
            records: reads.records,
            reads,
        });
    }
    let text = Cursor::new(head).chain(text);
    let mut headers = Headers::new(options.header_coords, sink);
    let records = match format {
        Some(InputFormat::Fasta) => fasta::read(input, text, skipped, &mut headers)?,
        Some(InputFormat::Fastq) => fastq::read(input, text, skipped, &mut headers)?,
        _ => regions::read_bed(input, text, skipped, options, sink)?,
    };
    Ok(ReadCounts::of(records))
}

/// The first byte that is neither a byte order mark nor white space, and the lines before it.
fn first_byte(text: &mut impl Read) -> io::Result<Option<(u8, u64)>> {
    let (mut byte, mut lines, mut mark) = ([0], 0, b"\xef\xbb\xbf".iter());
    while text.read(&mut byte)? == 1 {
        if mark.as_slice().first() == Some(&byte[0]) {
            mark.next();
            continue;
        }
        mark = [].iter();
        match byte[0] {
            b'\n' => lines += 1,
            b' ' | b'\t' | b'\r' => {}
            other => return Ok(Some((other, lines))),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader of some bytes at a time.
    pub struct ShortReads<'a>(pub &'a [u8], pub usize);

    impl Read for ShortReads<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let bytes = self.1.min(buf.len());
            self.0.read(&mut buf[..bytes])
        }
    }

    /// All that a source hands on.
    #[derive(Debug, Default, PartialEq)]
    pub struct Records {
        open: bool,
        pub all: Vec<(Place, Vec<u8>)>,
    }

    impl Sink for Records {
        fn begin(&mut self, place: Place) -> Result<()> {
            self.open = true;
            self.all.push((place, Vec::new()));
            Ok(())
        }

        fn bases(&mut self, codes: &[u8]) -> Result<()> {
            assert!(self.open);
            self.all.last_mut().unwrap().1.extend(codes);
            Ok(())
        }

        fn end(&mut self) -> Result<()> {
            assert!(std::mem::take(&mut self.open));
            Ok(())
        }
    }
}
