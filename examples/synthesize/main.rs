//! Writes the example: `cargo run --example synthesize -- examples`.

mod contig;
mod gene;
mod random;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "examples".to_owned());
    let contig = contig::synthesize();
    let write = |name: &str, text: String| std::fs::write(Path::new(&folder).join(name), text);
    write("example.fa", contig.fasta())?;
    write("example.truth.bed", contig.truth())?;
    write("example.genes.bed", contig.genes())
}
