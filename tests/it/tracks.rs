//! Folders of tracks: their content, and that they are complete or absent.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use bigtools::{BigBedRead, BigWigRead};

use crate::support::filter::{Bench, behind_ag, failure, refusal, rows, run};
use crate::support::onnx;
use crate::support::random::sequence;

/// A model with a background, and a FASTA of two contigs.
fn bench() -> Bench {
    let mut model = behind_ag();
    onnx::set(&mut model, "background", "[[[-5,1],[0,0.5],[10,0.0001]]]");
    let bench = Bench::new(&model);
    let contig = |name: &str, bases, seed| format!(">{name}\n{}\n", sequence(bases, seed));
    let fasta = contig("b", 3_000, 1) + &contig("a", 900, 2);
    bench.write("genome.fa", fasta.as_bytes());
    bench
}

/// Makes the folder `name` beside the FASTA; rows on standard output.
fn tracks(bench: &Bench, name: &str, flags: &str) -> String {
    let fasta = bench.path("genome.fa");
    let folder = bench.path(name);
    let flags = format!(
        "--no-header --tracks {} {flags} {}",
        folder.display(),
        fasta.display()
    );
    rows(bench.run(&flags, b""))
}

fn plain(bench: &Bench, flags: &str) -> String {
    let fasta = bench.path("genome.fa");
    rows(bench.run(&format!("--no-header {flags} {}", fasta.display()), b""))
}

/// Rows of a bigWig, contigs in the order of their names.
fn values(path: &Path) -> String {
    let mut wig = BigWigRead::open_file(path).unwrap();
    let contigs: Vec<_> = wig.chroms().to_vec();
    let mut text = String::new();
    for contig in contigs {
        for value in wig.get_interval(&contig.name, 0, contig.length).unwrap() {
            let value = value.unwrap();
            let (start, end) = (value.start, value.end);
            text += &format!("{}\t{start}\t{end}\t{}\n", contig.name, value.value);
        }
    }
    text
}

/// Rows of a bigBed.
fn calls(path: &Path) -> String {
    let mut bed = BigBedRead::open_file(path).unwrap();
    let contigs: Vec<_> = bed.chroms().to_vec();
    let mut text = String::new();
    for contig in contigs {
        for row in bed.get_interval(&contig.name, 0, contig.length).unwrap() {
            let row = row.unwrap();
            text += &format!(
                "{}\t{}\t{}\t{}\n",
                contig.name, row.start, row.end, row.rest
            );
        }
    }
    text
}

/// Rows with contigs in the order of their names.
fn by_contig(text: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_by_key(|line| line.split('\t').next());
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn tracks_hold_the_rows_of_bedgraph_and_bed() {
    let bench = bench();
    let text = tracks(&bench, "tracks", "");
    assert_eq!(text, plain(&bench, ""));
    for (strand, word) in [("+", "plus"), ("-", "minus")] {
        let file = |suffix: &str| bench.path(&format!("tracks/matrix.exon_start.{word}.{suffix}"));
        let steps = plain(
            &bench,
            &format!("-f bedgraph --raw --value rate --strand {strand}"),
        );
        assert!(steps.lines().count() > 500);
        assert_eq!(values(&file("bw")), by_contig(&steps));
        let rows = plain(&bench, &format!("--value rate --strand {strand}"));
        assert!(rows.lines().count() > 50);
        assert_eq!(calls(&file("bb")), by_contig(&rows));
    }
}

#[test]
fn bytes_do_not_depend_on_threads_and_chunks() {
    let bench = bench();
    tracks(&bench, "one", "-t 1");
    tracks(&bench, "many", "-t 4 --chunk-size 256");
    let mut files = 0;
    for entry in bench.path("one").read_dir().unwrap() {
        let name = entry.unwrap().file_name();
        let read = |folder: &str| fs::read(bench.path(folder).join(&name)).unwrap();
        assert_eq!(read("one"), read("many"), "{name:?}");
        files += 1;
    }
    assert_eq!(files, 4 + 5);
}

#[test]
fn a_model_without_a_background_shows_probabilities() {
    let bench = Bench::new(&behind_ag());
    bench.write("genome.fa", b">c\nTTAGCTT\n");
    tracks(&bench, "tracks", "");
    let file = bench.path("tracks/matrix.exon_start.plus.bw");
    assert_eq!(values(&file), plain(&bench, "-f bedgraph --raw --strand +"));
}

#[test]
fn the_hub_keeps_its_grammar() {
    let bench = bench();
    tracks(&bench, "tracks", "--genome hg38");
    let setting = |line: &str| {
        let (key, value) = line.trim().split_once(' ').unwrap();
        (key.to_owned(), value.to_owned())
    };
    let settings = |name: &str| -> Vec<_> {
        let text = bench.read(&format!("tracks/{name}"));
        text.lines().map(setting).collect()
    };
    let keys = |settings: &[(String, String)]| -> Vec<_> {
        settings.iter().map(|(key, _)| key.clone()).collect()
    };
    let hub = settings("hub.txt");
    let wanted = ["hub", "shortLabel", "longLabel", "genomesFile", "email"];
    assert_eq!(keys(&hub), wanted);
    assert_eq!(hub[3].1, "genomes.txt");
    let genomes = settings("genomes.txt");
    assert_eq!(genomes[0], ("genome".to_owned(), "hg38".to_owned()));
    assert_eq!(genomes[1], ("trackDb".to_owned(), "trackDb.txt".to_owned()));

    let text = bench.read("tracks/trackDb.txt");
    let (mut names, mut files) = (HashSet::new(), 0);
    for stanza in text.trim_end().split("\n\n") {
        let settings: Vec<_> = stanza.lines().map(setting).collect();
        let of = |key: &str| {
            settings
                .iter()
                .find(|(found, _)| found == key)
                .map(|found| &*found.1)
        };
        let name = of("track").unwrap();
        assert_eq!(settings[0].0, "track");
        assert!(
            name.starts_with(|c: char| c.is_ascii_alphabetic()),
            "{name}"
        );
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
            "{name}"
        );
        assert!(
            of("shortLabel").is_some() && of("longLabel").is_some(),
            "{stanza}"
        );
        if of("superTrack").is_none() {
            assert!(names.contains(of("parent").unwrap()), "{stanza}");
            assert!(
                bench
                    .path("tracks")
                    .join(of("bigDataUrl").unwrap())
                    .is_file()
            );
            assert!(["bigWig", "bigBed 6 +"].contains(&of("type").unwrap()));
            let color: Vec<u8> = of("color")
                .unwrap()
                .split(',')
                .map(|part| part.parse().unwrap())
                .collect();
            assert_eq!(color.len(), 3);
            files += 1;
        }
        assert!(names.insert(name.to_owned()), "{name} twice");
    }
    assert_eq!(files, 4);
}

