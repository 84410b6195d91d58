//! The structure of CRAM: containers of blocks, which state their compressed and uncompressed
//! sizes. Layout: the CRAM specification, sections 6 to 8.

use std::io::{Read, Write};

use super::Container;
use super::passage::{Passage, Stop};
use crate::source::Fault;

pub const CUT: &str = "truncated CRAM: the end-of-file container is missing";

/// Most bytes of an uncompressed block. Usual writers make blocks of a hundredth of it.
const BLOCK: u32 = 1 << 28;
/// Most bytes of the header of a container or block.
const FIELDS: usize = 64;

/// Start position in the end-of-file container: "EOF".
const END: i32 = 0x45_4f46;

pub fn send<R: Read, W: Write>(
    text: &mut Passage<R, W>,
    mut tell: impl FnMut(Container),
) -> Result<(), Stop> {
    let [_, _, _, _, major, minor] = text.peek_all()?;
    if !matches!(major, 2 | 3) {
        let fault = format!("CRAM of version {major}.{minor}; versions 2 and 3 are read");
        return Err(Fault::Parse(fault).into());
    }
    text.pass(26)?;
    let (mut first, mut ended) = (1, false);
    while !text.peek(1)?.is_empty() {
        let container = container(text, major)?;
        tell(Container {
            first,
            records: container.records.into(),
            contig: container.contig,
        });
        first += u64::from(container.records);
        ended = container.contig == -1 && container.start == END && container.records == 0;
    }
    if ended { Ok(()) } else { Err(Stop::Cut) }
}

struct ContainerHeader {
    contig: i32,
    start: i32,
    records: u32,
}

fn container<R: Read, W: Write>(
    text: &mut Passage<R, W>,
    major: u8,
) -> Result<ContainerHeader, Stop> {
    let mut fields = Fields::new(text.peek(FIELDS)?);
    let size = u32::from_le_bytes(fields.array()?);
    let (contig, start, _span) = (fields.int()?, fields.int()?, fields.int()?);
    let records = fields.count()?;
    let _counter = if major == 2 {
        fields.int()?.into()
    } else {
        fields.long()?
    };
    let _bases = fields.long()?;
    let (blocks, landmarks) = (fields.count()?, fields.count()?);
    let read = fields.read;
    if i32::try_from(size).is_err() || landmarks > size {
        return Err(corrupt());
    }
    text.pass(read)?;
    for _ in 0..landmarks {
        let mut fields = Fields::new(text.peek(5)?);
        fields.count()?;
        let read = fields.read;
        text.pass(read)?;
    }
    text.pass(if major == 2 { 0 } else { 4 })?;
    let mut left = u64::from(size);
    for _ in 0..blocks {
        let mut fields = Fields::new(text.peek(FIELDS)?);
        let [method, _kind] = fields.array()?;
        let (_id, stored, bytes) = (fields.int()?, fields.count()?, fields.count()?);
        let checksum = if major == 2 { 0 } else { 4 };
        let all = fields.read + u64::from(stored) + checksum;
        if bytes > BLOCK {
            let fault = format!("a block states a size of {bytes} bytes, more than {BLOCK}");
            return Err(Fault::Parse(fault).into());
        }
        left = left.checked_sub(all).ok_or_else(corrupt)?;
        if method == 0 && stored != bytes {
            return Err(corrupt());
        }
        text.pass(all)?;
    }
    text.pass(left)?;
    Ok(ContainerHeader {
        contig,
        start,
        records,
    })
}

fn corrupt() -> Stop {
    Stop::Fault(Fault::Parse("corrupt CRAM: sizes do not fit".to_owned()))
}

/// Numbers in the encodings of CRAM, one after another.
struct Fields<'a> {
    bytes: &'a [u8],
    read: u64,
}

impl<'a> Fields<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, read: 0 }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let (array, rest) = self.bytes.split_first_chunk().ok_or(Stop::Cut)?;
        self.bytes = rest;
        self.read += N as u64;
        Ok(*array)
    }

    /// ITF8: the leading ones of the first byte are the number of further bytes; a fifth byte has
    /// four bits.
    fn int(&mut self) -> Result<i32, Stop> {
        let [first] = self.array()?;
        let follow = first.leading_ones().min(4);
        let mut number = u32::from(first) & (0xff >> (follow + 1).min(4));
        for at in 0..follow {
            let [byte] = self.array()?;
            number = match at {
                3 => number << 4 | u32::from(byte & 0xf),
                _ => number << 8 | u32::from(byte),
            };
        }
        Ok(number.cast_signed())
    }

    /// ITF8 of a number that must not be negative.
    fn count(&mut self) -> Result<u32, Stop> {
        u32::try_from(self.int()?).map_err(|_| corrupt())
    }

    /// LTF8: the leading ones of the first byte are the number of further bytes.
    fn long(&mut self) -> Result<i64, Stop> {
        let [first] = self.array()?;
        let follow = first.leading_ones();
        let mut number = match follow {
            7.. => 0,
            _ => u64::from(first) & (0xff >> (follow + 1)),
        };
        for _ in 0..follow {
            let [byte] = self.array()?;
            number = number << 8 | u64::from(byte);
        }
        Ok(number.cast_signed())
    }
}
