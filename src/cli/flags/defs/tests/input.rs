//! Flags of models and input.

use std::path::PathBuf;

use super::{instead, run};
use crate::cli::flags::{Command, Listing, parse};
use crate::source::reads::Reads;
use crate::source::{HeaderCoords, InputFormat};

#[test]
fn model() {
    let models = |argv: &str| -> Vec<_> {
        let models = run(argv).models.into_iter();
        models.map(|wanted| wanted.model).collect()
    };
    assert_eq!(models(""), ["exon-start"]);
    assert_eq!(models("-m a --model=./b.onnx"), ["a", "./b.onnx"]);
    assert_eq!(run("-m a:x,y").models[0].labels, ["x", "y"]);
    assert!(parse(["-m", "a", "-m", "a"]).is_err());
}

#[test]
fn list_models() {
    let listed = |listing, folder: Option<&str>| Command::ListModels {
        listing,
        folder: folder.map(PathBuf::from),
    };
    assert_eq!(instead("--list-models"), listed(Listing::Screen, None));
    assert_eq!(instead("-f tsv --list-models"), listed(Listing::Tsv, None));
    let argv = "--list-models --format json --models x";
    assert_eq!(instead(argv), listed(Listing::Json, Some("x")));
    assert!(parse(["-f", "json"]).is_err());
}

#[test]
fn models() {
    assert_eq!(run("").models_folder, None);
    assert_eq!(run("--models x").models_folder, Some(PathBuf::from("x")));
}

#[test]
fn show_model() {
    assert_eq!(
        instead("--show-model x.onnx"),
        Command::ShowModel {
            model: "x.onnx".to_owned(),
            folder: None,
        }
    );
}

#[test]
fn region() {
    assert_eq!(run("-R c:1-2 --region d").regions, ["c:1-2", "d"]);
}

#[test]
fn region_strand() {
    assert!(!run("").region_strand);
    assert!(run("--region-strand").region_strand);
}

#[test]
fn names() {
    assert!(!run("").names);
    assert!(run("--names").names);
}

#[test]
fn shard() {
    assert_eq!(run("").shard, None);
    assert_eq!(run("--shard 2/8").shard, Some((2, 8)));
    for shard in ["0/8", "9/8", "1/0", "1", "/", "-1/2", "a/b"] {
        assert!(parse(["--shard", shard]).is_err(), "{shard}");
    }
}

#[test]
fn input_format() {
    assert_eq!(run("").input_format, None);
    assert_eq!(
        run("--input-format bed").input_format,
        Some(InputFormat::Bed)
    );
}

#[test]
fn header_coords() {
    assert_eq!(run("").header_coords, HeaderCoords::Auto);
    assert_eq!(
        run("--header-coords none").header_coords,
        HeaderCoords::None
    );
}

#[test]
fn reference() {
    assert_eq!(run("").reference, None);
    assert_eq!(run("-r x.fa").reference, Some(PathBuf::from("x.fa")));
}

#[test]
fn reads() {
    assert_eq!(run("").reads, Reads::Consensus);
    assert_eq!(run("--reads each").reads, Reads::Each);
    assert_eq!(run("--reads=raw").reads, Reads::Raw);
}

#[test]
fn exclude_flags() {
    assert_eq!(run("").exclude_flags, None);
    assert_eq!(run("-F 0xF04").exclude_flags, Some(0xf04));
    assert_eq!(run("--exclude-flags 04").exclude_flags, Some(4));
    assert_eq!(run("-F 0").exclude_flags, Some(0));
    assert_eq!(run("-F UNMAP,DUP").exclude_flags, Some(0x404));
    for value in ["-F=0x10000", "-F=08", "-F=+4", "-F=0x", "-F=UNMAPPED"] {
        assert!(parse([value]).is_err(), "{value}");
    }
}

#[test]
fn require_flags() {
    assert_eq!(run("").require_flags, 0);
    assert_eq!(run("--require-flags 020").require_flags, 16);
}

#[test]
fn min_mapq() {
    assert_eq!(run("").min_mapq, 0);
    assert_eq!(run("--min-mapq 30").min_mapq, 30);
    assert!(parse(["--min-mapq=256"]).is_err());
}

#[test]
fn min_depth() {
    assert_eq!(run("").min_depth, 3);
    assert_eq!(run("--min-depth 1").min_depth, 1);
    assert!(parse(["--min-depth=0"]).is_err());
}

#[test]
fn min_fraction() {
    assert_eq!(run("").min_fraction, 0.4);
    assert_eq!(run("--min-fraction 0.75").min_fraction, 0.75);
    for value in ["-0.1", "1.1", "NaN"] {
        assert!(parse([format!("--min-fraction={value}")]).is_err());
    }
}
