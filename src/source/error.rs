//! What is wrong with an input, and where.

use std::io;

use bstr::ByteSlice;

use super::InputFormat;
use super::unread::UnreadFormat;

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
    #[error("windrow does not read {}; this command makes BED of it, for --reference: {}", .0.name(), .0.to_bed())]
    UnreadFormat(UnreadFormat),
    #[error("{0}")]
    Parse(String),
    #[error("{letter} at base {position} is not a nucleotide")]
    Letter { letter: String, position: usize },
    #[error(
        "the record is corrupt, or needs a reference: give the FASTA of its contigs with \
         --reference"
    )]
    NoReference,
    #[error(
        "not sorted by coordinate: {0}; sort it, or score its reads one by one with --reads each"
    )]
    Unsorted(&'static str),
    #[error("changed between the first and the second reading")]
    Changed,
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
         with --header-coords none they are part of the name"
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
        Some(format) => format!("not {format} as --input-format says"),
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

/// The first control character (C0, C1 or DEL) of a text, for a message.
///
/// C1 characters are found as characters in UTF-8 text, and as bytes in other text.
pub fn control(text: &[u8]) -> Option<String> {
    let found = text.char_indices().find(|&(start, end, c)| match c {
        '\u{fffd}' => is_c1(&text[start..end]),
        c => c.is_control(),
    });
    found.map(|(start, end, c)| match end - start {
        1 => shown(text[start]),
        _ => format!("{c:?}"),
    })
}

/// Whether bytes that are not UTF-8 are a control character of the upper half.
fn is_c1(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80..=0x9f, ..])
}

/// Lines for a terminal: control characters within them, as of file names, are shown as escapes.
pub fn printable(lines: &str) -> String {
    let mut text = String::with_capacity(lines.len());
    for c in lines.chars() {
        match c {
            '\n' => text.push(c),
            c if c.is_control() => text.extend(c.escape_default()),
            c => text.push(c),
        }
    }
    text
}

/// A name for a message: control characters as `\xHH`, other bytes that are not UTF-8 as U+FFFD,
/// and no more than 200 bytes.
pub fn escaped(name: &[u8]) -> String {
    const SHOWN: usize = 200;
    let name = &name[..name.len().min(SHOWN)];
    let mut text = String::new();
    for (start, end, c) in name.char_indices() {
        let bytes = &name[start..end];
        if c.is_control() || c == '\u{fffd}' && is_c1(bytes) {
            bytes
                .iter()
                .for_each(|byte| text += &format!("\\x{byte:02x}"));
        } else {
            text.push(c);
        }
    }
    text
}

/// A header up to the first white space, fit for a message.
pub fn name(header: &[u8]) -> String {
    let end = header.iter().position(u8::is_ascii_whitespace);
    escaped(&header[..end.unwrap_or(header.len())])
}

/// Where a record is, for [`SourceError::place`]; both numbers are counted from 1.
pub fn place(record: u64, header: &[u8], line: u64) -> String {
    format!("record {record} ({}), line {line}: ", name(header))
}
