//! The output depends on input, model and parameters only.

use std::collections::HashMap;
use std::io::Read;

use crate::support::filter::{Bench, behind_ag, behind_ag_window, rows, run};
use crate::support::onnx;
use crate::support::random::sequence as random_sequence;
use crate::support::skips::data;
use proptest::prelude::*;
use tract_onnx::prelude::*;
use windrow::model::{self, Model, Strandedness};
use windrow::sequence;

/// Flags of every way to make rows.
const WAYS: [&str; 4] = [
    "",
    "--raw --min-score 0.0001",
    "-f bedgraph --raw --strand +",
    "-f bedgraph --strand -",
];

/// Flags of other ways to write or choose them.
const FORMATS: [&str; 6] = [
    "-f narrowpeak",
    "-f gff3",
    "-f tsv --raw",
    "-f spsc",
    "--top 20",
    "--top 7/Mb -f bedgraph",
];

/// The rows and unscored intervals for some ways to divide the work.
fn same_however_divided(models: &[&str], input: &[u8], formats: &[&str], chunks: &[usize]) {
    let folder = tempfile::tempdir().unwrap();
    let gaps = folder.path().join("unscored.bed");
    let gaps = gaps.to_str().unwrap();
    for format in formats {
        let mut expected = None;
        for threads in [1, 2, 7] {
            for chunk in chunks {
                let flags = format!("-t {threads} --chunk-size {chunk} --unscored {gaps} {format}");
                let mut argv: Vec<_> = models.iter().flat_map(|model| ["-m", model]).collect();
                argv.extend(flags.split_whitespace());
                let rows = rows(run(&argv, input));
                let gaps = std::fs::read_to_string(gaps).unwrap();
                let (first, first_gaps) =
                    expected.get_or_insert_with(|| (rows.clone(), gaps.clone()));
                assert!(rows == *first && gaps == *first_gaps, "{flags}");
            }
        }
    }
}

fn random_records() -> String {
    let lengths = [70_000, 0, 3, 500, 40, 9_000, 1, 2_000, 130_000, 700];
    let record = |(number, &length): (usize, &usize)| {
        format!(
            ">r{number}\n{}\n",
            random_sequence(length, 7 + number as u64)
        )
    };
    lengths.iter().enumerate().map(record).collect()
}

#[test]
fn threads_and_chunks_do_not_show() {
    let bench = Bench::new(&behind_ag());
    let records = random_records();
    same_however_divided(
        &[&bench.model],
        records.as_bytes(),
        &WAYS,
        &[1000, 4097, 65536],
    );
    let few = &records.as_bytes()[..90_000];
    same_however_divided(&[&bench.model], few, &FORMATS, &[256, 65536]);
    let flags = [
        "-s 7 --raw --softmask skip",
        "-s 5 --max-n 1 -f bedgraph --raw --strand -",
    ];
    same_however_divided(&[&bench.model], records.as_bytes(), &flags, &[256, 65536]);
}

#[test]
fn threads_and_chunks_do_not_show_for_the_bundled_model() {
    let records = random_records();
    same_however_divided(
        &["exon-start"],
        &records.as_bytes()[..80_000],
        &[""],
        &[4097, 65536],
    );
}

#[test]
fn threads_and_chunks_do_not_show_for_several_models() {
    let bench = Bench::new(&behind_ag());
    let mut region = onnx::matrix(&[[0.0, 2.0, 1.0, 0.0]; 40], -30.0);
    onnx::set(&mut region, "labels", "region");
    onnx::set(&mut region, "calls", "region");
    onnx::set(&mut region, "strand", "symmetric");
    onnx::set(&mut region, "step", "1");
    let region = bench.write("region.onnx", &onnx::bytes(&region));
    let records = random_records();
    let flags = [
        "",
        "--raw -s 3",
        "--merge-distance 30 --min-length 20 --top 9",
    ];
    same_however_divided(
        &[&bench.model, &region],
        records.as_bytes(),
        &flags,
        &[1000, 65536],
    );
}

#[test]
fn threads_and_chunks_do_not_show_on_real_sequence() {
    let Some(folder) = data() else { return };
    let file = std::fs::File::open(folder.join("genome/dev_human_hg38_parts.fa.gz")).unwrap();
    let mut input = Vec::new();
    let text = flate2::read::MultiGzDecoder::new(file);
    text.take(150_000).read_to_end(&mut input).unwrap();
    let formats = ["", "-f bedgraph --raw --strand -"];
    same_however_divided(&["exon-start"], &input, &formats, &[1000, 4097, 65536]);
}

#[test]
fn splitting_the_input_between_records_does_not_show() {
    let bench = Bench::new(&behind_ag());
    let records = random_records();
    let starts: Vec<_> = records.match_indices('>').map(|(start, _)| start).collect();
    for format in WAYS.into_iter().chain(FORMATS) {
        let parts: String = starts
            .iter()
            .zip(starts.iter().skip(1).chain([&records.len()]))
            .map(|(&start, &end)| bench.rows(format, &records.as_bytes()[start..end]))
            .collect();
        assert!(parts == bench.rows(format, records.as_bytes()), "{format}");
    }
}

#[test]
fn a_window_model_gives_what_its_dense_twin_gives() {
    let (dense, window) = (Bench::new(&behind_ag()), Bench::new(&behind_ag_window()));
    let input = format!(">c\n{}\n", random_sequence(3_000, 5));
    for flags in ["", "--raw --softmask skip", "-s 5 --raw --max-n 2"] {
        assert_eq!(
            dense.rows(flags, input.as_bytes()),
            window.rows(flags, input.as_bytes())
        );
    }
}

