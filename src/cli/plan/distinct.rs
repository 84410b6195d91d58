//! Refuses files that are both read and written, or written twice.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::rule;
use crate::cli::flags::{Args, UsageError};

/// Identity of a file: device and inode, through links, if it exists; else its path.
#[derive(Debug, PartialEq)]
enum Identity {
    Inode(u64, u64),
    Place(PathBuf),
}

/// A file of the command line, with the words that name it.
struct Named {
    name: String,
    identity: Identity,
}

/// Refuses outputs that are inputs or other outputs. Devices, pipes and sockets may be named more
/// than once.
pub fn check(args: &Args) -> Result<(), UsageError> {
    let read: Vec<_> = inputs(args).collect();
    apart(&read, outputs(args))
}

/// Refuses shards that are the same file, and an output that is a shard.
pub fn check_gathered(to: &Path, shards: &[PathBuf]) -> Result<(), UsageError> {
    let shards = || (shards.iter()).filter_map(|path| Named::at("--gather: SHARD", path));
    apart(&[], shards())?;
    let read: Vec<_> = shards().collect();
    apart(&read, Named::at("--gather", to).into_iter())
}

fn apart(read: &[Named], outputs: impl Iterator<Item = Named>) -> Result<(), UsageError> {
    let mut written: Vec<Named> = Vec::new();
    for output in outputs {
        if let Some(input) = read.iter().find(|input| input.identity == output.identity) {
            return Err(rule(format!(
                "{} is also read, as {}: it would be overwritten",
                output.name, input.name
            )));
        }
        if let Some(other) = written.iter().find(|one| one.identity == output.identity) {
            return Err(rule(format!(
                "{} and {} are the same file",
                other.name, output.name
            )));
        }
        written.push(output);
    }
    Ok(())
}

fn outputs(args: &Args) -> impl Iterator<Item = Named> {
    let index = args.output.as_deref().filter(|_| args.index);
    let files = [
        ("--output", args.output.clone()),
        (
            "the index of --output",
            index.map(|path| with(path, ".tbi")),
        ),
        (
            "the index of --output",
            index.map(|path| with(path, ".csi")),
        ),
        ("--chrom-sizes", file(args.chrom_sizes.as_deref())),
        ("--stats", file(args.stats.as_deref())),
        ("--multiqc", file(args.multiqc.as_deref())),
        ("--report", file(args.report.as_deref())),
        ("--unscored", file(args.unscored.as_deref())),
    ];
    let to_stdout = args.output.is_none();
    let stdout = opened(std::io::stdout().as_fd()).filter(|_| to_stdout);
    let stdout = stdout.map(|found| standard("standard output", &found));
    let files = files.into_iter();
    let files = files.filter_map(|(flag, path)| Named::at(flag, &path?));
    files.chain(stdout)
}

fn inputs(args: &Args) -> impl Iterator<Item = Named> {
    let reads_stdin = args.regions.is_empty()
        && (args.inputs.is_empty() || args.inputs.iter().any(|path| path.as_os_str() == "-"));
    let stdin = opened(std::io::stdin().as_fd()).filter(|_| reads_stdin);
    let stdin = stdin.map(|found| standard("standard input", &found));
    let reference = args.reference.iter();
    let reference = reference.flat_map(|path| {
        let beside = [".fai", ".gzi"].map(|suffix| with(path, suffix));
        [("--reference", path.clone())]
            .into_iter()
            .chain(beside.map(|path| ("the index of --reference", path)))
    });
    let inputs = args.inputs.iter().map(|path| ("INPUT", path.clone()));
    let models = args
        .models
        .iter()
        .map(|model| ("--model", PathBuf::from(&model.model)));
    let all = inputs.chain(reference).chain(models);
    let all = all.filter_map(|(flag, path)| Named::at(flag, &path).filter(Named::exists));
    all.chain(stdin)
}

impl Named {
    /// None if it is no regular file.
    fn at(flag: &str, path: &Path) -> Option<Self> {
        let identity = match path.metadata() {
            Ok(found) if !found.is_file() => return None,
            Ok(found) => Identity::Inode(found.dev(), found.ino()),
            Err(_) => Identity::Place(place(path)),
        };
        let name = format!("{flag} {}", path.display());
        Some(Self { name, identity })
    }

    fn exists(&self) -> bool {
        matches!(self.identity, Identity::Inode(..))
    }
}

fn standard(name: &str, found: &Metadata) -> Named {
    Named {
        name: name.to_owned(),
        identity: Identity::Inode(found.dev(), found.ino()),
    }
}

/// The regular file that a standard stream is redirected to.
fn opened(stream: BorrowedFd<'_>) -> Option<Metadata> {
    let file = File::from(stream.try_clone_to_owned().ok()?);
    file.metadata().ok().filter(Metadata::is_file)
}

/// The path, if it is not `-`.
fn file(path: Option<&Path>) -> Option<PathBuf> {
    path.filter(|path| path.as_os_str() != "-")
        .map(Path::to_owned)
}

/// Path of a file that does not exist, with its folder resolved.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new(".")).canonicalize();
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}
