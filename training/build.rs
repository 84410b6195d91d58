//! Lets the program find the libtorch that setup.sh puts beside this file.

fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{here}/libtorch/lib");
    println!("cargo:rerun-if-changed=build.rs");
}
