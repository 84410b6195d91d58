//! One test a flag.

use std::path::PathBuf;

use crate::call::{Threshold, Top};
use crate::cli::flags::{Args, Command, Generate, Listing, parse, table};
use crate::engine::EngineChoice;
use crate::pipeline::DEFAULT_CHUNK;
use crate::sequence::StrandChoice;
use crate::source::reads::Reads;
use crate::source::{HeaderCoords, InputFormat};
use crate::value::Quantity;
use crate::window::Softmask;
use crate::write::Format;

fn run(argv: &str) -> Args {
    match parse(argv.split_whitespace()) {
        Ok(Command::Run { args, .. }) => *args,
        other => panic!("{argv}: {other:?}"),
    }
}

fn thresholds(argv: &str) -> Vec<Threshold> {
    let bounds = run(argv).bounds.into_iter();
    bounds.map(|bound| bound.threshold).collect()
}

fn instead(argv: &str) -> Command {
    parse(argv.split_whitespace()).unwrap()
}

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

#[test]
fn stride() {
    assert_eq!(run("").stride, None);
    assert_eq!(run("-s 8").stride, Some(8));
    assert!(parse(["--stride=0"]).is_err());
}

#[test]
fn strand() {
    assert_eq!(run("").strand, None);
    assert_eq!(run("--strand +").strand, Some(StrandChoice::Forward));
    assert_eq!(run("--strand -").strand, Some(StrandChoice::Reverse));
    assert_eq!(run("--strand=both").strand, Some(StrandChoice::Both));
}

#[test]
fn min_score() {
    assert_eq!(run("").bounds, []);
    let least = [Threshold::Score(-0.5)];
    assert_eq!(thresholds("--min-score -0.5"), least);
    assert_eq!(thresholds("--min-score 3 --min-score -0.5"), least);
    assert_eq!(thresholds("--min-score 3 --min-score a=1,b:x=2").len(), 3);
    assert!(parse(["--min-score=a=1,a=2"]).is_err());
    assert!(parse(["--min-score=inf"]).is_err());
}

#[test]
fn precision() {
    let [least] = thresholds("--precision 0.9")[..] else {
        panic!();
    };
    assert_eq!(least, Threshold::Precision(0.9));
    assert_eq!(least.least(), Some(0.9));
    for value in ["-0.1", "1.1", "90%"] {
        assert!(parse(["--precision", value]).is_err());
    }
    assert!(parse(["--precision=0.9", "--min-score=0.9"]).is_err());
}

#[test]
fn fdr() {
    let [least] = thresholds("--fdr 0.05")[..] else {
        panic!();
    };
    assert_eq!(least, Threshold::Fdr(0.05));
    assert_eq!(least.least(), Some(0.95));
    assert!(parse(["--fdr=1.1"]).is_err());
    assert!(parse(["--fdr=0.1", "--precision=0.9"]).is_err());
}

#[test]
fn rate() {
    assert_eq!(thresholds("--rate 50/Mb"), [Threshold::Rate(50.0)]);
    assert_eq!(thresholds("--rate a=0.5/Mb"), [Threshold::Rate(0.5)]);
    for value in ["50", "0/Mb", "-1/Mb", "nan/Mb", "inf/Mb", "/Mb"] {
        assert!(parse(["--rate", value]).is_err(), "{value}");
    }
    assert!(parse(["--rate=1/Mb", "--fdr=0.9"]).is_err());
}

#[test]
fn top() {
    assert_eq!(run("").top, None);
    assert_eq!(run("--top 3").top, Some(Top::Record(3)));
    assert_eq!(run("--top 50/Mb").top, Some(Top::Megabase(50)));
    for value in ["0", "-1", "3/kb", "/Mb", "3/", "1e3", ""] {
        assert!(parse(["--top", value]).is_err(), "{value}");
    }
}

#[test]
fn merge_distance() {
    assert_eq!(run("").merge_distance, None);
    assert_eq!(run("--merge-distance 0").merge_distance, Some(0));
    assert!(parse(["--merge-distance=10000001"]).is_err());
}

#[test]
fn min_length() {
    assert_eq!(run("").min_length, 0);
    assert_eq!(run("--min-length 200").min_length, 200);
    assert!(parse(["--min-length=-1"]).is_err());
}

#[test]
fn tracks() {
    assert_eq!(run("").tracks, None);
    assert_eq!(run("--tracks x").tracks, Some(PathBuf::from("x")));
}

#[test]
fn genome() {
    assert_eq!(run("--genome hg38").genome.as_deref(), Some("hg38"));
}

#[test]
fn value() {
    assert_eq!(run("").value, Quantity::Probability);
    assert_eq!(run("--value rate").value, Quantity::Rate);
    assert_eq!(run("--value=logit").value, Quantity::Logit);
}

#[test]
fn raw() {
    assert!(!run("").raw);
    assert!(run("--raw").raw);
}

#[test]
fn max_n() {
    assert_eq!(run("").max_n, 0);
    assert_eq!(run("--max-n 3").max_n, 3);
    assert!(parse(["--max-n=-1"]).is_err());
}

#[test]
fn softmask() {
    assert_eq!(run("").softmask, Softmask::Score);
    assert_eq!(run("--softmask skip").softmask, Softmask::Skip);
}

