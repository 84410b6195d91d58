//! FASTQ, record by record. Qualities are not used.

use std::io::Read;

use anyhow::Result;
use needletail::parser::{FastqReader, FastxReader, SequenceRecord};

use super::error::{Fault, NAME, SourceError, control, place, shown};
use super::progress::{Progress, Watched};
use super::{Input, Place, Sink};
use crate::sequence;

/// Reads `text`, which begins with `@`, and returns how many records there were.
///
/// `skipped` lines of the input lie before it.
pub fn read(
    input: &Input,
    text: impl Read + Send,
    skipped: u64,
    sink: &mut dyn Sink,
) -> Result<u64> {
    let fail = |place: String, fault: Fault| SourceError {
        input: input.to_string(),
        place,
        fault,
    };
    let (watched, progress) = Watched::new(text);
    let mut parser = FastqReader::new(watched);
    let mut codes = Vec::new();
    let mut number = 0;
    loop {
        if sink.is_done() {
            return Ok(number);
        }
        number += 1;
        let parsed = parser.next();
        let mut progress = progress.lock();
        if let Some(error) = failure(&mut progress, number) {
            let place = place(
                progress.headers,
                progress.header(),
                progress.lines + skipped + 1,
            );
            return Err(fail(place, error.into()).into());
        }
        drop(progress);
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
        let name = encode(&parsed, &mut codes).map_err(|(fault, line)| {
            let line = parsed.start_line_number() + skipped + line;
            fail(place(number, parsed.id(), line), fault)
        })?;
        let line = parsed.start_line_number() + skipped;
        sink.begin(Place::whole(name))
            .and_then(|()| sink.bases(&codes))
            .and_then(|()| sink.end())
            .map_err(|error| match error.downcast() {
                Ok(fault) => fail(place(number, parsed.id(), line), fault).into(),
                Err(error) => error,
            })?;
    }
}

/// The failure that cut record `number`, if it was cut.
fn failure(progress: &mut Progress, number: u64) -> Option<std::io::Error> {
    if progress.is_whole(number) {
        None
    } else {
        progress.take_failure()
    }
}

/// The record's name, with its bases in `codes`; or the fault and its line within the record.
fn encode<'a>(
    parsed: &'a SequenceRecord<'_>,
    codes: &mut Vec<u8>,
) -> Result<&'a [u8], (Fault, u64)> {
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
    match end {
        0 => return Err((Fault::NoName, 0)),
        _ if end > NAME => return Err((Fault::LongName, 0)),
        _ => {}
    }
    if let Some(control) = control(&header[..end]) {
        return Err((Fault::Control(control), 0));
    }
    codes.clear();
    sequence::encode(parsed.raw_seq(), codes).map_err(|foreign| {
        let (letter, position) = (shown(foreign.letter), foreign.bases + 1);
        (Fault::Letter { letter, position }, 1)
    })?;
    Ok(&header[..end])
}
