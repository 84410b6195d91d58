//! The merged outputs of shards are the output of the whole run, byte for byte.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::support::filter::{Bench, behind_ag, failure, refusal, rows, run};
use crate::support::onnx;
use crate::support::random::sequence;

const SHARDS: u32 = 8;

/// A model with a background, and a FASTA of three contigs, of which one is short.
fn bench() -> Bench {
    let mut model = behind_ag();
    onnx::set(&mut model, "background", "[[[-5,1],[0,0.5],[10,0.0001]]]");
    let bench = Bench::new(&model);
    let contig = |name: &str, bases, seed| format!(">{name}\n{}\n", sequence(bases, seed));
    let fasta = contig("b", 4_000, 1) + ">none\nA\n" + &contig("a", 1_900, 2);
    bench.write("genome.fa", fasta.as_bytes());
    bench
}

fn of(bench: &Bench, flags: &str) -> Output {
    let fasta = bench.path("genome.fa");
    bench.run(&format!("-q {flags} {}", fasta.display()), b"")
}

fn path(bench: &Bench, name: &str) -> String {
    bench.path(name).to_str().unwrap().to_owned()
}

/// Writes the output of the whole run as `whole.ENDING` and those of shards as `N.ENDING`, by the
/// flag that names the file; returns the paths of these.
fn shards(bench: &Bench, flags: &str, flag: &str, ending: &str, count: u32) -> Vec<String> {
    let write = |name: &str, more: &str| {
        let path = path(bench, &format!("{name}{ending}"));
        rows(of(bench, &format!("{flags} {more} {flag} {path}")));
        path
    };
    write("whole", "");
    let shard = |number: u32| write(&number.to_string(), &format!("--shard {number}/{count}"));
    (1..=count).map(shard).collect()
}

fn gather(to: &str, shards: &[String]) -> Output {
    let mut argv = vec!["--gather", to];
    argv.extend(shards.iter().map(String::as_str));
    run(&argv, b"")
}

fn same_as_whole(flags: &str, ending: &str, count: u32) {
    let bench = bench();
    let shards = shards(&bench, flags, "-o", ending, count);
    let to = path(&bench, &format!("all{ending}"));
    rows(gather(&to, &shards));
    let whole = fs::read(bench.path(&format!("whole{ending}"))).unwrap();
    assert!(!whole.is_empty());
    assert_eq!(fs::read(to).unwrap(), whole, "{flags} {ending} {count}");
}

#[test]
fn rows_are_those_of_the_whole_run() {
    for ending in [".bed", ".bed.gz", ".narrowPeak", ".gff3", ".tsv", ".spsc"] {
        same_as_whole("", ending, SHARDS);
    }
    same_as_whole("--no-header --itemrgb", ".bed", SHARDS);
    for ending in [".bedgraph", ".bedgraph.gz"] {
        same_as_whole("--raw --strand -", ending, SHARDS);
    }
}

#[test]
fn files_with_an_index_are_those_of_the_whole_run() {
    for (flags, ending) in [
        ("--raw --strand -", ".bw"),
        ("--strand +", ".bigwig"),
        ("", ".bb"),
        ("--raw", ".bb"),
    ] {
        same_as_whole(flags, ending, SHARDS);
    }
    // No row in some shards, and none in any.
    same_as_whole("--min-score 1", ".bb", 40);
    same_as_whole(
        "--min-score 1 --max-n 0 --softmask skip --strand +",
        ".bw",
        40,
    );
}

