//! Windows in, rows out.

use std::process::ExitCode;

fn main() -> ExitCode {
    windrow::cli::main(std::env::args_os().skip(1))
}
