//! Every base of the input is accounted for.

use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::onnx;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn stats(bench: &Bench, flags: &str, input: &[u8]) -> Json {
    let path = bench.path("stats.json");
    rows(bench.run(&format!("{flags} --stats {}", path.display()), input));
    serde_json::from_str(&bench.read("stats.json")).unwrap()
}

fn unscored(bench: &Bench, flags: &str, input: &[u8]) -> String {
    let path = bench.path("unscored.bed");
    rows(bench.run(&format!("{flags} --unscored {}", path.display()), input));
    bench.read("unscored.bed")
}

#[test]
fn bases_are_scored_or_unscored_for_one_reason() {
    let bench = Bench::new(&behind_ag());
    let stats = stats(&bench, "", b">a\nACGTNACGTA\n>b\nAC\n>c\n\n>d\nACG\n");
    assert_eq!(
        (&stats["records"], &stats["bases"]),
        (&json!(4), &json!(15))
    );
    let model = &stats["models"][0];
    // Of a, windows on both strands report on 2..8, and those with the N on 2..7.
    // Of d, no base is reported on by both.
    assert_eq!(model["scored_bases"], json!(1));
    let unscored = &model["unscored_bases"];
    assert_eq!(unscored["contig_end"], json!(4 + 3));
    assert_eq!(unscored["unknown_bases"], json!(5));
    assert_eq!(unscored["short_contig"], json!(2));
    assert_eq!(unscored["soft_masked"], json!(0));
}

#[test]
fn reasons_follow_their_precedence() {
    let bench = Bench::new(&behind_ag());
    let input = b">a b\nacgtnacgtA\n>b\nac\n";
    let expected = [
        "a 0 2 contig_end matrix",
        "a 2 7 unknown_bases matrix",
        "a 7 8 soft_masked matrix",
        "a 8 10 contig_end matrix",
        "b 0 2 short_contig matrix",
    ];
    let expected: String = expected
        .iter()
        .map(|row| row.replace(' ', "\t") + "\n")
        .collect();
    assert_eq!(unscored(&bench, "--softmask skip", input), expected);
}

#[test]
fn multiqc_has_the_figures_of_the_ledger() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("liver.1.fa", b">a\nACGTNACGTA\n");
    let path = bench.path("x_mqc.json");
    let multiqc = |flags: &str| -> Json {
        rows(bench.run(&format!("--multiqc {} {flags}", path.display()), b""));
        serde_json::from_str(&bench.read("x_mqc.json")).unwrap()
    };
    let figures = multiqc(&input)["data"]["liver"].clone();
    assert_eq!(figures["bases"], json!(10));
    assert_eq!(figures["matrix_scored"], json!(10.0));
    assert_eq!(figures["matrix_contig_end"], json!(40.0));
    assert_eq!(figures["matrix_unknown_bases"], json!(50.0));
    let named = multiqc(&format!("--sample kidney {input}"));
    assert_eq!(named["data"]["kidney"]["bases"], json!(10));
}

#[test]
fn stats_have_stable_keys() {
    let bench = Bench::new(&behind_ag());
    let stats = stats(&bench, "", b">a\nTTAGCTT\n");
    let keys: Vec<_> = stats
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "windrow",
        "command",
        "records",
        "bases",
        "reads",
        "models",
        "wall_seconds",
        "cpu_seconds",
        "bases_per_second",
        "peak_memory_bytes",
    ];
    assert_eq!(keys, expected);
    let model = stats["models"][0].as_object().unwrap();
    let keys: Vec<_> = model.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "name",
            "sha256",
            "windows",
            "windows_without_place",
            "scored_bases",
            "unscored_bases",
            "rows"
        ]
    );
    assert_eq!(model["windows"], json!(10));
    assert_eq!(model["rows"], json!({ "exon_start": 2 }));
}