#[test]
fn the_session_names_files_that_are_there() {
    let bench = bench();
    tracks(&bench, "tracks", "");
    let session: serde_json::Value =
        serde_json::from_str(&bench.read("tracks/igv-session.json")).unwrap();
    let there =
        |url: &serde_json::Value| bench.path("tracks").join(url.as_str().unwrap()).is_file();
    assert_eq!(session["reference"]["fastaURL"], "../genome.fa");
    assert_eq!(session["reference"]["id"], "genome");
    assert_eq!(session["locus"], "b:1-3000");
    let tracks = session["tracks"].as_array().unwrap();
    assert_eq!(tracks.len(), 4);
    assert!(tracks.iter().all(|track| there(&track["url"])));
    assert!(there(&session["reference"]["fastaURL"]));

    let folder = bench.path("piped");
    let fasta = fs::read(bench.path("genome.fa")).unwrap();
    rows(bench.run(&format!("--tracks {}", folder.display()), &fasta));
    let session = bench.read("piped/igv-session.json");
    assert!(session.contains("\"chrom.sizes\""), "{session}");
    assert_eq!(bench.read("piped/chrom.sizes"), "b\t3000\na\t900\n");
}

#[test]
fn a_folder_that_is_there_or_cannot_be_made_is_refused() {
    let bench = bench();
    let folder = bench.folder.path().to_str().unwrap();
    for (name, reason) in [
        (folder.to_owned(), "exists; name a folder that does not"),
        ("/nowhere/tracks".to_owned(), "No such file or directory"),
        ("/proc/tracks".to_owned(), "/proc/tracks: "),
    ] {
        let (error, out) = failure(bench.run(&format!("--tracks {name}"), b">c\nACGT\n"));
        assert!(error.contains(&name) && error.contains(reason), "{error}");
        assert_eq!(out, "");
    }
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    let bench = bench();
    let folder = bench.path("tracks");
    failure(bench.run(
        &format!("--tracks {}", folder.display()),
        b">c\nAGTTAG\n>d\nAC!\n",
    ));
    let left = bench.folder.path().read_dir().unwrap();
    assert_eq!(left.count(), 2, "the model and the FASTA");
}

#[test]
fn what_is_no_whole_run_of_calls_is_refused() {
    let bench = bench();
    for (flags, reason) in [
        ("--tracks x --raw", "--tracks: rows must be calls"),
        ("--tracks x --reads each", "--tracks: rows of reads overlap"),
        ("--genome hg38", "--genome needs --tracks"),
    ] {
        let refused = refusal(bench.run(flags, b">c\nACGT\n"));
        assert!(refused.contains(reason), "{refused}");
    }
    // The same model with a doc_string (field 6 of ModelProto).
    let other = bench.path("other.onnx");
    let documented = [&fs::read(&bench.model).unwrap()[..], b"\x32\x01x"].concat();
    fs::write(&other, documented).unwrap();
    let twice = format!("{},{}", bench.model, other.display());
    let folder = bench.path("x").display().to_string();
    let argv = ["-m", &twice, "--tracks", &folder];
    let (error, _) = failure(run(&argv, b">c\nACGT\n"));
    assert!(
        error.contains("two models give tracks with the name"),
        "{error}"
    );
}
