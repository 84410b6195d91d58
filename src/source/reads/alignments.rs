//! Reads alignments of BAM, CRAM or SAM, one after another, with htslib.

use std::ffi::CString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use bstr::{BString, ByteSlice};
use rust_htslib::bam::{Read as _, Reader, Record};
use rust_htslib::htslib::{
    cram_fd_get_header, hts_fmt_option_CRAM_OPT_DECODE_MD, hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS,
    hts_set_log_level, htsLogLevel_HTS_LOG_OFF, sam_fields_SAM_CIGAR, sam_fields_SAM_FLAG,
    sam_fields_SAM_MAPQ, sam_fields_SAM_POS, sam_fields_SAM_QNAME, sam_fields_SAM_QUAL,
    sam_fields_SAM_RNAME, sam_fields_SAM_SEQ, sam_hdr_remove_tag_id, sam_hdr_tid2len,
};

use super::alignment::Alignment;
use super::stream::{AlignmentFormat, Flaw, Stream};
use crate::source::Fault;
use crate::source::error::escaped;
use crate::source::reference::Indexed;

/// A contig of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderContig {
    pub name: BString,
    pub len: usize,
}

/// Order of the records, as the header states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Coordinate,
    /// By name, or unsorted.
    Other,
    Unsaid,
}

/// The fields of a record that are used. Others of CRAM are not decoded.
const FIELDS: u32 = sam_fields_SAM_QNAME
    | sam_fields_SAM_FLAG
    | sam_fields_SAM_RNAME
    | sam_fields_SAM_POS
    | sam_fields_SAM_MAPQ
    | sam_fields_SAM_CIGAR
    | sam_fields_SAM_SEQ
    | sam_fields_SAM_QUAL;

/// An open input. Fields are dropped in order: the reader before the stream it reads from.
pub struct Alignments {
    reader: Reader,
    record: Record,
    stream: Stream,
    /// Number of the record that was read last, from 1.
    number: u64,
    pub contigs: Rc<[HeaderContig]>,
    pub order: Order,
    reference: Option<DecodingReference>,
}

/// The sequence that CRAM is decoded with.
struct DecodingReference {
    path: PathBuf,
    /// For each contig of the header, whether the reference has it.
    has: Vec<bool>,
    /// Kept open while htslib reads it.
    _indexed: Indexed,
}

impl Alignments {
    /// Reads the header of decompressed BAM, or of CRAM or SAM. CRAM takes the sequence of its
    /// contigs from the FASTA `reference`.
    ///
    /// # Errors
    /// The header or the reference cannot be read.
    pub fn open(
        format: AlignmentFormat,
        text: impl Read + Send + 'static,
        reference: Option<&Path>,
    ) -> Result<Self, Fault> {
        // SAFETY: sets a number that is read when a message is written. Messages of htslib name no
        // input; windrow writes its own.
        unsafe { hts_set_log_level(htsLogLevel_HTS_LOG_OFF) };
        let indexed = match (format, reference) {
            (AlignmentFormat::Cram, Some(path)) => Some((path, Indexed::open(path)?)),
            _ => None,
        };
        let stream = Stream::new(format, text)?;
        let reader = match Reader::from_path(stream.path()) {
            Ok(reader) => reader,
            Err(_) => {
                let flaw = stream.flaw(1).map(|flaw| flaw.fault);
                return Err(flaw.unwrap_or(parse("the header is cut short or corrupt")));
            }
        };
        let contigs = contigs(&reader)?;
        let mut alignments = Self {
            order: order(reader.header().as_bytes()),
            reader,
            record: Record::new(),
            stream,
            number: 0,
            contigs,
            reference: None,
        };
        if format == AlignmentFormat::Cram {
            alignments.set_up(indexed)?;
        }
        Ok(alignments)
    }

    /// Sets the fields that CRAM decodes, and its reference.
    fn set_up(&mut self, indexed: Option<(&Path, Indexed)>) -> Result<(), Fault> {
        self.forget_paths()?;
        let said = |_| parse("cannot be read as CRAM");
        let reader = &mut self.reader;
        reader
            .set_cram_options(hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS, FIELDS)
            .map_err(said)?;
        reader
            .set_cram_options(hts_fmt_option_CRAM_OPT_DECODE_MD, 0)
            .map_err(said)?;
        let Some((path, indexed)) = indexed else {
            return Ok(());
        };
        reader
            .set_reference(indexed.path())
            .map_err(|_| parse("cannot read the reference with its index"))?;
        let has = self
            .contigs
            .iter()
            .map(|contig| indexed.has(contig.name.as_bstr()));
        self.reference = Some(DecodingReference {
            path: path.to_owned(),
            has: has.collect(),
            _indexed: indexed,
        });
        Ok(())
    }