#[test]
fn the_summary_is_the_last_lines_on_standard_error() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("", b">a\nTTAGCTT\n");
    let summary = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = summary.lines().collect();
    assert_eq!(lines[0], "windrow: 1 record, 7 bases");
    assert_eq!(
        lines[1],
        "windrow: matrix: 3 bases scored; not scored: 0 unknown bases, 4 contig ends, \
         0 short contigs, 0 soft-masked; 2 calls"
    );
    assert!(lines[2].ends_with(" MB peak memory"), "{summary}");
    assert_eq!(lines.len(), 3);
}

/// Records of known, unknown and soft-masked stretches.
fn records() -> impl Strategy<Value = String> {
    let stretch = prop_oneof![
        4 => "[ACGT]{1,40}",
        2 => "[acgt]{1,20}",
        1 => "N{1,9}",
        1 => "[ACGTN]{1,5}",
    ];
    let record = prop::collection::vec(stretch, 0..12).prop_map(|stretches| stretches.concat());
    prop::collection::vec(record, 1..5).prop_map(|records| {
        let record = |(number, text): (usize, &String)| format!(">r{number}\n{text}\n");
        records.iter().enumerate().map(record).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn records_bases_scored_and_unscored_add_up(
        input in records(),
        window in 1usize..30,
        anchor in 0.0..1.0f64,
        stride in 1usize..9,
        max_n in 0usize..3,
        skip in any::<bool>(),
    ) {
        let mut model = onnx::matrix(&vec![[0.0, 1.0, 2.0, -1.0]; window], 0.0);
        onnx::set(&mut model, "anchor", &((anchor * window as f64) as usize).to_string());
        let bench = Bench::new(&model);
        let softmask = if skip { "skip" } else { "score" };
        let flags = format!("--raw -s {stride} --max-n {max_n} --softmask {softmask} --chunk-size 256");

        let stats = stats(&bench, &flags, input.as_bytes());
        let number = |json: &Json| json.as_u64().unwrap();
        let model = &stats["models"][0];
        let reasons = model["unscored_bases"].as_object().unwrap();
        let left_out: u64 = reasons.values().map(number).sum();
        prop_assert_eq!(number(&stats["bases"]), number(&model["scored_bases"]) + left_out);
        let bases = input.lines().filter(|line| !line.starts_with('>')).map(str::len).sum::<usize>();
        prop_assert_eq!(number(&stats["bases"]), bases as u64);

        let rows = unscored(&bench, &flags, input.as_bytes());
        let mut sums = std::collections::HashMap::new();
        for row in rows.lines() {
            let columns: Vec<_> = row.split('\t').collect();
            let [start, end] = [1, 2].map(|column| columns[column].parse::<u64>().unwrap());
            prop_assert!(start < end);
            *sums.entry(columns[3]).or_insert(0) += end - start;
        }
        for (reason, bases) in reasons {
            let sum = sums.get(reason.as_str()).copied().unwrap_or(0);
            prop_assert_eq!(number(bases), sum, "{}", reason);
        }
    }

    #[test]
    fn scored_bases_are_those_that_a_bedgraph_of_each_strand_covers(
        input in records(),
        stride in 1usize..9,
    ) {
        let bench = Bench::new(&behind_ag());
        let covered = |strand: char| {
            let flags = format!("-f bedgraph --raw -s {stride} --strand {strand}");
            let mut bases = std::collections::HashSet::new();
            for row in bench.rows(&flags, input.as_bytes()).lines() {
                let columns: Vec<_> = row.split('\t').collect();
                let [start, end] = [1, 2].map(|column| columns[column].parse::<u64>().unwrap());
                bases.extend((start..end).map(|base| (columns[0].to_owned(), base)));
            }
            bases
        };
        let both = covered('+').intersection(&covered('-')).count();
        let stats = stats(&bench, &format!("--raw -s {stride}"), input.as_bytes());
        prop_assert_eq!(&stats["models"][0]["scored_bases"], &json!(both));
    }
}
