//! FASTA as a stream: bases go to the sink as they come, and no record is held in memory.

use std::io::{ErrorKind, Read};
use std::mem;

use anyhow::Result;
use memchr::memchr;

use super::error::{Fault, NAME, SourceError, control, place, shown};
use super::{Input, Place, Sink};
use crate::sequence::{self, Foreign};

/// Bytes read, and bases sent to the sink, at a time.
const BUFFER: usize = 1 << 16;

/// Reads `text`, which begins with `>`, and returns how many records there were.
///
/// `skipped` lines of the input lie before it.
pub fn read(input: &Input, mut text: impl Read, skipped: u64, sink: &mut dyn Sink) -> Result<u64> {
    let mut scanner = Scanner::new(input, skipped + 1, sink);
    let mut buffer = vec![0; BUFFER];
    loop {
        if scanner.sink.is_done() {
            return Ok(scanner.record);
        }
        match text.read(&mut buffer) {
            Ok(0) => return scanner.finish(),
            Ok(n) => scanner.scan(&buffer[..n])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(scanner.fail(error.into())),
        }
    }
}

/// State of a scan. It does not depend on how the text is cut into reads.
struct Scanner<'a> {
    input: &'a Input,
    sink: &'a mut dyn Sink,
    line: u64,
    line_begins: bool,
    record: u64,
    header: Option<HeaderLine>,
    /// Line of the record's header.
    header_line: u64,
    name: Vec<u8>,
    /// Bases of the record so far.
    bases: usize,
    /// Codes that were not yet sent to the sink.
    codes: Vec<u8>,
}

/// A header line while it is read.
#[derive(Default)]
struct HeaderLine {
    named: bool,
    /// The last byte was a carriage return; only a line feed may follow.
    carriage: bool,
}

impl<'a> Scanner<'a> {
    fn new(input: &'a Input, line: u64, sink: &'a mut dyn Sink) -> Self {
        Self {
            input,
            sink,
            line,
            line_begins: true,
            record: 0,
            header: None,
            header_line: line,
            name: Vec::new(),
            bases: 0,
            codes: Vec::with_capacity(2 * BUFFER),
        }
    }

    fn fail(&self, fault: Fault) -> anyhow::Error {
        self.fail_at(self.line, fault)
    }

    fn fail_at(&self, line: u64, fault: Fault) -> anyhow::Error {
        let input = self.input.to_string();
        let place = place(self.record, &self.name, line);
        SourceError {
            input,
            place,
            fault,
        }
        .into()
    }

    fn scan(&mut self, mut text: &[u8]) -> Result<()> {
        while let Some(&first) = text.first() {
            if mem::take(&mut self.line_begins) && first == b'>' {
                self.end_record()?;
                self.record += 1;
                self.header_line = self.line;
                self.name.clear();
                self.header = Some(HeaderLine::default());
                text = &text[1..];
            }
            let end = memchr(b'\n', text);
            let line = &text[..end.unwrap_or(text.len())];
            match self.header.take() {
                Some(header) => self.header = Some(self.read_header(header, line)?),
                None => self.read_bases(line)?,
            }
            let Some(end) = end else { break };
            self.begin_record()?;
            self.line += 1;
            self.line_begins = true;
            text = &text[end + 1..];
        }
        Ok(())
    }

