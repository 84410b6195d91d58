//! Gives htslib the lzma of CRAM.
//!
//! The build script of hts-sys links liblzma but does not define `HAVE_LIBLZMA`, so that its htslib
//! refuses blocks that are compressed with it. Here the two files of htslib that look at the name
//! are compiled again with it, and stand before those of hts-sys when the program is linked.

use std::env;
use std::path::{Path, PathBuf};

/// The files that ask for `HAVE_LIBLZMA`.
const FILES: [&str; 2] = ["hts.c", "cram/cram_io.c"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let htslib = PathBuf::from(of("HTS", "ROOT").expect("hts-sys names its folder")).join("htslib");
    let mut build = cc::Build::new();
    build.define("HAVE_LIBLZMA", None).include(&htslib);
    for file in FILES {
        build.file(htslib.join(file));
    }
    let bzip2 = of("BZIP2", "ROOT").map(|root| Path::new(&root).join("include"));
    let includes = [of("LZMA", "INCLUDE"), of("Z", "INCLUDE")];
    for include in includes.into_iter().flatten() {
        build.include(include);
    }
    if let Some(include) = bzip2 {
        build.include(include);
    }
    build.warnings(false).pic(true).cargo_metadata(false);
    build.compile("hts_lzma");
    let out = env::var("OUT_DIR").expect("cargo names the folder");
    println!("cargo:rustc-link-search=native={out}");
    // Whole: nothing else asks for these files by name, and they must come first.
    println!("cargo:rustc-link-lib=static:+whole-archive=hts_lzma");
}

/// What the build script of a library in C says.
fn of(library: &str, word: &str) -> Option<String> {
    env::var(format!("DEP_{library}_{word}")).ok()
}
