//! Records of FASTA and FASTQ.

use std::io::{self, Cursor, Read};

use anyhow::Result;
use needletail::parser::{FastaReader, FastqReader, FastxReader, SequenceRecord};

use super::Input;
use super::decompress::decompress;
use super::progress::{Format, Progress, Shared, Watched, name};
use crate::sequence;

/// A record as it stands in the file; its text holds nucleotide letters and white space only.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The header up to the first white space; not empty, no control characters.
    pub name: &'a [u8],
    pub text: &'a [u8],
    /// Bases in the text.
    pub len: usize,
}

/// What is wrong with an input, and where.
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
    #[error("neither FASTA nor FASTQ: begins with {0}, not '>' or '@'")]
    Format(String),
    #[error("{0}")]
    Parse(String),
    #[error("{letter} at base {position} is no nucleotide")]
    Letter { letter: String, position: usize },
    #[error("the record has no name")]
    NoName,
    #[error("the header holds the control character {0}")]
    Control(String),
}

/// Hands every record of `input` to `sink`, in order; returns how many there were.
///
/// Records that came whole before an error reach `sink` before it is returned.
pub fn read(input: &Input, mut sink: impl FnMut(Record<'_>) -> Result<()>) -> Result<u64> {
    let fail = |place: String, fault: Fault| SourceError {
        input: input.to_string(),
        place,
        fault,
    };
    let plain = |error: io::Error| fail(String::new(), error.into());

    let mut text = input.open().and_then(decompress).map_err(plain)?;
    let Some((first, skipped)) = first_byte(&mut text).map_err(plain)? else {
        return Ok(0);
    };
    let format = match first {
        b'>' => Format::Fasta,
        b'@' => Format::Fastq,
        other => return Err(fail(String::new(), Fault::Format(shown(other))).into()),
    };
    let (watched, progress) = Watched::new(Cursor::new([first]).chain(text), format);
    let mut parser: Box<dyn FastxReader> = match format {
        Format::Fasta => Box::new(FastaReader::new(watched)),
        Format::Fastq => Box::new(FastqReader::new(watched)),
    };

    let mut number = 0;
    loop {
        number += 1;
        let parsed = parser.next();
        if let Some(error) = failure(&progress, number) {
            let place = reached(&progress.lock(), skipped);
            return Err(fail(place, error.into()).into());
        }
        let Some(parsed) = parsed else {
            return Ok(number - 1);
        };
        let parsed = parsed.map_err(|error| {
            let line = error.position.line + skipped;
            let fault = match error.msg.as_str() {
                "" => "the record is not complete".to_owned(),
                text => text.to_owned(),
            };
            fail(
                format!("record {number}, line {line}: "),
                Fault::Parse(fault),
            )
        })?;
        let record = check(&parsed).map_err(|(fault, line)| {
            let line = parsed.start_line_number() + skipped + line;
            fail(
                format!("record {number} ({}), line {line}: ", name(parsed.id())),
                fault,
            )
        })?;
        sink(record)?;
    }
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

/// The failure that cut record `number`, if it was cut.
fn failure(progress: &Shared, number: u64) -> Option<io::Error> {
    let mut progress = progress.lock();
    if progress.is_whole(number) {
        None
    } else {
        progress.take_failure()
    }
}

fn reached(progress: &Progress, skipped: u64) -> String {
    let (record, line) = (progress.headers, progress.lines + skipped + 1);
    format!("record {record} ({}), line {line}: ", progress.name())
}

/// The record, or what is wrong with it and how many lines below its header.
fn check<'a>(parsed: &'a SequenceRecord<'_>) -> Result<Record<'a>, (Fault, u64)> {
    let header = parsed.id();
    let end = header
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(header.len());
    if let Some(&control) = header
        .iter()
        .find(|&&byte| byte.is_ascii_control() && byte != b'\t')
    {
        return Err((Fault::Control(shown(control)), 0));
    }
    if end == 0 {
        return Err((Fault::NoName, 0));
    }
    let text = parsed.raw_seq();
    let len = sequence::count(text).map_err(|foreign| {
        let lines = text[..foreign.offset]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        let (letter, position) = (shown(foreign.letter), foreign.bases + 1);
        (Fault::Letter { letter, position }, lines as u64 + 1)
    })?;
    Ok(Record {
        name: &header[..end],
        text,
        len,
    })
}

/// A byte for a message: quoted if it is printable.
fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() || byte == b' ' {
        format!("'{}'", char::from(byte))
    } else {
        format!("byte 0x{byte:02x}")
    }
}
