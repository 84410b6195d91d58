//! The index of a FASTA file: where each contig's bases lie.

use std::io::{self, BufRead};

use bstr::BString;
use memchr::memchr;

use super::error::{NAME, escaped};

/// A contig of the index, a row of `.fai`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaiEntry {
    pub name: BString,
    /// In bases.
    pub len: u64,
    /// Offset of the first base in the text, in bytes.
    pub offset: u64,
    /// Bases of a full line, and its bytes with the line break.
    pub line_bases: u64,
    pub line_width: u64,
}

impl FaiEntry {
    /// Offset of a base in the text, in bytes.
    pub fn byte(&self, base: u64) -> u64 {
        let line = base.checked_div(self.line_bases).unwrap_or(0);
        self.offset + line * self.line_width + (base - line * self.line_bases)
    }
}

/// Why a text is no index, or cannot be indexed.
#[derive(Debug, thiserror::Error)]
pub enum FaiError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("line {line}: {fault}")]
    Line { line: u64, fault: String },
}

fn fault(line: u64, fault: impl Into<String>) -> FaiError {
    let fault = fault.into();
    FaiError::Line { line, fault }
}

/// Reads a `.fai` file.
pub fn parse(text: impl BufRead) -> Result<Vec<FaiEntry>, FaiError> {
    let rows = text.split(b'\n').zip(1..);
    rows.map(|(row, line)| {
        let row = row?;
        entry(&row).ok_or_else(|| fault(line, "not a row of a FASTA index"))
    })
    .collect()
}

fn entry(row: &[u8]) -> Option<FaiEntry> {
    const MOST: u64 = 1 << 60;
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    let mut columns = row.split(|&byte| byte == b'\t');
    let name = BString::from(columns.next()?);
    let mut number = || {
        let number: u64 = str::from_utf8(columns.next()?).ok()?.parse().ok()?;
        (number < MOST).then_some(number)
    };
    let (len, offset) = (number()?, number()?);
    let (line_bases, line_width) = (number()?, number()?);
    let lines = line_bases > 0 && line_bases < line_width && len / line_bases < MOST / line_width;
    (columns.next().is_none() && !name.is_empty() && (lines || len == 0)).then_some(FaiEntry {
        name,
        len,
        offset,
        line_bases,
        line_width,
    })
}

/// Indexes a text of FASTA.
pub fn build(mut text: impl BufRead) -> Result<Vec<FaiEntry>, FaiError> {
    let mut builder = FaiBuilder::default();
    let mut line = FastaLine::default();
    loop {
        let buffer = text.fill_buf()?;
        if buffer.is_empty() {
            if line.width > 0 {
                builder.add(&line)?;
            }
            return Ok(builder.entries);
        }
        let end = memchr(b'\n', buffer);
        let read = end.map_or(buffer.len(), |end| end + 1);
        line.extend(&buffer[..read]);
        text.consume(read);
        if end.is_some() {
            builder.add(&line)?;
            line.clear();
        }
    }
}

/// The parts of a line that an index needs.
#[derive(Default)]
struct FastaLine {
    /// In bytes, with the break.
    width: u64,
    /// The first word, if the line is a header.
    name: Option<Vec<u8>>,
    named: bool,
    /// White space at its end.
    blanks: u64,
}

