#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| windrow_fuzz::run("fastq", data));
