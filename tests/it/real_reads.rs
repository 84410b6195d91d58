//! Reads simulated from real sequence, aligned and sorted by the programs that pipelines use.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::support::filter::run;
use crate::support::programs::{output, present};
use crate::support::skips::data;

/// Of the training chromosome: a figure on it would say nothing, but only sameness is asked for.
const REGION: &str = "chr1:234020001-234080000";
const BASES: usize = 60_000;
/// No window of the bundled model, nor the distance of its calls, reaches further.
const MARGIN: usize = 1000;

struct Simulated {
    folder: tempfile::TempDir,
    contig: PathBuf,
    bam: PathBuf,
}

/// Reads of `length` bases, without mutations, on a stretch of chr1 that is a contig here.
fn simulated(pairs: usize, length: usize, errors: &str) -> Option<Simulated> {
    let data = data()?;
    if !["samtools", "minimap2"].into_iter().all(present) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let genome = data.join("genome/human_chr1.fa.gz");
    let text = output("samtools", &["faidx", text(&genome), REGION]);
    let end = text.iter().position(|&byte| byte == b'\n').unwrap();
    let contig = path("contig.fa");
    std::fs::write(&contig, [b">contig", &text[end..]].concat()).unwrap();
    output("samtools", &["faidx", self::text(&contig)]);

    let [first, second, sam, bam] = ["1.fq", "2.fq", "reads.sam", "reads.bam"].map(path);
    let (pairs, length) = (pairs.to_string(), length.to_string());
    let wgsim = "-S 11 -r 0 -R 0 -X 0 -d 2500 -s 100".split(' ');
    let mut argv: Vec<_> = wgsim.collect();
    argv.extend(["-e", errors, "-N", &pairs, "-1", &length, "-2", &length]);
    argv.extend([&contig, &first, &second].map(|path| self::text(path)));
    output("wgsim", &argv);
    let reads = [&contig, &first, &second].map(|path| self::text(path));
    let aligned = output(
        "minimap2",
        &[&["-ax", "sr", "-t", "1"], &reads[..]].concat(),
    );
    std::fs::write(&sam, aligned).unwrap();
    let argv = ["sort", "-o", self::text(&bam), self::text(&sam)];
    output("samtools", &argv);
    Some(Simulated {
        folder,
        contig,
        bam,
    })
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn rows(flags: &str, input: &Path) -> Vec<String> {
    let mut argv: Vec<_> = flags.split_whitespace().collect();
    argv.extend(["--no-header", text(input)]);
    let rows = crate::support::filter::rows(run(&argv, b""));
    rows.lines().map(str::to_owned).collect()
}

fn start(row: &str) -> usize {
    row.split('\t').nth(1).unwrap().parse().unwrap()
}

/// The longest stretch on which at least ten reads lie, as samtools counts them.
fn covered(bam: &Path) -> (usize, usize) {
    let depths = output("samtools", &["depth", "-a", text(bam)]);
    let depths = String::from_utf8(depths).unwrap();
    let deep = |row: &str| row.rsplit('\t').next().unwrap().parse::<u32>().unwrap() >= 10;
    let deep: Vec<_> = depths.lines().map(deep).collect();
    assert_eq!(deep.len(), BASES);
    let (mut at, mut longest) = (0, (0, 0));
    for run in deep.chunk_by(|a, b| a == b) {
        if run[0] && run.len() > longest.1 - longest.0 {
            longest = (at, at + run.len());
        }
        at += run.len();
    }
    longest
}

#[test]
fn bam_cram_and_sam_give_the_calls_of_the_sequence_they_cover() {
    let Some(simulated) = simulated(14_000, 150, "0.002") else {
        return;
    };
    let Simulated {
        folder,
        contig,
        bam,
    } = &simulated;
    let [cram, sam] = ["reads.cram", "reads.sam"].map(|name| folder.path().join(name));
    let packed = folder.path().join("packed.cram");
    let how = "cram,version=3.1,use_bzip2=1,use_lzma=1,use_fqz=1,use_arith=1";
    let argv = ["view", "-O", how, "-T", text(contig), "-o", text(&packed)];
    output("samtools", &[&argv[..], &[text(bam)]].concat());
    let reference = format!("-r {}", text(contig));
    let argv = [
        "view",
        "-C",
        "-T",
        text(contig),
        "-o",
        text(&cram),
        text(bam),
    ];
    output("samtools", &argv);
    output("samtools", &["view", "-h", "-o", text(&sam), text(bam)]);
    let blocked = folder.path().join("contig.fa.gz");
    std::fs::write(&blocked, output("bgzip", &["-c", text(contig)])).unwrap();

    let (from, to) = covered(bam);
    assert!(to - from > BASES * 9 / 10, "{from}..{to}");
    let inside = |rows: Vec<String>| -> Vec<String> {
        let reach = from + MARGIN..to - MARGIN;
        let inside = |row: &String| reach.contains(&start(row));
        rows.into_iter().filter(inside).collect()
    };
    for flags in ["--min-score 0.01", "-f bedgraph --raw --strand - -s 5"] {
        let of_bam = rows(flags, bam);
        assert_eq!(rows(&format!("{flags} {reference}"), &cram), of_bam);
        let with_blocked = format!("{flags} -r {}", text(&blocked));
        assert_eq!(rows(&with_blocked, &packed), of_bam);
        assert_eq!(rows(flags, &sam), of_bam);
        let (of_bam, expected) = (inside(of_bam), inside(rows(flags, contig)));
        assert!(expected.len() > 3, "{flags}: {}", expected.len());
        assert!(of_bam == expected, "{flags}");
    }
}

#[test]
fn each_read_scores_as_the_sequence_it_was_taken_from() {
    let Some(simulated) = simulated(60, 1000, "0") else {
        return;
    };
    let contig: HashSet<_> = rows("--raw", &simulated.contig).into_iter().collect();
    let each = rows("--raw --reads each", &simulated.bam);
    assert!(each.len() > 50_000, "{}", each.len());
    for row in each {
        let (row, name) = row.rsplit_once('\t').unwrap();
        assert!(contig.contains(row), "{row} of {name}");
    }
}

#[test]
fn raw_reads_are_those_of_samtools_fastq() {
    let Some(simulated) = simulated(60, 1000, "0.01") else {
        return;
    };
    let fastq = simulated.folder.path().join("raw.fq");
    let argv = ["fastq", "-N", "-F", "0xF00", text(&simulated.bam)];
    std::fs::write(&fastq, output("samtools", &argv)).unwrap();
    // samtools puts mates side by side.
    let sorted = |flags: &str, input: &Path| {
        let mut rows = rows(flags, input);
        rows.sort();
        rows
    };
    let expected = sorted("--raw -s 3", &fastq);
    assert!(expected.len() > 10_000);
    assert!(sorted("--raw -s 3 --reads raw", &simulated.bam) == expected);
}
