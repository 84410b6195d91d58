//! Rows of a finished record are written to a pipe while the input pauses.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::support::filter::{Bench, behind_ag};

#[test]
fn a_finished_record_is_written_while_the_input_waits() {
    let bench = Bench::new(&behind_ag());
    for flags in [
        &["-t", "1"][..],
        &["-t", "3"],
        &["--raw", "--strand", "+"],
        &["-f", "bedgraph", "--raw", "--strand", "+"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(["-m", &bench.model, "--no-header", "-q"])
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (send, lines) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                send.send(line.unwrap()).unwrap();
            }
        });
        // A record has ended when the next one begins.
        write!(input, ">a\nTTAGCTTTTTTTTTTTTTT\n").unwrap();
        for (record, next) in [("a", "b"), ("b", "c"), ("c", "d")] {
            write!(input, ">{next}\nTTAGCTTTTTTTTTTTTTT\n").unwrap();
            input.flush().unwrap();
            let line = lines.recv_timeout(Duration::from_secs(30));
            let line = line.unwrap_or_else(|_| panic!("{flags:?}: {record} is held back"));
            assert!(line.starts_with(record), "{flags:?}: {line}");
            while lines.recv_timeout(Duration::from_millis(200)).is_ok() {}
        }
        drop(input);
        assert!(child.wait().unwrap().success());
        drop(reader);
    }
}
