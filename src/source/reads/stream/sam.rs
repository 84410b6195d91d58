//! Checks of SAM lines: values that htslib would change instead of refusing them.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use bstr::{BString, ByteSlice};

use super::passage::{Passage, Stop};
use crate::source::Fault;
use crate::source::error::{escaped, shown};

/// Most bytes of a line, and of all lines of the header.
const LINE: usize = 1 << 29;
const HEADER: usize = 1 << 28;

pub fn send<R: Read, W: Write>(
    text: &mut Passage<R, W>,
    records: &mut u64,
    header_lines: &AtomicU64,
) -> Result<(), Stop> {
    let (mut contigs, mut header) = (HashSet::new(), 0);
    loop {
        let line = text.line(HEADER)?;
        if line.first() != Some(&b'@') {
            break;
        }
        header += line.len();
        if header > HEADER {
            let fault = format!("the header is longer than {HEADER} bytes");
            return Err(Fault::Parse(fault).into());
        }
        let len = line.len() as u64;
        contigs.extend(names(line).map(BString::from));
        text.pass(len)?;
        header_lines.fetch_add(1, Ordering::Relaxed);
    }
    loop {
        let line = text.line(LINE)?;
        let len = line.len();
        if len == 0 {
            return Ok(());
        }
        if len > LINE {
            return Err(Fault::Parse(format!("the line is longer than {LINE} bytes")).into());
        }
        check(line, &contigs)?;
        text.pass(len as u64)?;
        *records += 1;
    }
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The names of a contig in a line of the header.
fn names(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let contig = trimmed(line).strip_prefix(b"@SQ\t").unwrap_or_default();
    contig.split_str(b"\t").flat_map(|field| {
        let (own, others) = (field.strip_prefix(b"SN:"), field.strip_prefix(b"AN:"));
        let others = others.into_iter().flat_map(|names| names.split_str(b","));
        own.into_iter().chain(others)
    })
}

/// The fault of a record's fields, if they have one.
fn check(line: &[u8], contigs: &HashSet<BString>) -> Result<(), Fault> {
    let fault = |text: String| Err(Fault::Parse(text));
    let mut fields = trimmed(line).split_str(b"\t");
    let mut field = || fields.next().ok_or_else(no_record);
    let (_name, flags, contig) = (field()?, field()?, field()?);
    let (_start, quality, _cigar) = (field()?, field()?, field()?);
    let (_mate, _mate_start, _span) = (field()?, field()?, field()?);
    let (bases, _qualities) = (field()?, field()?);
    if self::flags(flags).is_none() {
        return fault(format!(
            "the flags {} are not a number up to 65535",
            escaped(flags)
        ));
    }
    if contig != b"*" && !contigs.contains(contig.as_bstr()) {
        return fault(format!("the header has no contig '{}'", escaped(contig)));
    }
    if number(quality, 10).is_none_or(|quality| quality > 255) {
        let quality = escaped(quality);
        return fault(format!(
            "the mapping quality {quality} is not a number up to 255"
        ));
    }
    let is_base = |&&letter: &&u8| letter.is_ascii_alphabetic() || b"=.".contains(&letter);
    match bases
        .iter()
        .enumerate()
        .find(|(_, letter)| !is_base(letter))
    {
        Some((at, &letter)) if bases != b"*" => Err(Fault::Letter {
            letter: shown(letter),
            position: at + 1,
        }),
        _ => Ok(()),
    }
}

fn no_record() -> Fault {
    Fault::Parse("not a record of SAM".to_owned())
}

/// Flags as htslib reads them: decimal, or C's hexadecimal or octal.
fn flags(text: &[u8]) -> Option<u16> {
    let number = match text {
        [b'0', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'0', digits @ ..] if !digits.is_empty() => number(digits, 8),
        digits => number(digits, 10),
    };
    number.and_then(|number| u16::try_from(number).ok())
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let signed = digits.first() == Some(&b'+');
    let text = digits.to_str().ok().filter(|_| !signed)?;
    u32::from_str_radix(text, radix).ok()
}
