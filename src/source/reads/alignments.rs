//! Alignments of BAM, CRAM or SAM, one after another, by htslib.

use std::ffi::{CStr, CString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::NonNull;

use hts_sys::{
    bam_destroy1, bam_init1, bam1_t, hclose_abruptly, hts_close, hts_fmt_option_CRAM_OPT_DECODE_MD,
    hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS, hts_hopen, hts_set_fai_filename, hts_set_log_level,
    hts_set_opt, htsExactFormat_cram, htsExactFormat_sam, htsFile, htsLogLevel_HTS_LOG_OFF,
    sam_fields_SAM_CIGAR, sam_fields_SAM_FLAG, sam_fields_SAM_MAPQ, sam_fields_SAM_POS,
    sam_fields_SAM_QNAME, sam_fields_SAM_QUAL, sam_fields_SAM_RNAME, sam_fields_SAM_SEQ,
    sam_hdr_destroy, sam_hdr_nref, sam_hdr_read, sam_hdr_str, sam_hdr_t, sam_hdr_tid2len,
    sam_hdr_tid2name, sam_read1,
};

use super::alignment::Alignment;
use super::cram::Reference;
use super::stream::{self, Bytes};
use crate::source::Fault;

/// A contig of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contig {
    pub name: Vec<u8>,
    pub len: usize,
}

/// What the header says of the order of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Coordinate,
    /// By name, or none.
    Other,
    Unsaid,
}

/// The fields of a record that are looked at; CRAM leaves the others undecoded.
const FIELDS: u32 = sam_fields_SAM_QNAME
    | sam_fields_SAM_FLAG
    | sam_fields_SAM_RNAME
    | sam_fields_SAM_POS
    | sam_fields_SAM_MAPQ
    | sam_fields_SAM_CIGAR
    | sam_fields_SAM_SEQ
    | sam_fields_SAM_QUAL;

/// An open input. Its parts are freed in the order of the fields of [`Drop`].
pub struct Alignments {
    file: NonNull<htsFile>,
    header: NonNull<sam_hdr_t>,
    record: NonNull<bam1_t>,
    bytes: NonNull<Bytes>,
    pub contigs: Vec<Contig>,
    pub order: Order,
    _reference: Option<Reference>,
}

/// What is freed when opening goes no further.
struct Opening {
    file: *mut htsFile,
    bytes: NonNull<Bytes>,
}

impl Drop for Opening {
    fn drop(&mut self) {
        // SAFETY: both are ours; the file is closed before the bytes it reads go.
        unsafe {
            if !self.file.is_null() {
                hts_close(self.file);
            }
            drop(Box::from_raw(self.bytes.as_ptr()));
        }
    }
}

impl Alignments {
    /// Reads the header of decompressed BAM, or of CRAM or SAM. CRAM takes the sequence of its
    /// contigs from the indexed FASTA `reference`.
    pub fn open(text: impl Read + Send + 'static, reference: Option<&Path>) -> Result<Self, Fault> {
        let bytes = NonNull::from(Box::leak(Box::new(Bytes::new(text))));
        let mut opening = Opening {
            file: std::ptr::null_mut(),
            bytes,
        };
        // SAFETY: `bytes` lives until `opening`, or what it becomes, is dropped. A stream that
        // `hts_hopen` refuses is left to us.
        let (header, reference) = unsafe {
            // Its messages name no input and are many; ours take their place.
            hts_set_log_level(htsLogLevel_HTS_LOG_OFF);
            let stream = stream::open(bytes.as_ptr());
            if !stream.is_null() {
                opening.file = hts_hopen(stream, c"-".as_ptr(), c"r".as_ptr());
            }
            if opening.file.is_null() {
                if !stream.is_null() {
                    hclose_abruptly(stream);
                }
                return Err(failure(bytes).unwrap_or(parse("the header cannot be read")));
            }
            let reference = set_up(opening.file, reference)?;
            (sam_hdr_read(opening.file), reference)
        };
        let Some(header) = NonNull::new(header) else {
            return Err(failure(bytes).unwrap_or(parse("the header is cut short or corrupt")));
        };
        let file = opening.file;
        std::mem::forget(opening);
        // SAFETY: `bam_init1` gives an empty record or null, and no file is open without one.
        let record = unsafe { bam_init1() };
        let (Some(file), Some(record)) = (NonNull::new(file), NonNull::new(record)) else {
            return Err(parse("no memory for a record"));
        };
        let mut alignments = Self {
            file,
            header,
            record,
            bytes,
            contigs: Vec::new(),
            order: Order::Unsaid,
            _reference: reference,
        };
        alignments.read_header()?;
        Ok(alignments)
    }

    fn read_header(&mut self) -> Result<(), Fault> {
        let header = self.header.as_ptr();
        // SAFETY: the header is valid, numbers run to that of its contigs, and what is pointed
        // to lives as long as it; all of it is copied.
        unsafe {
            for number in 0..sam_hdr_nref(header) {
                let name = sam_hdr_tid2name(header, number);
                let name = CStr::from_ptr(name).to_bytes().to_vec();
                let len = usize::try_from(sam_hdr_tid2len(header, number)).unwrap_or(0);
                if !name.iter().all(u8::is_ascii_graphic) {
                    let name = String::from_utf8_lossy(&name).into_owned();
                    return Err(parse(&format!("the header names a contig {name:?}")));
                }
                self.contigs.push(Contig { name, len });
            }
            let text = sam_hdr_str(header);
            if !text.is_null() {
                self.order = order(CStr::from_ptr(text).to_bytes());
            }
        }
        Ok(())
    }

