//! Control characters of names and arguments reach no terminal.

use crate::support::filter::{Bench, behind_ag, failure, run};

#[test]
fn control_characters_of_names_reach_no_message() {
    let bench = Bench::new(&behind_ag());
    let bad = bench.write("bad.fa", b">a\x1b[31m\nACGT\n");
    let good = bench.write("good.fa", b">a\nACGT\n");
    for (flags, input) in [
        (format!("-r {bad} -R a"), &b""[..]),
        (format!("-r {good} -R a\x1b[31m"), b""),
        (format!("-r {good}"), b"a\x1b[31m\t0\t1\n"),
        (format!("-r {good} --names"), b"a\t0\t1\tn\xc2\x9b\n"),
        (String::new(), b">a\xc2\x9b\nACGT\n"),
    ] {
        let (error, _) = failure(bench.run(&format!("-q {flags}"), input));
        let line = error.trim_end_matches('\n');
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn control_characters_of_arguments_reach_no_message() {
    let bench = Bench::new(&behind_ag());
    let fasta = bench.write("a\x1b[2J.fa", b">a\nTTAGCTT\n");
    for argv in [
        &["-m", "none\x1b[2J.onnx"][..],
        &["-m", &bench.model, "none\x1b[2J.fa"],
        &["-m", &bench.model, "--none\x1b[2J"],
        &["-m", &bench.model, "-o", "/none/\x1b[2J"],
        &["-m", &bench.model, "-r", &fasta, "-R", "a"],
        &["-m", &bench.model, &fasta],
    ] {
        let output = run(argv, b"");
        let text = String::from_utf8(output.stderr).unwrap();
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(control), "{text:?}");
    }
}
