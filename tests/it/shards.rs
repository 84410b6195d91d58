//! The outputs of all shards, concatenated, are the output of the whole run.

use crate::support::filter::{Bench, behind_ag, rows, run};
use crate::support::onnx;
use crate::support::random::sequence;
use proptest::prelude::*;
use serde_json::Value as Json;

/// What shards of a run write, and what their ledgers add up to.
fn shards(bench: &Bench, flags: &str, count: u32) -> (String, [u64; 3]) {
    let (mut all, mut sums) = (String::new(), [0; 3]);
    for number in 1..=count {
        let stats = bench.path("stats.json");
        let flags = format!(
            "{flags} --shard {number}/{count} --stats {}",
            stats.display()
        );
        all += &rows(bench.run(&flags, b""));
        let stats: Json = serde_json::from_str(&bench.read("stats.json")).unwrap();
        let model = &stats["models"][0];
        let figures = [&stats["records"], &stats["bases"], &model["windows"]];
        for (sum, figure) in sums.iter_mut().zip(figures) {
            *sum += figure.as_u64().unwrap();
        }
    }
    (all, sums)
}

fn whole(bench: &Bench, flags: &str) -> (String, [u64; 3]) {
    let stats = bench.path("stats.json");
    let all = rows(bench.run(&format!("{flags} --stats {}", stats.display()), b""));
    let stats: Json = serde_json::from_str(&bench.read("stats.json")).unwrap();
    let figures = [
        &stats["records"],
        &stats["bases"],
        &stats["models"][0]["windows"],
    ];
    (all, figures.map(|figure| figure.as_u64().unwrap()))
}

fn same(bench: &Bench, flags: &str, counts: &[u32]) {
    let expected = whole(bench, flags);
    for &count in counts {
        let found = shards(bench, flags, count);
        assert!(
            found == expected,
            "{flags} in {count}: {:?} {:?}",
            found.1,
            expected.1
        );
    }
}

fn records(lengths: &[usize]) -> String {
    let record = |(number, &bases): (usize, &usize)| {
        format!(">r{number}\n{}\n", sequence(bases, 11 + number as u64))
    };
    lengths.iter().enumerate().map(record).collect()
}

/// Calls that are far longer than a chunk: every base but long runs of T.
fn long_regions() -> Bench {
    let mut model = onnx::matrix(&[[1.0, 1.0, 1.0, -20.0]; 12], -4.5);
    for (key, value) in [
        ("calls", "region"),
        ("distance", "9"),
        ("threshold", "[0.5]"),
    ] {
        onnx::set(&mut model, key, value);
    }
    onnx::set(&mut model, "strand", "symmetric");
    Bench::new(&model)
}

const FORMATS: [&str; 10] = [
    "",
    "--raw -t 2",
    "--raw -s 7 --chunk-size 256",
    "-f bedgraph --raw --strand - -t 3 --chunk-size 300",
    "-f bedgraph --strand +",
    "--raw -s 13 --softmask skip",
    "-f narrowpeak",
    "-f gff3 -t 2",
    "-f tsv",
    "-f spsc --chunk-size 256",
];

#[test]
fn point_calls() {
    let bench = Bench::new(&behind_ag());
    let first = bench.write("1.fa", records(&[3_000, 0, 2, 40, 900, 0]).as_bytes());
    let second = bench.write("2.fa", records(&[700, 1, 5_000]).as_bytes());
    for format in FORMATS {
        same(&bench, &format!("{format} {first} {second}"), &[1, 2, 5]);
    }
    same(&bench, &format!("{first} {second}"), &[40]);
}

