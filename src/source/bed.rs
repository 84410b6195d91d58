//! Rows of BED, of which the first three to six columns are read.

use std::io::{BufRead, BufReader, Read};

use bstr::{BString, ByteSlice};

use super::error::{Fault, control, escaped};
use super::unread::UnreadFormat;
use crate::sequence::Strand;

/// A row of the file: 0-based, half-open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedRow {
    pub contig: BString,
    pub start: u64,
    pub end: u64,
    /// Column 6 with `--region-strand`, else both.
    pub strand: Strand,
    /// Column 4, with `--names`.
    pub name: Option<BString>,
}

/// Iterates over rows, each with the number of its line. Comments, `track` and `browser` lines
/// and empty lines are skipped.
pub struct BedReader<R> {
    text: BufReader<R>,
    line: u64,
    names: bool,
    strands: bool,
}

impl<R: Read> BedReader<R> {
    pub fn new(text: R, names: bool, strands: bool) -> Self {
        Self {
            text: BufReader::new(text),
            line: 0,
            names,
            strands,
        }
    }

    fn parse(&self, line: &[u8]) -> Result<BedRow, Fault> {
        let fault = |text: &str| Fault::Region(text.to_owned());
        let columns: Vec<_> = line.split_str(b"\t").collect();
        let [contig, start, end, ..] = columns[..] else {
            return Err(match line.contains(&b' ') {
                true => fault("the columns are separated by spaces, not by tabs"),
                false => {
                    let count = columns.len();
                    fault(&format!("{count} columns, but a region takes 3 or more"))
                }
            });
        };
        if contig.is_empty() {
            return Err(fault("the contig has no name"));
        }
        let position = |text: &[u8]| {
            let digits = text
                .to_str()
                .ok()
                .filter(|_| text.iter().all(u8::is_ascii_digit));
            let position = digits.and_then(|digits| digits.parse::<u64>().ok());
            position.ok_or_else(|| fault(&format!("\"{}\" is not a position", escaped(text))))
        };
        let (start, end) = (position(start)?, position(end)?);
        let name = match (self.names, columns.get(3)) {
            (false, _) => None,
            (true, Some(&name)) if !name.is_empty() => Some(name),
            (true, _) => return Err(fault("no name in column 4, for --names")),
        };
        for name in [Some(contig), name].into_iter().flatten() {
            if let Some(control) = control(name) {
                let name = escaped(name);
                return Err(fault(&format!(
                    "the name {name} holds the control character {control}"
                )));
            }
        }
        let strand = match (self.strands, columns.get(5).copied()) {
            (false, _) | (true, Some(b".")) => Strand::Both,
            (true, Some(b"+")) => Strand::Forward,
            (true, Some(b"-")) => Strand::Reverse,
            (true, _) => {
                let text = "no strand (+, - or .) in column 6, for --region-strand";
                return Err(fault(text));
            }
        };
        Ok(BedRow {
            contig: contig.into(),
            start,
            end,
            strand,
            name: name.map(BString::from),
        })
    }
}

impl<R: Read> Iterator for BedReader<R> {
    type Item = (u64, Result<BedRow, Fault>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = self
                .text
                .by_ref()
                .take(LONGEST)
                .read_until(b'\n', &mut line);
            self.line += 1;
            match read {
                Err(error) => return Some((self.line, Err(error.into()))),
                Ok(0) => return None,
                Ok(_) => {}
            }
            if line.len() as u64 == LONGEST {
                let text = format!("the line is longer than {LONGEST} bytes");
                return Some((self.line, Err(Fault::Region(text))));
            }
            let row = line.strip_suffix(b"\n").unwrap_or(&line);
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            if let Some(format) = UnreadFormat::of(row) {
                return Some((self.line, Err(Fault::UnreadFormat(format))));
            }
            if !is_comment(row) {
                return Some((self.line, self.parse(row)));
            }
        }
    }
}

const LONGEST: u64 = 1 << 20;

fn is_comment(row: &[u8]) -> bool {
    let word = row.split(u8::is_ascii_whitespace).next();
    let tabbed = row.contains(&b'\t');
    row.trim_ascii().is_empty()
        || row.starts_with(b"#")
        || (!tabbed && matches!(word, Some(b"track" | b"browser")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Result<BedRow, String>)> {
        let rows = BedReader::new(text.as_bytes(), true, true);
        rows.map(|(line, row)| (line, row.map_err(|fault| fault.to_string())))
            .collect()
    }

    fn row(contig: &str, start: u64, end: u64, name: &str, strand: Strand) -> BedRow {
        let (contig, name) = (contig.into(), Some(name.into()));
        BedRow {
            contig,
            start,
            end,
            strand,
            name,
        }
    }

    #[test]
    fn rows_are_read_for_place_name_and_strand() {
        let text = "track name=x\nbrowser position c:1-2\n#c\t1\n\n\
                    c\t4\t9\ta b\t0.5\t-\tmore\r\nd\t0\t0\tn\t.\t+";
        let expected = [
            (5, Ok(row("c", 4, 9, "a b", Strand::Reverse))),
            (6, Ok(row("d", 0, 0, "n", Strand::Forward))),
        ];
        assert_eq!(rows(text), expected);
        let three = BedReader::new(&b"c\t4\t9\n"[..], false, false)
            .next()
            .unwrap()
            .1;
        let three = three.unwrap();
        assert_eq!((three.strand, three.name), (Strand::Both, None));
    }

    #[test]
    fn names_are_bytes_without_control_characters() {
        let parse = |line: &[u8]| BedReader::new(line, true, false).next().unwrap().1;
        let row = parse(b"\xe9\t4\t9\tn\xff").unwrap();
        assert_eq!(row.contig, &b"\xe9"[..]);
        assert_eq!(row.name, Some(BString::from(&b"n\xff"[..])));
        for line in [
            &b"c\x1b[2J\t4\t9\tn"[..],
            b"c\t4\t9\tn\x07",
            b"c\t4\t9\t\xc2\x9b",
            b"c\t4\x1b\t9\tn",
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(!error.chars().any(char::is_control), "{error:?}");
            assert!(error.contains("\\x"), "{error}");
        }
    }

    #[test]
    fn what_is_no_row_is_said() {
        let huge = "c\t99999999999999999999\t99999999999999999999";
        for (text, expected) in [
            ("c\t4", "2 columns, but a region takes 3 or more"),
            ("c", "1 columns, but a region takes 3 or more"),
            ("c 4 9", "the columns are separated by spaces, not by tabs"),
            ("c\t4x\t9", "\"4x\" is not a position"),
            ("c\t4\t-9", "\"-9\" is not a position"),
            ("c\t4\t1e3", "\"1e3\" is not a position"),
            (huge, "\"99999999999999999999\" is not a position"),
            ("\t4\t9", "the contig has no name"),
            ("c\t4\t9", "no name in column 4, for --names"),
            (
                "c\t4\t9\tn\t0\tx",
                "no strand (+, - or .) in column 6, for --region-strand",
            ),
            (
                "c\t4\t9\tn",
                "no strand (+, - or .) in column 6, for --region-strand",
            ),
        ] {
            assert_eq!(rows(text), [(1, Err(expected.to_owned()))], "{text}");
        }
    }
}
