//! The structure of decompressed BAM: a header, and records that begin with their size.

use std::io::{Read, Write};

use super::passage::{Passage, Stop};
use crate::source::Fault;

/// Bytes of a record's fixed fields, with the size before them.
const FIXED: i32 = 32;

pub fn send<R: Read, W: Write>(text: &mut Passage<R, W>, records: &mut u64) -> Result<(), Stop> {
    header(text).map_err(|stop| match stop {
        Stop::Cut => corrupt("the header is cut short or corrupt"),
        stop => stop,
    })?;
    loop {
        if text.peek(4)?.is_empty() {
            return Ok(());
        }
        let size = i32::from_le_bytes(text.peek_all()?);
        if size < FIXED {
            return Err(corrupt("the record is corrupt"));
        }
        // If a record is cut within these, htslib returns the record before once more.
        text.peek_all::<36>()?;
        text.pass(4 + u64::from(size.unsigned_abs()))?;
        *records += 1;
    }
}

fn header<R: Read, W: Write>(text: &mut Passage<R, W>) -> Result<(), Stop> {
    let [.., a, b, c, d] = text.peek_all::<8>()?;
    text.pass(8 + size([a, b, c, d])?)?;
    let contigs = size(text.peek_all()?)?;
    text.pass(4)?;
    for _ in 0..contigs {
        let name = size(text.peek_all()?)?;
        text.pass(4 + name + 4)?;
    }
    Ok(())
}

fn size(bytes: [u8; 4]) -> Result<u64, Stop> {
    let size = u64::try_from(i32::from_le_bytes(bytes));
    size.map_err(|_| corrupt("the header is cut short or corrupt"))
}

fn corrupt(text: &str) -> Stop {
    Stop::Fault(Fault::Parse(text.to_owned()))
}