/// Every window cut out and scored alone: contig position and strand to probability.
fn one_at_a_time(model: &Model, text: &str, stride: usize) -> HashMap<(usize, char), f32> {
    let contract = &model.contract;
    let mut alone = Alone::new(model);
    let mut codes = Vec::new();
    sequence::encode(text.as_bytes(), &mut codes).unwrap();
    let codes: Vec<u8> = codes.into_iter().map(sequence::plain).collect();
    let mut found = HashMap::new();
    for start in (0..(text.len() + 1).saturating_sub(contract.window)).step_by(stride) {
        let window = &codes[start..start + contract.window];
        if window.contains(&sequence::UNKNOWN) {
            continue;
        }
        let mut mirrored = Vec::new();
        sequence::reverse_complement(window, &mut mirrored);
        let forward = alone.score(window);
        let reverse = alone.score(&mirrored);
        let mut put = |at, strand, raw| {
            found.insert((at, strand), contract.probability(0, raw));
        };
        match contract.strand {
            Strandedness::Stranded => {
                put(start + contract.anchor, '+', forward);
                put(start + contract.window - 1 - contract.anchor, '-', reverse);
            }
            Strandedness::Symmetric => put(start + contract.anchor, '.', (forward + reverse) / 2.0),
        }
    }
    found
}

/// The model with its input fixed at one window, run without any of the filter's own code.
struct Alone {
    state: TypedSimpleState,
    window: usize,
}

impl Alone {
    fn new(model: &Model) -> Self {
        let window = model.contract.window;
        let runnable = tract_onnx::onnx()
            .with_ignore_value_info(true)
            .model_for_proto_model(&model.proto)
            .and_then(|graph| graph.with_input_fact(0, f32::fact([1, 4, window]).into()))
            .and_then(|graph| graph.into_optimized()?.into_runnable())
            .unwrap();
        let state = runnable.spawn().unwrap();
        Self { state, window }
    }

    fn score(&mut self, codes: &[u8]) -> f32 {
        let mut input = vec![0f32; 4 * self.window];
        for (at, &code) in codes.iter().enumerate() {
            input[usize::from(code) * self.window + at] = 1.0;
        }
        let input = Tensor::from_shape(&[1, 4, self.window], &input).unwrap();
        let outputs = self.state.run(tvec!(input.into_tvalue())).unwrap();
        outputs[0]
            .try_as_plain_ram()
            .unwrap()
            .as_slice::<f32>()
            .unwrap()[0]
    }
}

/// Rows of every window, as the filter writes them.
fn filtered(path: &str, text: &str, stride: usize) -> HashMap<(usize, char), f32> {
    let stride = stride.to_string();
    let argv = [
        "-m",
        path,
        "--raw",
        "--no-header",
        "-s",
        &stride,
        "--chunk-size",
        "1000",
    ];
    let text = rows(run(&argv, format!(">c\n{text}\n").as_bytes()));
    let row = |row: &str| {
        let columns: Vec<_> = row.split('\t').collect();
        let strand = columns[5].chars().next().unwrap();
        (
            (columns[1].parse().unwrap(), strand),
            columns[6].parse().unwrap(),
        )
    };
    text.lines().map(row).collect()
}

fn same_as_one_at_a_time(path: &str, text: &str, stride: usize) -> Result<(), TestCaseError> {
    let model = model::load(path).unwrap();
    let stride = stride * model.contract.step;
    let (expected, found) = (
        one_at_a_time(&model, text, stride),
        filtered(path, text, stride),
    );
    prop_assert_eq!(found.len(), expected.len());
    for (key, expected) in expected {
        let value = found.get(&key).copied();
        // Half a digit of rounding, and the order of sums.
        prop_assert!(
            value.is_some_and(|value| (value - expected).abs() < 1e-4),
            "{key:?}"
        );
    }
    Ok(())
}

/// Sequence with runs of N, long enough for some windows of `window` bases.
fn text(window: usize) -> impl Strategy<Value = String> {
    let stretch = prop_oneof![5 => "[ACGT]{1,200}", 1 => "[ACG]{30,60}", 1 => "N{1,30}"];
    let random = prop::collection::vec(stretch, 1..12).prop_map(|parts| parts.concat());
    (
        random,
        prop::sample::select(vec![0, window / 2, window, window + 40]),
        any::<u64>(),
    )
        .prop_map(|(random, known, seed)| random + &random_sequence(known, seed).replace('N', "G"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn the_bundled_model_is_exact(
        text in text(model::load("exon-start").unwrap().contract.window),
        stride in 1usize..6,
    ) {
        same_as_one_at_a_time("exon-start", &text, stride)?;
    }

    #[test]
    fn matrices_of_any_window_are_exact(
        text in text(40),
        stride in 1usize..60,
        window in 1usize..50,
        anchor in 0usize..50,
        symmetric in any::<bool>(),
    ) {
        let weights: Vec<_> = (0..window).map(|i| [0.1, -0.4, 0.3, (i % 5) as f32 * 0.2]).collect();
        let mut model = onnx::matrix(&weights, 0.0);
        onnx::set(&mut model, "anchor", &(anchor % window).to_string());
        onnx::set(&mut model, "strand", if symmetric { "symmetric" } else { "stranded" });
        same_as_one_at_a_time(&Bench::new(&model).model, &text, stride)?;
    }
}
