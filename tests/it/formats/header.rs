//! The lines above the rows, and the destination of the output.

use super::SEQUENCE;
use crate::support::filter::{Bench, behind_ag, rows, run};

#[test]
fn the_header_tells_tool_command_model_and_parameters() {
    let bench = Bench::new(&behind_ag());
    let text = rows(bench.run("-t 2 --chunk-size 999 --max-n 0", SEQUENCE));
    let header: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(header[0], concat!("# windrow ", env!("CARGO_PKG_VERSION")));
    assert!(
        header[1].starts_with("# command: windrow --model "),
        "{text}"
    );
    assert!(header[1].ends_with(" --max-n 0"), "{text}");
    assert!(header[2].starts_with("# model: matrix sha256="), "{text}");
    assert!(header[2].ends_with(" license=MIT assembly=none"), "{text}");
    assert_eq!(
        header[3],
        "# parameters: matrix stride=1 exon_start>=0.9 logit>=7.999"
    );
    assert_eq!(
        header[4],
        "# parameters: rows=calls strand=both max-n=0 softmask=score"
    );
    assert_eq!(
        header[5],
        "# columns: contig start end label score strand value"
    );
    assert_eq!(header.len(), 6);
}

#[test]
fn a_run_without_records_is_a_header() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("", b"");
    let warning = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        warning.starts_with("windrow: warning: standard input is empty\n"),
        "{warning}"
    );
    assert!(rows(output).lines().all(|line| line.starts_with('#')));
}

#[test]
fn output_goes_to_the_file_named() {
    let bench = Bench::new(&behind_ag());
    let path = bench.path("out.bed");
    let output = bench.run(&format!("--no-header -o {}", path.display()), SEQUENCE);
    assert_eq!(rows(output), "");
    assert_eq!(bench.read("out.bed"), bench.rows("", SEQUENCE));
}

#[test]
fn quiet_says_nothing() {
    let bench = Bench::new(&behind_ag());
    for input in [SEQUENCE, b""] {
        let output = run(&["-q", "-m", &bench.model], input);
        assert!(output.status.success() && output.stderr.is_empty());
    }
}
