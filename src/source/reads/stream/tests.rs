//! Frames that are whole, cut or lie, without htslib.

use proptest::prelude::*;

use super::*;
use crate::source::tests::ShortReads;

/// What of a text goes on, and what stops the rest.
fn sent(format: AlignmentFormat, text: &[u8], bytes: usize) -> (Vec<u8>, u64, Result<(), Stop>) {
    let (mut out, mut records) = (Vec::new(), 0);
    let mut passage = Passage::new(ShortReads(text, bytes), &mut out);
    let sent = match format {
        AlignmentFormat::Bam => bam::send(&mut passage, &mut records),
        AlignmentFormat::Cram => cram::send(&mut passage, |container| records += container.records),
        AlignmentFormat::Sam => sam::send(&mut passage, &mut records, &AtomicU64::new(0)),
    };
    passage.flush().unwrap();
    drop(passage);
    (out, records, sent)
}

fn fault(format: AlignmentFormat, text: &[u8]) -> String {
    match sent(format, text, 7).2 {
        Err(Stop::Fault(fault)) => fault.to_string(),
        other => panic!("{other:?}"),
    }
}

/// BAM of one contig and records with so many bytes behind their fixed fields.
fn bam_of(records: &[usize]) -> Vec<u8> {
    let mut bam = b"BAM\x01\x03\0\0\0@CO\x01\0\0\0\x02\0\0\0c\0\x3c\0\0\0".to_vec();
    for &rest in records {
        bam.extend(u32::try_from(32 + rest).unwrap().to_le_bytes());
        bam.extend(vec![1; 32 + rest]);
    }
    bam
}

/// ITF8 of five bytes.
fn int(number: i32) -> [u8; 5] {
    let n = number.cast_unsigned();
    [
        0xf0 | (n >> 28) as u8,
        (n >> 20) as u8,
        (n >> 12) as u8,
        (n >> 4) as u8,
        (n & 0xf) as u8,
    ]
}

/// A container of version 3 with blocks of method, stored size, size without compression.
fn container(contig: i32, start: i32, records: i32, blocks: &[(u8, i32, i32)]) -> Vec<u8> {
    let mut body = Vec::new();
    for &(method, stored, bytes) in blocks {
        body.extend([method, 4]);
        body.extend([int(7), int(stored), int(bytes)].concat());
        body.extend(vec![0; stored.clamp(0, 100) as usize + 4]);
    }
    let mut all = u32::try_from(body.len()).unwrap().to_le_bytes().to_vec();
    all.extend([int(contig), int(start), int(9), int(records)].concat());
    // A counter of nine bytes and one of one.
    all.extend(b"\xff\0\0\0\0\0\0\0\x05\x02");
    all.extend([int(blocks.len() as i32), int(1), int(0)].concat());
    all.extend([0; 4]);
    all.extend(body);
    all
}

fn cram_of(containers: &[Vec<u8>]) -> Vec<u8> {
    let mut cram = b"CRAM\x03\0".to_vec();
    cram.extend([b'n'; 20]);
    cram.extend(containers.concat());
    cram
}

fn end() -> Vec<u8> {
    container(-1, 0x45_4f46, 0, &[(0, 6, 6)])
}

#[test]
fn bam_goes_on_whole_and_a_cut_is_told() {
    let text = bam_of(&[0, 3, 70_000, 5]);
    for bytes in [1, 40, 1 << 20] {
        let (out, records, sent) = sent(AlignmentFormat::Bam, &text, bytes);
        assert!(sent.is_ok() && out == text && records == 4);
    }
    let ends: Vec<_> = (0..=4)
        .map(|n| bam_of(&[0, 3, 70_000, 5][..n]).len())
        .collect();
    for cut in (4..ends[2] + 50).chain(ends[3] - 3..text.len()) {
        let (out, records, sent) = sent(AlignmentFormat::Bam, &text[..cut], 1 << 20);
        let whole = ends.iter().filter(|&&end| end <= cut).count();
        assert_eq!(records as usize, whole.saturating_sub(1), "{cut}");
        assert_eq!(sent.is_ok(), ends.contains(&cut), "{cut}");
        assert!(text.starts_with(&out));
    }
}

#[test]
fn sizes_of_bam_that_cannot_be_are_refused() {
    let mut short = bam_of(&[0]);
    let at = short.len() - 36;
    short[at] = 31;
    assert_eq!(fault(AlignmentFormat::Bam, &short), "the record is corrupt");
    let mut negative = bam_of(&[]);
    negative[7] = 0x80;
    assert!(fault(AlignmentFormat::Bam, &negative).contains("the header is cut short or corrupt"));
}