    fn read_header(&mut self, mut header: HeaderLine, text: &[u8]) -> Result<HeaderLine> {
        for &byte in text {
            if header.carriage {
                return Err(self.fail(Fault::Control(shown(b'\r'))));
            }
            header.carriage = byte == b'\r';
            if byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r') {
                return Err(self.fail(Fault::Control(shown(byte))));
            }
            header.named |= byte.is_ascii_whitespace();
            if !header.named {
                self.name.push(byte);
            }
        }
        if self.name.len() > NAME {
            return Err(self.fail(Fault::LongName));
        }
        Ok(header)
    }

    fn read_bases(&mut self, text: &[u8]) -> Result<()> {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let before = self.codes.len();
        if let Err(Foreign { letter, bases }) = sequence::encode(text, &mut self.codes) {
            let (letter, position) = (shown(letter), self.bases + bases + 1);
            return Err(self.fail(Fault::Letter { letter, position }));
        }
        self.bases += self.codes.len() - before;
        if self.codes.len() >= BUFFER {
            self.send_codes()?;
        }
        Ok(())
    }

    fn send_codes(&mut self) -> Result<()> {
        let taken = self.sink.bases(&self.codes);
        self.codes.clear();
        self.placed(taken)
    }

    /// A fault that the sink finds in a record is reported at the line of its header.
    fn placed(&self, taken: Result<()>) -> Result<()> {
        taken.map_err(|error| match error.downcast() {
            Ok(fault) => self.fail_at(self.header_line, fault),
            Err(error) => error,
        })
    }

    /// Begins a record, if its header has been read to the end.
    fn begin_record(&mut self) -> Result<()> {
        if self.header.take().is_none() {
            return Ok(());
        }
        if self.name.is_empty() {
            return Err(self.fail(Fault::NoName));
        }
        if let Some(control) = control(&self.name) {
            return Err(self.fail(Fault::Control(control)));
        }
        self.bases = 0;
        let taken = self.sink.begin(Place::whole(&self.name));
        self.placed(taken)
    }

    fn end_record(&mut self) -> Result<()> {
        if self.record == 0 {
            return Ok(());
        }
        self.send_codes()?;
        let taken = self.sink.end();
        self.placed(taken)
    }

    fn finish(mut self) -> Result<u64> {
        self.begin_record()?;
        self.end_record()?;
        Ok(self.record)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Records, ShortReads};
    use super::*;
    use proptest::prelude::*;

    fn records(text: &[u8], bytes: usize) -> Result<Records, String> {
        let mut records = Records::default();
        read(&Input::Stdin, ShortReads(text, bytes), 0, &mut records)
            .map_err(|error| error.to_string())?;
        Ok(records)
    }

    /// The same from the text as a whole, line by line.
    fn naive(text: &str) -> Records {
        let mut records = Records::default();
        for line in text.lines() {
            if let Some(header) = line.strip_prefix('>') {
                let name = header.split_whitespace().next().unwrap();
                records
                    .all
                    .push((Place::whole(name.as_bytes()), Vec::new()));
            } else {
                let (_, codes) = records.all.last_mut().unwrap();
                sequence::encode(line.as_bytes(), codes).unwrap();
            }
        }
        records
    }

    #[test]
    fn a_carriage_return_ends_a_header_only_before_the_break() {
        for bytes in [1, 2, 100] {
            let expected = naive(">a\nAC\n>b\nG");
            assert_eq!(records(b">a\r\nAC\r\n>b\r\nG", bytes), Ok(expected));
            let error = records(b">a\rb\nAC\n", bytes).unwrap_err();
            assert!(error.contains("control character byte 0x0d"), "{error}");
        }
    }

    #[test]
    fn a_name_has_no_control_characters_of_the_upper_half() {
        for (name, shown) in [
            (&b"a\xc2\x9bm"[..], "control character '\\u{9b}'"),
            (b"a\x9bm", "control character byte 0x9b"),
        ] {
            let text = [b">", name, b" x\nAC\n"].concat();
            let error = records(&text, 3).unwrap_err();
            assert!(error.contains(shown), "{error}");
            assert!(!error.chars().any(char::is_control), "{error:?}");
        }
        for name in ["é", "名"] {
            assert!(records(format!(">{name}\nAC\n").as_bytes(), 3).is_ok());
        }
        assert!(records(b">\xe9t\xe9\nAC\n", 3).is_ok());
    }

    #[test]
    fn a_name_has_bounds() {
        let text = [b">", vec![b'x'; NAME + 1].as_slice()].concat();
        let error = records(&text, 1000).unwrap_err();
        assert!(error.contains("name is longer than 65536 bytes"), "{error}");
    }

    proptest! {
        #[test]
        fn reads_of_any_size_give_the_same_records(
            text in "(>[a-z]{1,4}( [a-z>]{0,5})?\n([ACGTNacgtn]{0,9} ?\n){0,5}){1,5}",
            bytes in 1usize..40,
        ) {
            prop_assert_eq!(records(text.as_bytes(), bytes), Ok(naive(&text)));
        }
    }
}