    /// Removes from the header what makes htslib open files: paths of references (UR), and digests
    /// (M5), which it looks for in the folders of `REF_PATH` and `REF_CACHE`.
    fn forget_paths(&mut self) -> Result<(), Fault> {
        for contig in self.contigs.iter() {
            let name = CString::new(contig.name.as_slice());
            let name = name.map_err(|_| parse("the header is cut short or corrupt"))?;
            for tag in [c"UR", c"M5"] {
                // SAFETY: the file is open and CRAM; its header lives as long, and is no other
                // than the one that decoding asks for paths. All strings end with a zero.
                let removed = unsafe {
                    let header = cram_fd_get_header((*self.reader.htsfile()).fp.cram);
                    sam_hdr_remove_tag_id(
                        header,
                        c"SQ".as_ptr(),
                        c"SN".as_ptr(),
                        name.as_ptr(),
                        tag.as_ptr(),
                    )
                };
                if removed < 0 {
                    return Err(parse("the header is cut short or corrupt"));
                }
            }
        }
        Ok(())
    }

    /// The next record, or none at the end.
    ///
    /// A record that cannot be read or is cut is a fault, with the line in SAM.
    pub fn next(&mut self) -> Result<Option<Alignment<'_>>, (Option<u64>, Fault)> {
        self.number += 1;
        let located = |flaw: Flaw| (flaw.line, flaw.fault);
        match self.reader.read(&mut self.record) {
            Some(Ok(())) if self.is_placed() => Ok(Some(Alignment::new(&self.record))),
            Some(Ok(())) => Err((None, parse("the record is corrupt"))),
            None => self
                .stream
                .finish()
                .map_or(Ok(None), |flaw| Err(located(flaw))),
            Some(Err(_)) => Err(match self.stream.flaw(self.number) {
                Some(flaw) => located(flaw),
                None => (self.stream.line(self.number), self.refusal()),
            }),
        }
    }

    /// Whether the contigs of the record and of its mate are in the header, or not set. rust-htslib
    /// returns a record even if htslib reports that they are not.
    fn is_placed(&self) -> bool {
        [self.record.tid(), self.record.mtid()]
            .into_iter()
            .all(|number| {
                let known = usize::try_from(number).is_ok_and(|number| number < self.contigs.len());
                number == -1 || known
            })
    }

    /// Whether the record has a CIGAR; a record that htslib refused may have none.
    fn holds_cigar(&self) -> bool {
        let inner = self.record.inner();
        let ops = 4 * u64::from(inner.core.n_cigar);
        let read = u64::try_from(inner.l_data).unwrap_or(0);
        u64::from(inner.core.l_qname) + ops <= read
    }

    /// Why htslib refuses the record.
    fn refusal(&self) -> Fault {
        match self.stream.format() {
            AlignmentFormat::Cram => self.undecoded(),
            format => {
                let record = self.holds_cigar().then(|| Alignment::new(&self.record));
                match record.and_then(|record| record.cigar_fault()) {
                    Some(fault) => Fault::Parse(fault),
                    None if format == AlignmentFormat::Sam => parse("not a record of SAM"),
                    None => parse("the record is corrupt"),
                }
            }
        }
    }

    /// Why the record cannot be decoded from CRAM.
    fn undecoded(&self) -> Fault {
        let Some(reference) = &self.reference else {
            return Fault::NoReference;
        };
        let path = reference.path.display();
        let number = self.stream.contig(self.number);
        let contig = |number: usize| Some((self.contigs.get(number)?, *reference.has.get(number)?));
        if let Some((contig, false)) = number.and_then(contig) {
            let name = escaped(&contig.name);
            return Fault::Parse(format!("is on contig {name}, which {path} does not have"));
        }
        let lacking = reference.has.iter().position(|has| !has).and_then(contig);
        match lacking {
            Some((contig, _)) if number.is_none() => Fault::Parse(format!(
                "corrupt, written with another reference, or on a contig that {path} does not \
                 have, as {}",
                escaped(&contig.name)
            )),
            _ => parse("corrupt, or written with another reference"),
        }
    }
}

fn contigs(reader: &Reader) -> Result<Rc<[HeaderContig]>, Fault> {
    let header = reader.header();
    let contig = |number: u32| {
        let name = BString::from(header.tid2name(number));
        let at = i32::try_from(number).unwrap_or(-1);
        // SAFETY: the header is valid; of a number that it does not have, the length is 0. The
        // reader's own call knows no length above 32 bits.
        let len = unsafe { sam_hdr_tid2len(header.inner_ptr(), at) };
        let len = usize::try_from(len).unwrap_or(0);
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            let name = escaped(&name);
            return Err(Fault::Parse(format!("the header names a contig '{name}'")));
        }
        Ok(HeaderContig { name, len })
    };
    (0..header.target_count()).map(contig).collect()
}

fn parse(text: &str) -> Fault {
    Fault::Parse(text.to_owned())
}

/// The sort order in the text of a header.
fn order(text: &[u8]) -> Order {
    let mut fields = text.lines().next().unwrap_or_default().split_str(b"\t");
    if fields.next() != Some(b"@HD") {
        return Order::Unsaid;
    }
    match fields.find_map(|field| field.strip_prefix(b"SO:")) {
        Some(b"coordinate") => Order::Coordinate,
        None | Some(b"unknown") => Order::Unsaid,
        Some(_) => Order::Other,
    }
}
