//! Alignments as SAM text, and as the BAM and CRAM that htslib writes of it.

use std::ffi::CString;

use hts_sys::{
    bam_destroy1, bam_init1, hts_close, hts_open, hts_set_fai_filename, kstring_t, sam_hdr_destroy,
    sam_hdr_parse, sam_hdr_write, sam_parse1, sam_write1,
};

use super::filter::Bench;

/// A header and records, fields parted by blanks.
pub fn sam(order: &str, contigs: &[(&str, usize)], records: &[String]) -> String {
    let mut text = format!("@HD\tVN:1.6\tSO:{order}\n");
    for (name, len) in contigs {
        text.push_str(&format!("@SQ\tSN:{name}\tLN:{len}\n"));
    }
    for record in records {
        text.push_str(&(record.replace(' ', "\t") + "\n"));
    }
    text
}

/// The bytes of BAM (mode `wb`) or CRAM (`wc`, with a reference) that hold the records of `sam`.
pub fn written(bench: &Bench, sam: &str, mode: &str, reference: Option<&str>) -> Vec<u8> {
    let path = bench.path("written");
    let text = |text: &str| CString::new(text).unwrap();
    let (name, mode) = (text(path.to_str().unwrap()), text(mode));
    let body = sam.find("\n").map_or(0, |_| {
        let header = sam.lines().take_while(|line| line.starts_with('@'));
        header.map(|line| line.len() + 1).sum()
    });
    let header = text(&sam[..body]);
    // SAFETY: each pointer is checked or comes from a call that was, and is freed once.
    unsafe {
        let file = hts_open(name.as_ptr(), mode.as_ptr());
        assert!(!file.is_null());
        if let Some(reference) = reference {
            assert_eq!(hts_set_fai_filename(file, text(reference).as_ptr()), 0);
        }
        let header = sam_hdr_parse(body, header.as_ptr());
        assert!(!header.is_null());
        assert_eq!(sam_hdr_write(file, header), 0);
        let record = bam_init1();
        for line in sam[body..].lines() {
            let line = text(line);
            let mut line = kstring_t {
                l: line.as_bytes().len(),
                m: 0,
                s: line.as_ptr().cast_mut(),
            };
            assert!(sam_parse1(&mut line, header, record) >= 0, "{sam}");
            assert!(sam_write1(file, header, record) >= 0);
        }
        bam_destroy1(record);
        sam_hdr_destroy(header);
        assert_eq!(hts_close(file), 0);
    }
    std::fs::read(path).unwrap()
}

pub fn bam(bench: &Bench, sam: &str) -> Vec<u8> {
    written(bench, sam, "wb", None)
}