impl FastaLine {
    fn extend(&mut self, text: &[u8]) {
        if self.width == 0 && text.first() == Some(&b'>') {
            self.name = Some(Vec::new());
        }
        if let Some(name) = self.name.as_mut().filter(|_| !self.named) {
            let text = &text[usize::from(self.width == 0)..];
            let end = text.iter().position(u8::is_ascii_whitespace);
            let word = &text[..end.unwrap_or(text.len())];
            // One byte above the limit is enough to refuse the name.
            let room = (NAME + 1).saturating_sub(name.len());
            name.extend_from_slice(&word[..word.len().min(room)]);
            self.named = end.is_some();
        }
        self.width += text.len() as u64;
        let blanks = text
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_whitespace());
        let blanks = blanks.count();
        let before = if blanks == text.len() { self.blanks } else { 0 };
        self.blanks = before + blanks as u64;
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[derive(Default)]
struct FaiBuilder {
    entries: Vec<FaiEntry>,
    line: u64,
    /// Bytes before the line.
    offset: u64,
    /// Whether a line shorter than the others has come: it must be the contig's last.
    closed: bool,
}

impl FaiBuilder {
    fn add(&mut self, line: &FastaLine) -> Result<(), FaiError> {
        self.line += 1;
        self.offset += line.width;
        if let Some(name) = &line.name {
            if name.is_empty() {
                return Err(fault(self.line, "the record has no name"));
            }
            if name.len() > NAME {
                let text = format!("the record's name is longer than {NAME} bytes");
                return Err(fault(self.line, text));
            }
            self.closed = false;
            self.entries.push(FaiEntry {
                name: name.as_slice().into(),
                offset: self.offset,
                ..FaiEntry::default()
            });
            return Ok(());
        }
        let bases = line.width - line.blanks;
        let Some(entry) = self.entries.last_mut() else {
            let blank = bases == 0;
            return blank
                .then_some(())
                .ok_or_else(|| fault(self.line, "not FASTA: sequence without a header"));
        };
        if bases == 0 {
            self.closed |= entry.len > 0;
            if entry.len == 0 {
                entry.offset = self.offset;
            }
            return Ok(());
        }
        if entry.len == 0 {
            (entry.line_bases, entry.line_width) = (bases, line.width.max(bases + 1));
        }
        if self.closed || bases > entry.line_bases {
            let name = escaped(&entry.name);
            let text = format!("lines of {name} differ in length, so it cannot be indexed");
            return Err(fault(self.line, text));
        }
        self.closed = bases < entry.line_bases || line.width != entry.line_width;
        entry.len += bases;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn built(text: &str, buffer: usize) -> Result<Vec<FaiEntry>, String> {
        build(BufReader::with_capacity(buffer, text.as_bytes())).map_err(|error| error.to_string())
    }

    fn rows(entries: &[FaiEntry]) -> String {
        let row = |entry: &FaiEntry| {
            let name = &entry.name;
            let FaiEntry {
                len,
                offset,
                line_bases,
                line_width,
                ..
            } = entry;
            format!("{name}\t{len}\t{offset}\t{line_bases}\t{line_width}\n")
        };
        entries.iter().map(row).collect()
    }

    #[test]
    fn the_index_is_that_of_samtools() {
        let text = ">a x\nACGT\nAC\n>b\r\nACG\r\nACG\r\n>e\n>c\nA\n\n>d\nACGT";
        let expected =
            "a\t6\t5\t4\t5\nb\t6\t17\t3\t5\ne\t0\t30\t0\t0\nc\t1\t33\t1\t2\nd\t4\t39\t4\t5\n";
        for buffer in 1..60 {
            assert_eq!(rows(&built(text, buffer).unwrap()), expected);
        }
        assert_eq!(
            parse(expected.as_bytes()).unwrap(),
            built(text, 60).unwrap()
        );
    }

    #[test]
    fn lines_of_other_lengths_cannot_be_indexed() {
        for text in [
            ">a\nAC\nACG\n",
            ">a\nACG\nAC\nA\n",
            ">a\nAC\n\nAC\n",
            ">a\nAC\nAC\r\nA\n",
        ] {
            let error = built(text, 9).unwrap_err();
            assert!(error.contains("lines of a differ in length"), "{error}");
        }
        let long = format!(">a\nA\n>{}\nA\n", "x".repeat(NAME + 1));
        let error = built(&long, 1000).unwrap_err();
        assert_eq!(
            error,
            "line 3: the record's name is longer than 65536 bytes"
        );
        assert_eq!(
            built("AC\n", 9).unwrap_err(),
            "line 1: not FASTA: sequence without a header"
        );
        assert_eq!(
            built(">a\nA\n> b\n", 9).unwrap_err(),
            "line 3: the record has no name"
        );
    }

    #[test]
    fn broken_rows_are_placed() {
        for row in [
            "a\t1\t2\t3",
            "a\t1\t2\t0\t1",
            "\t1\t2\t3\t4",
            "a\t-1\t2\t3\t4",
            "a",
            "",
            "a\t5\t2\t4\t4",
            "a\t99999999999999999999\t2\t3\t4",
        ] {
            let text = format!("a\t1\t2\t3\t4\n{row}\n");
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, "line 2: not a row of a FASTA index", "{row}");
        }
    }

    proptest! {
        #[test]
        fn every_base_is_where_the_index_says(
            bases in "[ACGT]{1,60}",
            width in 1usize..20,
            carriage in any::<bool>(),
        ) {
            let end = if carriage { "\r\n" } else { "\n" };
            let lines: Vec<_> = bases.as_bytes().chunks(width).collect();
            let lines: Vec<_> = lines.iter().map(|line| str::from_utf8(line).unwrap()).collect();
            let text = format!(">x y{end}AC{end}>z{end}{}{end}", lines.join(end));
            let entries = built(&text, 7).unwrap();
            prop_assert_eq!(entries[1].len, bases.len() as u64);
            for (at, base) in bases.bytes().enumerate() {
                prop_assert_eq!(text.as_bytes()[entries[1].byte(at as u64) as usize], base);
            }
        }
    }
}
