//! CRAM: its reference, and false sizes.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::alignments::{sam, written};
use crate::support::filter::{Bench, behind_ag, failure};
use crate::support::programs::{output, present};

/// A contig with AG at 12..14.
const TEXT: &str = "TTTTTTTTTTTTAGTTTTTTTTTTTTTTTT";
const READ: &str = "r 0 c 11 60 10M * 0 0 TTAGTTTTTT *";

fn bench() -> Bench {
    Bench::new(&behind_ag())
}

fn reference(bench: &Bench) -> String {
    bench.write("c.fa.fai", b"c\t30\t3\t30\t31\n");
    let reference = bench.write("c.fa", format!(">c\n{TEXT}\n").as_bytes());
    // The index must not be older than the file.
    bench.write("c.fa.fai", b"c\t30\t3\t30\t31\n");
    reference
}

fn reads() -> String {
    sam("coordinate", &[("c", 30)], &vec![READ.to_owned(); 3])
}

/// CRAM that samtools writes with an option.
fn by_samtools(bench: &Bench, reference: &str, option: &str) -> Vec<u8> {
    let input = bench.write("reads.sam", reads().as_bytes());
    let format = format!("cram,{option}");
    output(
        "samtools",
        &["view", "-T", reference, "-O", &format, &input],
    )
}

#[test]
fn cram_that_holds_its_bases_needs_no_reference() {
    if !present("samtools") {
        return;
    }
    let bench = bench();
    let reference = reference(&bench);
    let expected = bench.rows("", reads().as_bytes());
    assert!(!expected.is_empty());
    for option in ["no_ref=1", "embed_ref=1", "embed_ref=2"] {
        let cram = by_samtools(&bench, &reference, option);
        assert_eq!(bench.rows("", &cram), expected, "{option}");
    }
}

#[test]
fn blocks_of_every_method_are_read() {
    if !present("samtools") {
        return;
    }
    let bench = bench();
    let reference = reference(&bench);
    let expected = bench.rows("", reads().as_bytes());
    for option in [
        "version=2.1",
        "version=3.0",
        "version=3.1",
        "use_lzma=1,use_bzip2=1,level=9",
        "version=3.1,use_arith=1,use_fqz=1,use_tok=1,level=9",
    ] {
        let cram = by_samtools(&bench, &reference, option);
        let rows = bench.rows(&format!("-r {reference}"), &cram);
        assert_eq!(rows, expected, "{option}");
    }
}

#[test]
fn without_its_reference_cram_says_what_it_lacks() {
    let bench = bench();
    let reference = reference(&bench);
    let cram = written(&bench, &reads(), "wc", Some(&reference));
    let (error, _) = failure(bench.run("", &cram));
    assert!(
        error.contains("record 1: the record is corrupt, or needs a reference")
            && error.contains("--reference"),
        "{error}"
    );
}

/// Runs the model with a variable of the environment set.
fn run_with(variable: &str, value: &str, bench: &Bench, flags: &str, input: &[u8]) -> Output {
    let input = bench.write("input.cram", input);
    Command::new(env!("CARGO_BIN_EXE_windrow"))
        .env(variable, value)
        .args(["-m", &bench.model, &input])
        .args(flags.split_whitespace())
        .output()
        .unwrap()
}

#[test]
fn nothing_that_a_header_names_is_opened() {
    let bench = bench();
    let named = reference(&bench);
    let header = "@SQ\tSN:c\tLN:30";
    // A digest finds a file in REF_PATH and REF_CACHE.
    let digest = "1b71b390767bbad52ff1bbb5218840d2";
    let text = reads().replace(header, &format!("{header}\tM5:{digest}\tUR:{named}"));
    let cram = written(&bench, &text, "wc", Some(&named));
    std::fs::remove_file(format!("{named}.fai")).unwrap();
    bench.write(digest, TEXT.as_bytes());
    let other = bench.write("other.fa", b">d\nACGT\n");
    let pattern = format!("{}/%s", bench.folder.path().display());
    for flags in ["".to_owned(), format!("-r {other}")] {
        for variable in ["REF_PATH", "REF_CACHE"] {
            let (error, _) = failure(run_with(variable, &pattern, &bench, &flags, &cram));
            let lacks = format!("record 1: is on contig c, which {other} does not have");
            let expected = if flags.is_empty() {
                "--reference"
            } else {
                &lacks
            };
            assert!(error.contains(expected), "{error}");
        }
    }
    assert!(!Path::new(&format!("{named}.fai")).exists());
}

#[test]
fn a_block_that_lies_about_its_size_is_an_error_at_once() {
    let bench = bench();
    let reference = reference(&bench);
    let cram = written(&bench, &reads(), "wc", Some(&reference));
    // Every run of bytes that could be a number of five bytes, made the largest one.
    for at in (26..cram.len() - 5).step_by(3) {
        let mut bytes = cram.clone();
        bytes[at..at + 5].copy_from_slice(b"\xf7\xff\xff\xff\x0f");
        let begun = Instant::now();
        let output = bench.run(&format!("-r {reference}"), &bytes);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{at}: {output:?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(5), "{at}");
    }
}
