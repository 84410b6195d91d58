//! Command lines for the inputs of fuzzers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Kinds of input; each has a folder of the corpus and a program of the fuzzer.
pub const TARGETS: [&str; 10] = [
    "fasta",
    "fastq",
    "alignments",
    "cram",
    "compressed",
    "fai",
    "gzi",
    "regions",
    "headers",
    "model",
];

/// A folder with all that the command lines name.
pub struct Entries {
    folder: PathBuf,
}

impl Entries {
    /// Copies the files that are no input of a fuzzer: a model of three bases, and a reference,
    /// plain and compressed.
    pub fn new(fixtures: &Path, folder: &Path) -> io::Result<Self> {
        for name in ["matrix.onnx", "ref.fa", "ref.fa.gz"] {
            fs::copy(fixtures.join(name), folder.join(name))?;
        }
        fs::copy(fixtures.join("ref.fa"), folder.join("indexed.fa"))?;
        let folder = folder.to_owned();
        Ok(Self { folder })
    }

    /// Writes `data` to a file, and says with which arguments the filter reads it. The first byte
    /// chooses among options where there are some.
    pub fn command(&self, target: &str, data: &[u8]) -> io::Result<Vec<String>> {
        let path = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let input =
            |data: &[u8]| fs::write(self.folder.join("input"), data).map(|()| path("input"));
        let (first, rest) = data.split_first().unwrap_or((&0, &[]));
        let choice = |of: &[&'static str]| of[usize::from(*first) % of.len()];
        let (flags, inputs) = match target {
            "fasta" | "fastq" => {
                let flags = choice(&["", "--raw", "--softmask skip", "-s 2 --raw --max-n 1"]);
                (
                    format!("{flags} --input-format {target}"),
                    vec![input(rest)?],
                )
            }
            "alignments" => {
                let flags = choice(&["", "--reads each", "--reads raw", "--min-depth 2"]);
                let flags = format!("{flags} --input-format alignments");
                (flags, vec![input(rest)?])
            }
            "cram" => {
                let flags = choice(&["", "--reads each", "--reads raw"]);
                (format!("{flags} -r {}", path("ref.fa")), vec![input(rest)?])
            }
            "compressed" => (String::new(), vec![input(data)?]),
            "fai" => {
                fs::write(self.folder.join("indexed.fa.fai"), data)?;
                (format!("-r {} -R c1:3-30", path("indexed.fa")), vec![])
            }
            "gzi" => {
                fs::write(
                    self.folder.join("ref.fa.gz.fai"),
                    "c1\t42\t4\t30\t31\nc2\t7\t52\t7\t8\n",
                )?;
                fs::write(self.folder.join("ref.fa.gz.gzi"), data)?;
                (format!("-r {} -R c1:3-30", path("ref.fa.gz")), vec![])
            }
            "regions" => {
                let flags = choice(&["", "--names", "--region-strand"]);
                (format!("{flags} -r {}", path("ref.fa")), vec![input(rest)?])
            }
            "headers" => {
                let mut text = b">".to_vec();
                text.extend(rest.iter().filter(|&&byte| byte != b'\n'));
                text.extend(b"\nTTAGCTTTTAGCTT\n");
                let flags = choice(&["", "--header-coords bed", "-f gff3"]);
                (flags.to_owned(), vec![input(&text)?])
            }
            _ => {
                fs::write(self.folder.join("input.onnx"), data)?;
                let text = input(b">c\nTTAGCTTTTAGCTTNNACGT\n")?;
                (format!("-m {}", path("input.onnx")), vec![text])
            }
        };
        let model = path("matrix.onnx");
        let mut argv = vec!["-q".to_owned(), "-t".to_owned(), "1".to_owned()];
        if target != "model" {
            argv.extend(["-m".to_owned(), model]);
        }
        argv.extend(["-o".to_owned(), path("rows")]);
        argv.extend(flags.split_whitespace().map(str::to_owned));
        argv.extend(inputs);
        Ok(argv)
    }
}
