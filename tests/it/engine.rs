//! The kernels give what tract gives, on any instruction set, and leave to it what they cannot.

use crate::support::filter::{Bench, rows, run};
use crate::support::skips::data;
use crate::support::{nets, onnx};
use tract_onnx::pb::ModelProto;
use windrow::engine::EngineChoice;
use windrow::engine::{engine_of, engine_of_choice, is_supported};
use windrow::model::{self, Model, Output, registry};
use windrow::sequence::Base;

/// Kernels that this machine has.
fn kernels() -> Vec<EngineChoice> {
    let all = [
        EngineChoice::Avx512,
        EngineChoice::Avx2,
        EngineChoice::Neon,
        EngineChoice::Portable,
    ];
    all.into_iter()
        .filter(|&choice| is_supported(choice))
        .collect()
}

/// Pseudo-random codes with runs of unknown bases.
fn random_codes(len: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut codes = Vec::new();
    while codes.len() < len {
        let run = random.usize(1..=300);
        match random.u8(..9) {
            0 => codes.resize(codes.len() + run, 4),
            _ => codes.extend((0..run).map(|_| random.u8(..4))),
        }
    }
    codes.truncate(len);
    codes
}

/// Windows at the model's step, the last of which ends with the codes.
fn windows(model: &Model, codes: &mut Vec<u8>) -> Vec<u32> {
    let (window, step) = (model.contract.window, model.contract.step);
    let last = (codes.len() - window) / step * step;
    codes.truncate(last + window);
    (0..=last as u32).step_by(step).collect()
}

/// Raw outputs of both strands.
fn outputs(model: &Model, choice: EngineChoice, codes: &[u8], starts: &[u32]) -> [Vec<f32>; 2] {
    let labels: Vec<_> = (0..model.contract.labels.len()).collect();
    outputs_of(model, &labels, choice, codes, starts)
}

fn outputs_of(
    model: &Model,
    labels: &[usize],
    choice: EngineChoice,
    codes: &[u8],
    starts: &[u32],
) -> [Vec<f32>; 2] {
    let bases: Vec<_> = codes.iter().map(|&code| Base::of(code)).collect();
    let engine = engine_of(model, labels, model.contract.step, choice).unwrap();
    let is_tract = engine.name().starts_with("tract");
    assert_eq!(is_tract, choice == EngineChoice::Tract, "{}", engine.name());
    let mut scorer = engine.scorer().unwrap();
    let (mut forward, mut reverse, mut out) = (Vec::new(), Vec::new(), Vec::new());
    // Tract's lanes are shorter than the kernels'.
    let step = model.contract.step;
    let fit = (scorer.lane() - model.contract.window) / step + 1;
    for part in starts.chunks(fit) {
        let (first, last) = (part[0], part[part.len() - 1] as usize);
        let bases = &bases[first as usize..last + model.contract.window];
        let part: Vec<_> = part.iter().map(|start| start - first).collect();
        scorer.score(bases, &part, &mut out).unwrap();
        forward.extend_from_slice(&out);
        scorer.score_reverse(bases, &part, &mut out).unwrap();
        reverse.extend_from_slice(&out);
    }
    [forward, reverse]
}

fn bits(outputs: &[Vec<f32>; 2]) -> [Vec<u32>; 2] {
    outputs
        .each_ref()
        .map(|strand| strand.iter().map(|x| x.to_bits()).collect())
}

/// Holds every kind of kernels against tract: within 1e-5 in probability, or of the value.
fn same_as_tract(model: &Model, mut codes: Vec<u8>) {
    let contract = &model.contract;
    let starts = windows(model, &mut codes);
    let expected = outputs(model, EngineChoice::Tract, &codes, &starts);
    let mut first = None;
    for choice in kernels() {
        let found = outputs(model, choice, &codes, &starts);
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            let [found, expected] = [*found, *expected].map(|raw| match contract.output {
                // Also where the calibration is flat.
                Output::Logit => 1.0 / (1.0 + (-raw).exp()),
                Output::Value => raw,
            });
            assert!(
                (found - expected).abs() < 1e-5,
                "{}: {found} {expected}",
                contract.name
            );
        }
        for strand in &found {
            assert_eq!(strand.len(), starts.len() * contract.labels.len());
        }
        let found = bits(&found);
        assert!(
            found == *first.get_or_insert(found.clone()),
            "{} {choice:?}",
            contract.name
        );
    }
}

