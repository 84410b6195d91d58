//! Alignments of BAM, CRAM or SAM, as their consensus or as single reads.

mod alignment;
mod alignments;
mod choice;
mod consensus;
mod filter;
mod projection;
mod stream;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Read};
use std::path::PathBuf;

use anyhow::Result;
use rust_htslib::htslib;

use super::error::escaped;
use super::{Fault, Input, Place, Sink, SourceError};
use crate::sequence::reverse_complement;
use alignment::{Alignment, CigarOp};
use alignments::{Alignments, HeaderContig, Order};
pub use choice::Reads;
use consensus::Consensus;
pub use consensus::Rule;
pub use filter::{Filter, flag};
pub use projection::Projection;
use stream::AlignmentFormat;

/// How records become stretches of bases.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    pub reads: Reads,
    pub filter: Filter,
    pub rule: Rule,
    /// Indexed FASTA of the contigs, for CRAM.
    pub reference: Option<PathBuf>,
}

/// Counts of the records, by what happened to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Alignments that were read.
    pub records: u64,
    /// Left out by flags or mapping quality.
    pub filtered: u64,
    /// Left out because they are not aligned.
    pub unaligned: u64,
    /// Left out because they reach beyond the end of their contig.
    pub beyond_contig: u64,
    /// Left out because they have no sequence (`*`).
    pub without_sequence: u64,
    /// Inserted bases, which a consensus leaves out.
    pub inserted_bases: u64,
}

impl Tally {
    /// Adds the counts of another input.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.filtered += other.filtered;
        self.unaligned += other.unaligned;
        self.beyond_contig += other.beyond_contig;
        self.without_sequence += other.without_sequence;
        self.inserted_bases += other.inserted_bases;
    }
}

/// First bytes of BAM, CRAM and SAM with a header.
const MAGIC: [&[u8]; 7] = [
    b"BAM\x01", b"CRAM", b"@HD\t", b"@SQ\t", b"@RG\t", b"@PG\t", b"@CO\t",
];

/// Bytes after the first one that identify the format.
pub const HEAD: u64 = 3;

pub fn may_begin_with(first: u8) -> bool {
    MAGIC.iter().any(|magic| magic[0] == first)
}

/// Whether a text that begins with `head` holds alignments.
pub fn begin_with(head: &[u8]) -> bool {
    MAGIC.iter().any(|magic| head.starts_with(magic))
}

/// Version of the library that reads alignments, and the compressions of CRAM that it was built
/// with: `1.19.1 with bzip2, lzma`.
pub fn library() -> String {
    // SAFETY: htslib's version is a constant string, and its features a constant number.
    let (version, features) = unsafe {
        let version = std::ffi::CStr::from_ptr(htslib::hts_version());
        (version.to_string_lossy(), htslib::hts_features())
    };
    let codecs = [
        ("bzip2", htslib::HTS_FEATURE_BZIP2),
        ("lzma", htslib::HTS_FEATURE_LZMA),
    ];
    let built_in = codecs.into_iter().filter(|codec| features & codec.1 != 0);
    let names: Vec<_> = built_in.map(|codec| codec.0).collect();
    match names.is_empty() {
        true => version.into_owned(),
        false => format!("{version} with {}", names.join(", ")),
    }
}

/// Sends the stretches of an input, whose text is `head` and then `rest`, to `sink`. On an error,
/// the records before it have been sent.
pub fn read(
    input: &Input,
    head: Vec<u8>,
    rest: impl Read + Send + 'static,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<Tally> {
    let fail = |place: String, fault: Fault| SourceError {
        input: input.to_string(),
        place,
        fault,
    };
    let format = match head.as_slice() {
        [b'B', ..] => AlignmentFormat::Bam,
        [b'C', ..] => AlignmentFormat::Cram,
        _ => AlignmentFormat::Sam,
    };
    let text = Cursor::new(head).chain(rest);
    let mut alignments = Alignments::open(format, text, options.reference.as_deref())
        .map_err(|fault| fail(String::new(), fault))?;
    if options.reads == Reads::Consensus && alignments.order == Order::Other {
        let fault = Fault::Unsorted("the header says so");
        return Err(fail(String::new(), fault).into());
    }
    let contigs = alignments.contigs.clone();
    let mut reader = RecordReader {
        options,
        contigs: &contigs,
        tally: Tally::default(),
        consensus: None,
        at: (0, 0),
        codes: Vec::new(),
    };
    let stopped = reader.take_all(&mut alignments, sink);
    match (stopped, reader.consensus) {
        (Ok(()), Some(consensus)) => consensus.finish(sink)?,
        (Ok(()), None) => {}
        (Err(ReadEnd::Sink(error)), _) => return Err(error),
        (Err(ReadEnd::Fault(place, fault)), consensus) => {
            // The consensus of the records before is scored.
            if let Some(mut consensus) = consensus {
                consensus.send_codes(sink)?;
            }
            return Err(fail(place, fault).into());
        }
    }
    Ok(reader.tally)
}

/// Why reading ended before the input.
enum ReadEnd {
    /// Place in the input, and its fault.
    Fault(String, Fault),
    Sink(anyhow::Error),
}

impl From<anyhow::Error> for ReadEnd {
    fn from(error: anyhow::Error) -> Self {
        Self::Sink(error)
    }
}

struct RecordReader<'a> {
    options: &'a ReadOptions,
    contigs: &'a [HeaderContig],
    tally: Tally,
    /// Consensus of the last alignment's contig.
    consensus: Option<Consensus>,
    /// Contig and start of the last alignment.
    at: (usize, usize),
    codes: Vec<u8>,
}