    /// The next record, or none at the end.
    ///
    /// A record that cannot be read is a fault, and so is the end of the input within one; the
    /// line in SAM comes with it.
    pub fn next(&mut self) -> Result<Option<Alignment<'_>>, (Option<u64>, Fault)> {
        // SAFETY: all three are valid and belong together.
        let read = unsafe {
            sam_read1(
                self.file.as_ptr(),
                self.header.as_ptr(),
                self.record.as_ptr(),
            )
        };
        if let Some(failure) = failure(self.bytes) {
            return Err((self.line(), failure));
        }
        match read {
            0.. => match self.foreign_contig() {
                Some(fault) => Err((self.line(), fault)),
                None => Ok(Some(self.current())),
            },
            -1 => Ok(None),
            _ => Err((self.line(), self.refusal())),
        }
    }

    /// The line of the record that was read last, if it is text.
    fn line(&self) -> Option<u64> {
        // SAFETY: the file is open.
        let file = unsafe { self.file.as_ref() };
        let is_text = file.format.format == htsExactFormat_sam;
        is_text.then_some(file.lineno.unsigned_abs())
    }

    /// A contig that the header does not have, for which htslib takes the record for unmapped.
    fn foreign_contig(&self) -> Option<Fault> {
        self.line()?;
        if self.current().contig().is_some() {
            return None;
        }
        // SAFETY: the line holds the fields of the record, parted by tabs or, once they have been
        // parsed, zeros.
        let line = unsafe {
            let line = &self.file.as_ref().line;
            std::slice::from_raw_parts(line.s.cast::<u8>(), line.m)
        };
        let name = line.split(|&byte| byte == 0 || byte == b'\t').nth(2)?;
        (name != b"*").then(|| {
            let name = String::from_utf8_lossy(name);
            parse(&format!("the header has no contig '{name}'"))
        })
    }

    /// The record that was read last.
    pub fn current(&self) -> Alignment<'_> {
        // SAFETY: the record is valid, and only `next` changes it.
        Alignment::new(unsafe { self.record.as_ref() })
    }

    /// Why htslib takes the record for broken.
    fn refusal(&self) -> Fault {
        // SAFETY: nothing else looks at the bytes now.
        let ended = unsafe { self.bytes.as_ref().ended };
        // SAFETY: the file is open.
        let is_cram = unsafe { self.file.as_ref().format.format == htsExactFormat_cram };
        match self.current().cigar_fault() {
            _ if is_cram => parse("corrupt, or written with another reference"),
            Some(fault) => Fault::Parse(fault),
            None if self.line().is_some() => parse("no record of SAM"),
            None if ended => parse("the record is cut short or corrupt"),
            None => parse("the record is corrupt"),
        }
    }
}

impl Drop for Alignments {
    fn drop(&mut self) {
        // SAFETY: all are ours and unused from here on; the file goes before its bytes.
        unsafe {
            bam_destroy1(self.record.as_ptr());
            sam_hdr_destroy(self.header.as_ptr());
            hts_close(self.file.as_ptr());
            drop(Box::from_raw(self.bytes.as_ptr()));
        }
    }
}

/// Tells a CRAM file where its reference is.
///
/// # Safety
/// `file` is open.
unsafe fn set_up(file: *mut htsFile, reference: Option<&Path>) -> Result<Option<Reference>, Fault> {
    // SAFETY: `file` is open; each option is followed by a value of its type.
    unsafe {
        if (*file).format.format != htsExactFormat_cram {
            return Ok(None);
        }
        let reference = Reference::open(reference.ok_or(Fault::NoReference)?)?;
        let path = reference.path.as_os_str().as_bytes();
        let name = CString::new(path).map_err(|error| Fault::Parse(error.to_string()))?;
        if hts_set_fai_filename(file, name.as_ptr()) != 0 {
            return Err(parse("cannot read the reference with its index"));
        }
        hts_set_opt(file, hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS, FIELDS);
        hts_set_opt(file, hts_fmt_option_CRAM_OPT_DECODE_MD, 0);
        Ok(Some(reference))
    }
}

fn parse(text: &str) -> Fault {
    Fault::Parse(text.to_owned())
}

/// The failure of the stream, if it was that.
fn failure(mut bytes: NonNull<Bytes>) -> Option<Fault> {
    // SAFETY: htslib does not read now, and nothing else holds the bytes.
    unsafe { bytes.as_mut().failure.take().map(Fault::Io) }
}

/// The sort order in the text of a header.
fn order(text: &[u8]) -> Order {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or(text);
    let mut fields = line.split(|&byte| byte == b'\t');
    if fields.next() != Some(b"@HD") {
        return Order::Unsaid;
    }
    match fields.find_map(|field| field.strip_prefix(b"SO:")) {
        Some(b"coordinate") => Order::Coordinate,
        None | Some(b"unknown") => Order::Unsaid,
        Some(_) => Order::Other,
    }
}