#[test]
fn calls_longer_than_a_shard() {
    let bench = long_regions();
    let text = ">c\n".to_owned()
        + &"ACG".repeat(900)
        + &"T".repeat(300)
        + &"A".repeat(2_000)
        + &"TTACG".repeat(200)
        + "\n>d\n"
        + &"G".repeat(500)
        + "\n";
    let input = bench.write("c.fa", text.as_bytes());
    for format in [
        "--chunk-size 256",
        "-t 3 -s 5",
        "-f bedgraph --raw",
        "-f bedgraph -s 3",
        "--merge-distance 40 --min-length 1000",
        "-f narrowpeak --merge-distance 400 -s 2 --min-length 300",
    ] {
        same(&bench, &format!("{format} {input}"), &[2, 3, 7, 20]);
    }
}

#[test]
fn regions_of_a_reference() {
    let bench = Bench::new(&behind_ag());
    let reference = bench.write("g.fa", records(&[3_000, 900]).as_bytes());
    let bed = "r0\t10\t400\ta\nr0\t390\t410\tb\nr0\t2000\t3000\tc\nr1\t0\t3\td\nr1\t500\t900\te\n";
    let bed = bench.write("r.bed", bed.as_bytes());
    for format in ["", "--raw", "-f bedgraph --raw", "--raw --names"] {
        same(
            &bench,
            &format!("-q -r {reference} {format} {bed}"),
            &[2, 3, 8],
        );
    }
    same(
        &bench,
        &format!("-q -r {reference} -R r0:5-900 -R r1"),
        &[3],
    );
}

#[test]
fn shards_of_the_bundled_model() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("c.fa", records(&[9_000]).as_bytes());
    let whole = rows(run(&[&input], b""));
    let shards = ["1/2", "2/2"].map(|shard| rows(run(&["--shard", shard, &input], b"")));
    assert_eq!(shards.concat(), whole);
}

#[test]
fn unscored_intervals_are_those_of_the_shard() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("c.fa", b">c\nACGTNNNNNNNNACGT\n");
    let unscored = |shard: &str| {
        let path = bench.path("unscored.bed");
        rows(bench.run(
            &format!("--shard {shard} --unscored {} {input}", path.display()),
            b"",
        ));
        bench.read("unscored.bed")
    };
    let row = |start, end, reason| format!("c\t{start}\t{end}\t{reason}\tmatrix\n");
    assert_eq!(
        unscored("1/2"),
        row(0, 2, "contig_end") + &row(2, 8, "unknown_bases")
    );
    assert_eq!(
        unscored("2/2"),
        row(8, 14, "unknown_bases") + &row(14, 16, "contig_end")
    );
}

#[test]
fn a_pipe_cannot_be_read_twice() {
    let bench = Bench::new(&behind_ag());
    for argv in ["--shard 1/2", "--shard 1/2 -", "--shard 1/2 -r g.fa"] {
        let output = bench.run(argv, b">c\nACGT\n");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(
            error.contains("--shard: standard input cannot be read twice"),
            "{error}"
        );
    }
}

#[test]
fn more_parts_than_bases_are_refused() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("c.fa", b">c\nACGT\n");
    let output = bench.run(&format!("--shard 5/5 {input}"), b"");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        error,
        "windrow: error: --shard 5/5: the input has 4 bases, fewer than shards\n"
    );
    same(&bench, &input, &[4]);
    let empty = bench.write("e.fa", b">e\n");
    same(&bench, &empty, &[3]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_records_in_any_shards(
        lengths in prop::collection::vec(prop_oneof![0usize..9, 0usize..700], 0..7),
        count in 1u32..7,
        format in prop::sample::select(FORMATS.to_vec()),
        regions in any::<bool>(),
    ) {
        let bench = if regions { long_regions() } else { Bench::new(&behind_ag()) };
        // The model of regions has one strand for both, which splice scores do not take.
        let format = if regions {
            format.replace("--strand -", "").replace("--strand +", "").replace("spsc", "tsv")
        } else {
            format.to_owned()
        };
        let input = bench.write("c.fa", records(&lengths).as_bytes());
        let bases = lengths.iter().sum::<usize>() as u32;
        let count = if bases == 0 { count } else { count.min(bases) };
        same(&bench, &format!("-q {format} {input}"), &[count]);
    }
}
