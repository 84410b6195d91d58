//! What is wrong with an input, and where.

use std::borrow::Cow;
use std::io;

use super::InputFormat;

#[derive(Debug, thiserror::Error)]
#[error("{input}: {place}{fault}")]
pub struct SourceError {
    pub input: String,
    /// Empty, or "record N (name), line L: ".
    pub place: String,
    pub fault: Fault,
}

#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{}: begins with {first}", misfit(*.asked))]
    Format {
        asked: Option<InputFormat>,
        first: String,
    },
    #[error("{0}")]
    Parse(String),
    #[error("{letter} at base {position} is no nucleotide")]
    Letter { letter: String, position: usize },
    #[error("CRAM holds no sequence of its own: name the FASTA of its contigs with --reference")]
    NoReference,
    #[error(
        "not sorted by coordinate: {0}; sort it, or score its reads one by one with --reads each"
    )]
    Unsorted(&'static str),
    #[error("the record has no name")]
    NoName,
    #[error("the record's name is longer than {NAME} bytes")]
    LongName,
    #[error("the header holds the control character {0}")]
    Control(String),
    #[error("{0}")]
    Region(String),
    #[error(
        "{start}-{end} in the header are {expected}, but the record has {found}; \
         --header-coords none takes names as they are"
    )]
    Coordinates {
        start: u64,
        end: u64,
        expected: String,
        found: String,
    },
}

fn misfit(asked: Option<InputFormat>) -> String {
    match asked {
        Some(format) => format!("not {} as --input-format says", format.word()),
        None => "neither FASTA, FASTQ, BAM, CRAM, SAM nor, with --reference, BED".to_owned(),
    }
}

/// Bytes that a record's name may have.
pub const NAME: usize = 1 << 16;

/// A byte for a message: quoted if it is printable.
pub fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() || byte == b' ' {
        format!("'{}'", char::from(byte))
    } else {
        format!("byte 0x{byte:02x}")
    }
}

/// A header up to the first white space, fit for a message.
pub fn name(header: &[u8]) -> Cow<'_, str> {
    const SHOWN: usize = 200;
    let end = header
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(header.len());
    String::from_utf8_lossy(&header[..end.min(SHOWN)])
}

/// Where a record is, for [`SourceError::place`]; both numbers are counted from 1.
pub fn place(record: u64, header: &[u8], line: u64) -> String {
    format!("record {record} ({}), line {line}: ", name(header))
}