fn parsed(proto: &ModelProto) -> Model {
    model::parse(&onnx::bytes(proto), "drawn").unwrap()
}

fn nets() -> Vec<ModelProto> {
    vec![
        nets::residual(20, &[1, 2, 16]),
        nets::inception(20, &[1, 4, 16], false),
        nets::inception(12, &[1, 1, 1], true),
        nets::separable(),
        nets::word_attention(4, 60),
        onnx::matrix(&[[0.5, -0.25, 1.0, 0.0]; 17], -2.0),
    ]
}

#[test]
fn bundled_models_score_as_with_tract_on_random_sequence() {
    for name in registry::names() {
        let model = model::load(name).unwrap();
        let len = model.contract.window + 1500;
        same_as_tract(&model, random_codes(len, 11));
    }
}

#[test]
fn bundled_models_score_as_with_tract_on_real_sequence() {
    let Some(codes) = real_codes(12_000) else {
        return;
    };
    for name in registry::names() {
        same_as_tract(&model::load(name).unwrap(), codes.clone());
    }
}

#[test]
fn chosen_labels_score_as_among_all() {
    let model = model::load("binding-site").unwrap();
    let count = model.contract.labels.len();
    let mut codes = random_codes(model.contract.window + 700, 5);
    let starts = windows(&model, &mut codes);
    for choice in [EngineChoice::Auto, EngineChoice::Tract] {
        let all = outputs(&model, choice, &codes, &starts);
        for labels in [vec![0], vec![count - 1, 2], (1..count).collect()] {
            let some = outputs_of(&model, &labels, choice, &codes, &starts);
            for (all, some) in all.iter().zip(&some) {
                let all = all.chunks_exact(count);
                let expected = all.flat_map(|all| labels.iter().map(|&label| all[label]));
                assert!(expected.eq(some.iter().copied()), "{labels:?} {choice:?}");
            }
        }
    }
    let refused = |labels: &[usize]| engine_of(&model, labels, 1, EngineChoice::Auto).is_err();
    assert!(refused(&[]) && refused(&[count]));
}

#[test]
fn soft_masked_bases_score_as_others() {
    let model = model::load("exon-start").unwrap();
    let mut codes = random_codes(model.contract.window + 300, 9);
    let starts = windows(&model, &mut codes);
    let expected = outputs(&model, EngineChoice::Auto, &codes, &starts);
    let soft: Vec<u8> = codes
        .iter()
        .map(|code| code | windrow::sequence::SOFT)
        .collect();
    assert!(outputs(&model, EngineChoice::Auto, &soft, &starts) == expected);
}

#[test]
fn networks_of_every_kind_score_as_with_tract() {
    for proto in nets() {
        let model = parsed(&proto);
        for seed in [1, 2] {
            let len = model.contract.window + 800;
            same_as_tract(&model, random_codes(len, seed));
        }
    }
}

#[test]
fn the_stride_does_not_show_in_a_score() {
    for proto in nets() {
        let model = parsed(&proto);
        let (window, step) = (model.contract.window, model.contract.step);
        let mut codes = random_codes(window + 1500, 7);
        let starts = windows(&model, &mut codes);
        let all = outputs(&model, EngineChoice::Auto, &codes, &starts);
        for every in [2, 5, 8, 31] {
            let engine = engine_of_choice(&model, every * step, EngineChoice::Auto).unwrap();
            let mut scorer = engine.scorer().unwrap();
            let some: Vec<_> = starts.iter().copied().step_by(every).collect();
            let end = some[some.len() - 1] as usize + window;
            let bases: Vec<_> = codes[..end].iter().map(|&code| Base::of(code)).collect();
            let mut out = Vec::new();
            scorer.score(&bases, &some, &mut out).unwrap();
            let expected: Vec<_> = all[0].iter().copied().step_by(every).collect();
            assert!(out == expected, "{} {every}", model.contract.name);
            scorer.score_reverse(&bases, &some, &mut out).unwrap();
            let expected: Vec<_> = all[1].iter().copied().step_by(every).collect();
            assert!(out == expected, "{} {every}", model.contract.name);
        }
    }
}