#[test]
fn regions_with_names_are_gathered() {
    let bench = bench();
    let bed = bench.write(
        "r.bed",
        b"b\t10\t900\tone\nb\t1500\t3000\ttwo\na\t0\t800\tthree\n",
    );
    let flags = |more: &str| {
        let fasta = path(&bench, "genome.fa");
        bench.run(&format!("-q --names -r {fasta} {more} {bed}"), b"")
    };
    let file = |name: &str| path(&bench, name);
    rows(flags(&format!("-o {}", file("whole.bb"))));
    let shard = |number: u32| {
        let to = file(&format!("{number}.bb"));
        rows(flags(&format!("-o {to} --shard {number}/3")));
        to
    };
    let shards: Vec<_> = (1..=3).map(shard).collect();
    rows(gather(&file("all.bb"), &shards));
    assert_eq!(
        fs::read(file("all.bb")).unwrap(),
        fs::read(file("whole.bb")).unwrap()
    );
}

#[test]
fn rows_may_be_compressed_as_they_are_gathered() {
    let bench = bench();
    let shards = shards(&bench, "", "-o", ".bed", SHARDS);
    rows(of(&bench, &format!("-o {}", path(&bench, "whole.bed.gz"))));
    let to = path(&bench, "all.bed.gz");
    rows(gather(&to, &shards));
    let whole = fs::read(bench.path("whole.bed.gz")).unwrap();
    assert_eq!(fs::read(to).unwrap(), whole);
}

/// A ledger without what differs from run to run.
fn lasting(path: &Path) -> Json {
    let mut ledger: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for key in [
        "wall_seconds",
        "cpu_seconds",
        "bases_per_second",
        "peak_memory_bytes",
    ] {
        assert!(ledger[key].is_number(), "{key}");
        ledger[key] = 0.into();
    }
    ledger
}

#[test]
fn ledgers_are_added() {
    let bench = bench();
    let mut shards = shards(&bench, "", "--stats", ".json", SHARDS);
    // They say themselves which they are.
    shards.reverse();
    let to = path(&bench, "all.json");
    rows(gather(&to, &shards));
    let whole = lasting(&bench.path("whole.json"));
    assert_eq!(whole["bases"], 5_901);
    let all = lasting(Path::new(&to));
    assert_eq!(all.to_string(), whole.to_string());
}

#[test]
fn tables_of_multiqc_are_made_one() {
    let bench = bench();
    let flags = "--softmask skip --sample liver";
    let mut shards = shards(&bench, flags, "--multiqc", "_mqc.json", SHARDS);
    shards.reverse();
    let to = path(&bench, "all_mqc.json");
    rows(gather(&to, &shards));
    let figures = |name: &str| {
        let mut table: Json = serde_json::from_str(&bench.read(name)).unwrap();
        for cost in ["bases_per_cpu_second", "peak_memory"] {
            let cost = &mut table["data"]["liver"][cost];
            assert!(cost.as_f64().unwrap() > 0.0);
            *cost = 0.into();
        }
        table
    };
    let whole = figures("whole_mqc.json");
    assert_eq!(whole["data"]["liver"]["bases"], 5_901);
    assert_eq!(figures("all_mqc.json").to_string(), whole.to_string());

    let (error, _) = failure(gather(&to, &shards[1..]));
    assert!(error.ends_with("shard 8/8 is missing\n"), "{error}");
    let other = path(&bench, "other_mqc.json");
    let sample = format!("--sample kidney --shard 8/8 --multiqc {other}");
    rows(of(&bench, &sample));
    let (error, _) = failure(gather(&to, &[&shards[1..], &[other]].concat()));
    assert!(
        error.ends_with("other_mqc.json are not of one sample and run\n"),
        "{error}"
    );
    let (error, _) = failure(gather(&to, &[path(&bench, "whole_mqc.json")]));
    assert!(
        error.ends_with("whole_mqc.json: is no --multiqc of a --shard\n"),
        "{error}"
    );
}