#[test]
fn cram_goes_on_whole_and_has_an_end() {
    let parts = [
        container(0, 0, 0, &[(0, 9, 9)]),
        container(3, 50, 8, &[(1, 30, 4_000), (4, 0, 0)]),
        end(),
    ];
    let text = cram_of(&parts);
    for bytes in [1, 40, 1 << 20] {
        let (out, records, sent) = sent(AlignmentFormat::Cram, &text, bytes);
        assert!(sent.is_ok() && out == text && records == 8);
    }
    for cut in 4..text.len() {
        let (_, _, sent) = sent(AlignmentFormat::Cram, &text[..cut], 1 << 20);
        assert!(matches!(sent, Err(Stop::Cut)), "{cut}");
    }
}

#[test]
fn sizes_of_cram_that_lie_are_refused() {
    let lies = |blocks: &[(u8, i32, i32)]| {
        fault(
            AlignmentFormat::Cram,
            &cram_of(&[container(0, 1, 1, blocks), end()]),
        )
    };
    let huge = lies(&[(4, 10, 0x7fff_ffff)]);
    assert_eq!(
        huge,
        "a block states a size of 2147483647 bytes, more than 268435456"
    );
    for blocks in [
        [(1, 2_000_000, 9)],
        [(0, 10, 11)],
        [(1, -1, 9)],
        [(1, 9, -1)],
    ] {
        assert_eq!(lies(&blocks), "corrupt CRAM: sizes do not fit");
    }
    let mut version = cram_of(&[end()]);
    version[4] = 9;
    assert_eq!(
        fault(AlignmentFormat::Cram, &version),
        "CRAM of version 9.0; versions 2 and 3 are read"
    );
}

#[test]
fn a_flaw_is_found_behind_what_went_on() {
    let text = "@SQ\tSN:c\tLN:9\n@CO\nr\t0\tc\t1\t9\t1M\t*\t0\t0\tA\t*\nr\t0\tx\n";
    let mut stream = Stream::new(AlignmentFormat::Sam, io::Cursor::new(text)).unwrap();
    let mut read = Vec::new();
    let mut pipe = stream.pipe.try_clone().unwrap();
    pipe.read_to_end(&mut read).unwrap();
    assert_eq!(read, &text.as_bytes()[..text.len() - 6]);
    assert!(stream.flaw(1).is_none());
    let flaw = stream.finish().unwrap();
    assert_eq!((flaw.record, flaw.line), (Some(2), Some(4)));
    assert_eq!(flaw.fault.to_string(), "not a record of SAM");
    assert_eq!(stream.line(2), Some(4));
}

#[test]
fn a_failure_of_the_input_is_passed_on() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("broken"))
        }
    }
    let text = io::Cursor::new(bam_of(&[1])).chain(Failing);
    let mut stream = Stream::new(AlignmentFormat::Bam, text).unwrap();
    let flaw = stream.finish().unwrap();
    assert_eq!(
        (flaw.record, flaw.fault.to_string()),
        (Some(2), "broken".to_owned())
    );
}

proptest! {
    #[test]
    fn lines_are_those_of_the_text(
        text in "([a-c]{0,9}\n){0,9}[a-c]{0,9}",
        bytes in 1usize..20,
    ) {
        let mut out = Vec::new();
        let mut passage = Passage::new(ShortReads(text.as_bytes(), bytes), &mut out);
        let mut lines = Vec::new();
        loop {
            let line = passage.line(1000).unwrap().to_vec();
            if line.is_empty() {
                break;
            }
            passage.pass(line.len() as u64).unwrap();
            lines.push(String::from_utf8(line).unwrap());
        }
        passage.flush().unwrap();
        drop(passage);
        prop_assert_eq!(&lines, &text.split_inclusive('\n').collect::<Vec<_>>());
        prop_assert_eq!(out, text.as_bytes());
    }

    #[test]
    fn no_bytes_break_a_frame(text in prop::collection::vec(any::<u8>(), 0..300)) {
        for (format, head) in [
            (AlignmentFormat::Bam, &b"BAM\x01"[..]),
            (AlignmentFormat::Cram, b"CRAM\x03\0"),
            (AlignmentFormat::Sam, b"@CO\n"),
        ] {
            let text = [head, &text].concat();
            let (out, ..) = sent(format, &text, 64);
            prop_assert!(text.starts_with(&out));
        }
    }
}