#[test]
fn instructions_do_not_show_in_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = vec!["exon-start".to_owned()];
    for (at, proto) in nets().iter().enumerate() {
        let path = folder.path().join(format!("{at}.onnx"));
        std::fs::write(&path, onnx::bytes(proto)).unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    let mut inputs = vec![random_codes(6_000, 3)];
    inputs.extend(real_codes(6_000));
    for (path, codes) in paths
        .iter()
        .flat_map(|path| inputs.iter().map(move |codes| (path, codes)))
    {
        let letters: String = codes
            .iter()
            .map(|&code| char::from(b"ACGTN"[code as usize]))
            .collect();
        let text = format!(">c\n{letters}\n");
        let of = |choice: EngineChoice| {
            let argv = [
                "-m",
                path,
                "--raw",
                "--no-header",
                "--max-n",
                "3",
                "--engine",
                &choice.to_string(),
            ];
            rows(run(&argv, text.as_bytes()))
        };
        let expected = of(EngineChoice::Auto);
        for choice in kernels() {
            assert!(of(choice) == expected, "{path} {choice:?}");
        }
    }
}

#[test]
fn what_the_kernels_do_not_know_is_run_by_tract_and_said_so() {
    let mut proto = onnx::matrix(&[[0.5, -0.25, 1.0, 0.0]; 5], 0.0);
    let graph = proto.graph.as_mut().unwrap();
    graph.node[0].output[0] = "linear".to_owned();
    graph.node.push(onnx::node("Erf", &["linear"], "score"));
    let output = Bench::new(&proto).run("-v", b">c\nACGTACGTACGT\n");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(
        told.contains("windrow: matrix is run by tract (operator Erf)\n"),
        "{told}"
    );

    let known = Bench::new(&onnx::matrix(&[[0.5, -0.25, 1.0, 0.0]; 5], 0.0));
    let told = String::from_utf8(known.run("-v", b">c\nACGTACGTACGT\n").stderr).unwrap();
    assert!(
        told.contains("windrow: matrix is run by fused kernels"),
        "{told}"
    );
    let told = String::from_utf8(known.run("-v --engine tract", b">c\nACGT\n").stderr).unwrap();
    assert!(
        told.contains("windrow: matrix is run by tract (as asked)\n"),
        "{told}"
    );
}

#[test]
fn instructions_that_this_machine_lacks_are_a_usage_error() {
    let missing = if cfg!(target_arch = "aarch64") {
        "avx2"
    } else {
        "neon"
    };
    let output = run(&["--engine", missing], b"");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        told,
        format!("windrow: error: --engine: this machine has no {missing}\n")
    );
}

/// The first bases of a real contig, if there is one.
fn real_codes(len: usize) -> Option<Vec<u8>> {
    use std::io::{BufRead, BufReader};
    let folder = data()?;
    let file = std::fs::File::open(folder.join("genome/dev_human_hg38_parts.fa.gz")).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    let mut codes = Vec::new();
    for line in lines
        .map(Result::unwrap)
        .filter(|line| !line.starts_with('>'))
    {
        let code = |letter: u8| {
            b"ACGT"
                .iter()
                .position(|&base| base == letter.to_ascii_uppercase())
        };
        codes.extend(
            line.bytes()
                .map(|letter| code(letter).map_or(4, |code| code as u8)),
        );
        if codes.len() >= len {
            break;
        }
    }
    codes.truncate(len);
    Some(codes)
}
