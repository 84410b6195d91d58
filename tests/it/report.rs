//! The page of a report.

use crate::support::filter::{Bench, behind_ag, failure, refusal, rows, run};
use crate::support::onnx;
use crate::support::random::sequence;

/// A model with a background.
fn bench() -> Bench {
    let mut model = behind_ag();
    onnx::set(&mut model, "background", "[[[-5,1],[0,0.5],[10,0.0001]]]");
    Bench::new(&model)
}

fn page(bench: &Bench, flags: &str, fasta: &str) -> String {
    let (input, to) = (bench.write("x.fa", fasta.as_bytes()), bench.path("r.html"));
    rows(bench.run(
        &format!("-q --report {} {flags} {input}", to.display()),
        b"",
    ));
    bench.read("r.html")
}

fn contigs(count: usize) -> String {
    let contig = |number: usize| {
        let bases = 300 + 10 * (number % 40);
        format!(">c{number}\n{}\n", sequence(bases, number as u64))
    };
    (0..count).map(contig).collect()
}

/// The text of a page, without its tags.
fn text(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let words = body.split('<').filter_map(|tag| tag.split_once('>'));
    words.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_is_exact_to_the_byte() {
    let page = page(&bench(), "", &contigs(3));
    // Written by this test where it differs, to be looked at in a browser.
    let expected = include_str!("report.html").replace("VERSION", env!("CARGO_PKG_VERSION"));
    if page != expected {
        let path = std::env::temp_dir().join("windrow-report.html");
        std::fs::write(&path, &page).unwrap();
        panic!("the page is another one: {}", path.display());
    }
}

#[test]
fn the_page_has_the_figures_of_the_ledger() {
    let bench = bench();
    let stats = bench.path("s.json");
    let page = page(&bench, &format!("--stats {}", stats.display()), &contigs(3));
    let text = text(&page);
    let stats: serde_json::Value = serde_json::from_str(&bench.read("s.json")).unwrap();
    let words: Vec<_> = text.split_whitespace().collect();
    for figure in [
        &stats["records"],
        &stats["bases"],
        &stats["models"][0]["scored_bases"],
        &stats["models"][0]["unscored_bases"]["contig_end"],
        &stats["models"][0]["rows"]["exon_start"],
    ] {
        let figure = figure.to_string();
        assert!(words.contains(&figure.as_str()), "{figure}: {text}");
    }
    assert!(text.contains(stats["command"].as_str().unwrap()), "{text}");
    assert!(text.contains("Scores against the background"), "{text}");
    // Nothing is fetched.
    for outside in ["http:", "https:", "src=", "url(", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn bytes_do_not_depend_on_threads_and_chunks() {
    let bench = bench();
    let fasta = format!(">long\n{}\n", sequence(90_000, 7)) + &contigs(50);
    let one = page(&bench, "-t 1", &fasta);
    assert_eq!(page(&bench, "-t 4 --chunk-size 256", &fasta), one);
    assert_eq!(page(&bench, "-t 2 --chunk-size 5000", &fasta), one);
}

#[test]
fn the_contigs_with_most_bases_are_shown() {
    let page = page(&bench(), "", &contigs(1_000));
    assert_eq!(page.matches("<p class=\"small\">c").count(), 30);
    assert!(
        page.contains("; 970 more contigs with 474350 bases are not"),
        "{page}"
    );
    assert!(page.len() < 60_000, "{}", page.len());
}

#[test]
fn the_bundled_models_are_on_one_page() {
    let bench = bench();
    let input = bench.write("x.fa", contigs(40).as_bytes());
    let to = bench.path("r.html");
    let argv = ["-q", "-m", "all", "--report", to.to_str().unwrap(), &input];
    rows(run(&argv, b""));
    let text = text(&bench.read("r.html"));
    for name in windrow::model::registry::names() {
        let model = windrow::Model::bundled(name).unwrap();
        for label in &model.contract.labels {
            assert!(text.contains(label.as_str()), "{name}: {label}");
        }
    }
}

#[test]
fn a_model_without_a_background_has_no_chart() {
    let page = page(&Bench::new(&behind_ag()), "", &contigs(2));
    assert!(!page.contains("Scores against the background"));
    assert!(page.contains("Calls along contigs"));
}

#[test]
fn an_input_without_records_has_a_page() {
    let page = page(&bench(), "", "");
    assert!(page.contains("<td>records</td><td>0</td>"), "{page}");
}

#[test]
fn a_page_shows_calls() {
    let bench = bench();
    for flags in ["--raw", "-f spsc"] {
        let refused = refusal(bench.run(&format!("--report r.html {flags}"), b">c\nACGT\n"));
        let reason = "--report: rows must be calls, not windows";
        assert!(refused.contains(reason), "{refused}");
    }
    let (error, _) = failure(bench.run("--report /dev/full", b">c\nACGT\n"));
    assert!(error.contains("/dev/full: No space left"), "{error}");
}
