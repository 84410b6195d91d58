//! A test for each flag.

mod input;
mod output;
mod scoring;

use crate::call::Threshold;
use crate::cli::flags::{Args, Command, Generate, parse, table};
use crate::engine::EngineChoice;
use crate::pipeline::DEFAULT_CHUNK;

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
fn engine() {
    assert_eq!(run("").engine, EngineChoice::Auto);
    assert_eq!(run("--engine tract").engine, EngineChoice::Tract);
    assert!(parse(["--engine", "cuda"]).is_err());
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
