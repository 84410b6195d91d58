//! A row of the binary formats, parsed from its text.

use std::io;

/// Half-open interval, and the text of the further columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub start: u32,
    pub end: u32,
    pub rest: String,
}

/// Most contigs of the tree that bigtools writes.
pub const MOST_CONTIGS: usize = u16::MAX as usize;

/// Why a binary format cannot hold a row.
#[derive(Debug, thiserror::Error)]
pub enum RowFault {
    #[error(
        "{contig}: position {position} is beyond {}, the last one that it can hold",
        u32::MAX
    )]
    Position { contig: String, position: String },
    #[error("{contig}: rows overlap at {position}, and it holds one value a base")]
    Overlap { contig: String, position: u32 },
    #[error("{contents} is not UTF-8 text")]
    Text { contents: String },
    #[error("it holds rows of up to {MOST_CONTIGS} contigs, and there are more")]
    Contigs,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Contig and start of a row.
pub fn place(line: &[u8]) -> Result<(&[u8], u32), RowFault> {
    let mut columns = line.splitn(3, |&byte| byte == b'\t');
    let contig = columns.next().unwrap_or_default();
    let start = position(contig, columns.next().unwrap_or_default())?;
    Ok((contig, start))
}

impl Entry {
    /// Parses a row with its line feed.
    pub fn parse(line: &[u8]) -> Result<Self, RowFault> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let mut columns = line.splitn(4, |&byte| byte == b'\t');
        let mut column = || columns.next().unwrap_or_default();
        let contig = column();
        Ok(Self {
            start: position(contig, column())?,
            end: position(contig, column())?,
            rest: text(column())?,
        })
    }
}

/// Text as UTF-8, which the formats demand.
pub fn text(bytes: &[u8]) -> Result<String, RowFault> {
    let text = str::from_utf8(bytes).map_err(|_| RowFault::Text {
        contents: String::from_utf8_lossy(bytes).into_owned(),
    })?;
    Ok(text.to_owned())
}

fn position(contig: &[u8], digits: &[u8]) -> Result<u32, RowFault> {
    let number = digits.iter().try_fold(0u32, |number, digit| {
        let digit = digit.checked_sub(b'0')?;
        number.checked_mul(10)?.checked_add(digit.into())
    });
    number.ok_or_else(|| RowFault::Position {
        contig: String::from_utf8_lossy(contig).into_owned(),
        position: String::from_utf8_lossy(digits).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_interval_and_the_rest() {
        let row = b"chr1\t41\t42\texon_start\t988\n";
        assert_eq!(place(row).unwrap(), (&b"chr1"[..], 41));
        let entry = Entry {
            start: 41,
            end: 42,
            rest: "exon_start\t988".to_owned(),
        };
        assert_eq!(Entry::parse(row).unwrap(), entry);
    }

    #[test]
    fn what_cannot_be_held_is_an_error() {
        let fault = |row: &[u8]| Entry::parse(row).unwrap_err().to_string();
        assert_eq!(
            Entry::parse(b"c\t0\t4294967295\tx\n").unwrap().end,
            u32::MAX
        );
        assert_eq!(
            fault(b"c\t0\t4294967296\tx\n"),
            "c: position 4294967296 is beyond 4294967295, the last one that it can hold"
        );
        assert_eq!(fault(b"c\t0\t1\t\xff\n"), "\u{fffd} is not UTF-8 text");
    }
}