impl RecordReader<'_> {
    fn take_all(
        &mut self,
        alignments: &mut Alignments,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadEnd> {
        while !sink.is_done() {
            let number = self.tally.records + 1;
            let read = alignments.next().map_err(|(line, fault)| {
                let line = line.map_or(String::new(), |line| format!(", line {line}"));
                ReadEnd::Fault(format!("record {number}{line}: "), fault)
            })?;
            let Some(read) = read else { return Ok(()) };
            self.tally.records = number;
            self.take(&read, sink)?;
        }
        Ok(())
    }

    /// The fault, with the place of the record.
    fn fault(&self, read: &Alignment<'_>, fault: Fault) -> ReadEnd {
        let name = escaped(read.name());
        ReadEnd::Fault(format!("record {} ({name}): ", self.tally.records), fault)
    }

    fn take(&mut self, read: &Alignment<'_>, sink: &mut dyn Sink) -> Result<(), ReadEnd> {
        if !self.options.filter.passes(read) {
            self.tally.filtered += 1;
            return Ok(());
        }
        if read.len() == 0 {
            self.tally.without_sequence += 1;
            return Ok(());
        }
        if self.options.reads == Reads::Raw {
            return self.send_raw(read, sink);
        }
        let place = self.place(read).map_err(|fault| self.fault(read, fault))?;
        let Some((contig, start)) = place else {
            return Ok(());
        };
        match self.options.reads {
            Reads::Each => self.send_aligned(contig, start, read, sink),
            _ => self.add_to_consensus(contig, start, read, sink),
        }
    }

    /// Number of the contig and start of an alignment. An alignment that is not within a contig is
    /// counted, and has none.
    fn place(&mut self, read: &Alignment<'_>) -> Result<Option<(usize, usize)>, Fault> {
        let (Some(number), Some(start)) = (read.contig(), read.start()) else {
            self.tally.unaligned += 1;
            return Ok(None);
        };
        if let Some(fault) = read.cigar_fault() {
            return Err(Fault::Parse(fault));
        }
        let span = read.span();
        if read.flags() & flag::UNMAPPED != 0 || span == 0 {
            self.tally.unaligned += 1;
            return Ok(None);
        }
        let Some(contig) = self.contigs.get(number) else {
            let text = format!("is on contig {}, of {}", number + 1, self.contigs.len());
            return Err(Fault::Parse(text));
        };
        if contig.len.checked_sub(start).is_none_or(|left| left < span) {
            self.tally.beyond_contig += 1;
            return Ok(None);
        }
        Ok(Some((number, start)))
    }

    /// Adds an alignment to the consensus of its contig. `contig` and `start` come from
    /// [`Self::place`].
    fn add_to_consensus(
        &mut self,
        contig: usize,
        start: usize,
        read: &Alignment<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadEnd> {
        if (contig, start) < self.at {
            let fault = Fault::Unsorted("it starts left of the one before");
            return Err(self.fault(read, fault));
        }
        if contig != self.at.0
            && let Some(before) = self.consensus.take()
        {
            before.finish(sink)?;
        }
        self.at = (contig, start);
        let inserted = read.cigar().map(|op| match op {
            CigarOp::Insert(len) => len as u64,
            _ => 0,
        });
        self.tally.inserted_bases += inserted.sum::<u64>();
        let (contig, rule) = (&self.contigs[contig], self.options.rule);
        let consensus = self
            .consensus
            .get_or_insert_with(|| Consensus::new(contig, rule));
        Ok(consensus.add(start, read, sink)?)
    }

    /// Sends a read as stored, with its projection to the contig. `contig` and `start` come from
    /// [`Self::place`].
    fn send_aligned(
        &mut self,
        contig: usize,
        start: usize,
        read: &Alignment<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadEnd> {
        let name = name(read).map_err(|fault| self.fault(read, fault))?;
        let place = Place {
            name: Some(name),
            projection: Some(Projection::new(start, read)),
            len: Some(self.contigs[contig].len),
            ..Place::whole(&self.contigs[contig].name)
        };
        self.codes.clear();
        read.codes(&mut self.codes);
        Ok(send_stretch(place, &self.codes, sink)?)
    }

    /// Sends a read as it was sequenced, in coordinates of the read.
    fn send_raw(&mut self, read: &Alignment<'_>, sink: &mut dyn Sink) -> Result<(), ReadEnd> {
        let name = name(read).map_err(|fault| self.fault(read, fault))?;
        let mut codes = Vec::new();
        read.codes(&mut codes);
        if read.flags() & flag::REVERSE != 0 {
            reverse_complement(&codes, &mut self.codes);
        } else {
            self.codes = codes;
        }
        Ok(send_stretch(Place::whole(&name), &self.codes, sink)?)
    }
}

fn send_stretch(place: Place, codes: &[u8], sink: &mut dyn Sink) -> Result<()> {
    sink.begin(place)?;
    sink.bases(codes)?;
    sink.end()
}

/// The name of a read, with `/1` or `/2` for a read of a pair, as in FASTQ.
fn name(read: &Alignment<'_>) -> Result<Vec<u8>, Fault> {
    let mut name = read.name().to_vec();
    if name.is_empty() {
        return Err(Fault::NoName);
    }
    if let Some(&byte) = name.iter().find(|byte| !byte.is_ascii_graphic()) {
        return Err(Fault::Control(super::shown(byte)));
    }
    match read.flags() & (flag::FIRST | flag::LAST) {
        flag::FIRST => name.extend(b"/1"),
        flag::LAST => name.extend(b"/2"),
        _ => {}
    }
    Ok(name)
}