#[test]
fn folders_of_tracks_are_gathered() {
    let bench = bench();
    let mut shards = shards(&bench, "--genome x", "--tracks", "", SHARDS);
    assert_eq!(bench.read("3/shard"), "3/8\n");
    shards.swap(1, 5);
    fs::create_dir(bench.path("elsewhere")).unwrap();
    let moved = path(&bench, "elsewhere/4");
    fs::rename(bench.path("4"), &moved).unwrap();
    // A session knows its sequence by the way there.
    let session = fs::read_to_string(bench.path("elsewhere/4/igv-session.json")).unwrap();
    let session = session.replace("\"../genome.fa\"", "\"../../genome.fa\"");
    fs::write(bench.path("elsewhere/4/igv-session.json"), session).unwrap();
    shards[3] = moved;
    rows(gather(&path(&bench, "all"), &shards));
    let names = |folder: &str| {
        let entries = bench.path(folder).read_dir().unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("all"), names("whole"));
    assert_eq!(names("all").len(), 4 + 5);
    for name in names("all") {
        let read = |folder: &str| fs::read(bench.path(folder).join(&name)).unwrap();
        assert!(read("all") == read("whole"), "{name:?}");
    }
}

#[test]
fn shards_that_are_not_all_of_one_run_are_refused() {
    let bench = bench();
    for (flag, ending) in [("--stats", ".json"), ("--tracks", "")] {
        let flags = if flag == "--tracks" { "--genome x" } else { "" };
        let shards = shards(&bench, flags, flag, ending, 3);
        let to = path(&bench, &format!("all{ending}"));
        let (error, _) = failure(gather(&to, &[shards[0].clone(), shards[2].clone()]));
        assert!(error.ends_with("shard 2/3 is missing\n"), "{error}");
        let copy = path(&bench, &format!("copy{ending}"));
        rows(of(&bench, &format!("{flags} --shard 2/3 {flag} {copy}")));
        let (error, _) = failure(gather(&to, &[&shards[..2], &[copy]].concat()));
        assert!(error.ends_with("are both shard 2/3\n"), "{error}");
        let other = path(&bench, &format!("other{ending}"));
        let (more, reason) = match flag {
            "--stats" => ("--strand +", "are from different runs: command differs\n"),
            _ => (
                "--strand +",
                "are from different runs: only one of them has ",
            ),
        };
        rows(of(
            &bench,
            &format!("{flags} {more} --shard 3/3 {flag} {other}"),
        ));
        let (error, _) = failure(gather(&to, &[&shards[..2], &[other]].concat()));
        assert!(error.contains(reason), "{error}");
        let whole = path(&bench, &format!("whole{ending}"));
        let (error, _) = failure(gather(&to, &[whole]));
        let reason = match flag {
            "--stats" => "whole.json: is not a ledger of a --shard\n",
            _ => "whole/shard: No such file or directory (os error 2)\n",
        };
        assert!(error.ends_with(reason), "{error}");
        assert!(!Path::new(&to).exists());
    }
}

#[test]
fn rows_out_of_order_or_twice_are_refused() {
    let bench = bench();
    let shards = shards(&bench, "", "-o", ".bed", 2);
    let to = path(&bench, "all.bed");
    let backwards: Vec<_> = shards.iter().rev().cloned().collect();
    let (error, _) = failure(gather(&to, &backwards));
    assert!(
        error.contains("/1.bed: has a header, so it is the first shard"),
        "{error}"
    );
    let refused = refusal(gather(&to, &[shards[0].clone(), shards[0].clone()]));
    assert!(refused.contains("are the same file"), "{refused}");
    let refused = refusal(gather(&shards[0], &shards));
    assert!(refused.contains("it would be overwritten"), "{refused}");
    let steps = self::shards(&bench, "--raw", "-o", ".bw", 2);
    let copy = path(&bench, "copy.bw");
    fs::copy(&steps[0], &copy).unwrap();
    let to = path(&bench, "all.bw");
    let (error, _) = failure(gather(&to, &[steps[0].clone(), copy]));
    assert!(error.contains("all.bw: ") && error.contains("b"), "{error}");
    assert!(!Path::new(&to).exists());
}