#[test]
fn engine() {
    assert_eq!(run("").engine, EngineChoice::Auto);
    assert_eq!(run("--engine tract").engine, EngineChoice::Tract);
    assert!(parse(["--engine", "cuda"]).is_err());
}

#[test]
fn format() {
    assert_eq!(run("").format, Format::Bed);
    assert_eq!(run("-fbedgraph").format, Format::BedGraph);
    assert_eq!(run("-f narrowpeak").format, Format::NarrowPeak);
    assert_eq!(run("-f gff3").format, Format::Gff3);
    assert_eq!(run("-f tsv").format, Format::Tsv);
    assert_eq!(run("-f spsc").format, Format::Spsc);
}

#[test]
fn output() {
    assert_eq!(run("-o x.bed").output, Some(PathBuf::from("x.bed")));
    assert_eq!(run("-o -").output, None);
    assert!(parse(["-o", ""]).is_err());
}

#[test]
fn no_header() {
    assert!(!run("").no_header);
    assert!(run("--no-header").no_header);
}

#[test]
fn track() {
    assert!(!run("").track);
    assert!(run("--track").track);
}

#[test]
fn itemrgb() {
    assert!(!run("").item_rgb);
    assert!(run("--itemrgb").item_rgb);
}

#[test]
fn chrom_sizes() {
    assert_eq!(run("").chrom_sizes, None);
    let path = Some(PathBuf::from("c.sizes"));
    assert_eq!(run("--chrom-sizes c.sizes").chrom_sizes, path);
}

#[test]
fn stats() {
    assert_eq!(run("--stats s.json").stats, Some(PathBuf::from("s.json")));
}

#[test]
fn multiqc() {
    let path = Some(PathBuf::from("x_mqc.json"));
    assert_eq!(run("--multiqc x_mqc.json").multiqc, path);
}

#[test]
fn report() {
    assert_eq!(run("--report r.html").report, Some(PathBuf::from("r.html")));
    assert_eq!(run("").report, None);
}

#[test]
fn sample() {
    assert_eq!(run("--sample liver").sample.as_deref(), Some("liver"));
    assert_eq!(run("").sample, None);
}

#[test]
fn gather() {
    let Command::Gather(asked) = instead("--gather all.bed 1.bed 2.bed -t 3") else {
        panic!("not asked to gather");
    };
    assert_eq!(asked.to, PathBuf::from("all.bed"));
    assert_eq!(asked.shards, ["1.bed", "2.bed"].map(PathBuf::from));
    assert_eq!(asked.threads, 3);
    let refused = parse(["--gather", "all.bed", "-m", "promoter"]).unwrap_err();
    assert_eq!(refused.to_string(), "--model cannot be used with --gather");
    assert_eq!(instead("--gather all.bed -h"), Command::Help);
}

#[test]
fn unscored() {
    assert_eq!(
        run("--unscored u.bed").unscored,
        Some(PathBuf::from("u.bed"))
    );
}

#[test]
fn threads() {
    assert_eq!(run("-t 3").threads, 3);
    assert_eq!(run("-@ 4").threads, 4);
    assert_eq!(run("--threads 7").threads, 7);
}

#[test]
fn chunk_size() {
    assert_eq!(run("").chunk_size, DEFAULT_CHUNK);
    assert_eq!(run("--chunk-size 1000").chunk_size, 1000);
    assert!(parse(["--chunk-size=1"]).is_err());
}

#[test]
fn quiet() {
    assert!(!run("").quiet);
    assert!(run("-q").quiet);
}

#[test]
fn verbose() {
    assert!(!run("").verbose);
    assert!(run("-v").verbose);
}

#[test]
fn generate() {
    assert_eq!(
        instead("--generate complete-zsh"),
        Command::Generate(Generate::Zsh)
    );
    assert!(parse(["--generate", "card"]).is_err());
}

#[test]
fn help() {
    assert_eq!(instead("-h"), Command::Help);
    assert_eq!(instead("--help"), Command::LongHelp);
    assert_eq!(instead("--raw -h --version"), Command::Help);
}

#[test]
fn version() {
    assert_eq!(instead("-V"), Command::Version);
    assert_eq!(instead("--version"), Command::Version);
}

#[test]
fn names_are_unique() {
    let mut longs: Vec<_> = table().iter().map(|flag| flag.long).collect();
    let mut shorts: Vec<_> = table().iter().flat_map(|flag| flag.short).collect();
    let (all_longs, all_shorts) = (longs.len(), shorts.len());
    longs.sort_unstable();
    longs.dedup();
    shorts.sort_unstable();
    shorts.dedup();
    assert_eq!((longs.len(), shorts.len()), (all_longs, all_shorts));
}

#[test]
fn choices_stand_in_the_help() {
    for flag in table() {
        for choice in flag.choices {
            assert!(flag.long_doc.contains(choice), "--{}: {choice}", flag.long);
        }
    }
}

#[test]
fn bgzip_and_index() {
    assert!(!run("").bgzip && !run("").index);
    assert!(run("-z").bgzip && run("--bgzip").bgzip);
    assert!(run("--index").index);
}