#[test]
fn kinds_that_differ_are_refused() {
    let bench = bench();
    let file = |name: &str, bytes: &[u8]| bench.write(name, bytes);
    let (bed, graph) = (file("1.bed", b""), file("2.bedgraph", b""));
    let to = path(&bench, "all.bed");
    for (to, shards) in [
        (&to, vec![bed.clone(), graph.clone()]),
        (&to, vec![graph]),
        (&path(&bench, "all.bb"), vec![bed.clone()]),
    ] {
        let refused = refusal(gather(to, &shards));
        assert!(refused.contains("are of different kinds"), "{refused}");
    }
    let refused = refusal(gather(&path(&bench, "all.txt"), &[bed]));
    assert!(
        refused.contains("all.txt has no extension of an output"),
        "{refused}"
    );
    let refused = refusal(gather(&to, &[]));
    assert!(
        refused.ends_with("--gather: name the shards\n"),
        "{refused}"
    );
    for (name, bytes, reason) in [
        ("3.bed", &b"c\t1\t2"[..], "3.bed: the last row is cut"),
        ("3.bw", b"c\t1\t2\n", "3.bw: is not a bigWig"),
        ("3.bb", b"", "3.bb: is not a bigBed"),
        ("3.json", b"{}", "3.json: is not a ledger of a --shard"),
        ("4.json", b"{", "4.json: EOF while parsing"),
        ("3.bed.gz", b"\x1f\x8b\x08", "3.bed.gz: truncated gzip data"),
    ] {
        let ending = &name[1..];
        let shard = file(name, bytes);
        let (error, _) = failure(gather(&path(&bench, &format!("all{ending}")), &[shard]));
        assert!(error.contains(reason), "{error}");
    }
    let (error, _) = failure(gather(&to, &[path(&bench, "none.bed")]));
    assert!(error.contains("none.bed: No such file"), "{error}");
}

#[test]
fn a_shard_that_is_cut_short_is_refused() {
    let bench = bench();
    let cut = |name: &str, bytes: usize| {
        let whole = fs::read(bench.path(name)).unwrap();
        fs::write(bench.path(name), &whole[..whole.len() - bytes]).unwrap();
    };
    for (ending, bytes) in [(".bed.gz", 28), (".bw", 2_000), (".bb", 2_000)] {
        let flags = if ending == ".bed.gz" { "" } else { "--raw" };
        let shards = shards(&bench, flags, "-o", ending, 2);
        cut(&format!("2{ending}"), bytes);
        let (error, _) = failure(gather(&path(&bench, &format!("all{ending}")), &shards));
        assert!(error.contains(&format!("/2{ending}: ")), "{error}");
    }
}

#[test]
fn a_full_disk_leaves_nothing() {
    let bench = bench();
    for (flags, flag, ending) in [
        ("--raw", "-o", ".bed"),
        ("--raw", "-o", ".bed.gz"),
        ("--raw", "-o", ".bw"),
        ("--raw", "-o", ".bb"),
        ("", "--tracks", ""),
    ] {
        let shards = shards(&bench, flags, flag, ending, 2);
        let to = path(&bench, &format!("all{ending}"));
        let before = bench.folder.path().read_dir().unwrap().count();
        // Files of more than a few kilobytes cannot be written.
        let limited = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
        let mut shell = Command::new("bash");
        shell.args(["-c", limited, "bash", env!("CARGO_BIN_EXE_windrow")]);
        let output = shell.args(["--gather", &to]).args(&shards).output();
        let (error, _) = failure(output.unwrap());
        assert!(error.contains("File too large"), "{error}");
        let left = bench.folder.path().read_dir().unwrap().count();
        assert_eq!(left, before, "{ending}");
        assert!(!Path::new(&to).exists());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn any_number_of_shards_gathers_to_the_same(
        count in 1u32..30,
        (flags, ending) in prop::sample::select(vec![
            ("", ".bed.gz"),
            ("--raw --strand - --value rate", ".bw"),
            ("-t 2 --chunk-size 256", ".bb"),
        ]),
    ) {
        same_as_whole(flags, ending, count);
    }
}
