//! Concatenates rows of shards.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::source::decompress;
use crate::write::{Encoding, Format, Target};

const BUFFER: usize = 1 << 18;

/// Writes the rows of all shards, plain or compressed, to one file. Rows do not name their shard,
/// so only the position of the header lines can be checked.
pub fn gather(to: &Path, form: Encoding, format: Format, shards: &[PathBuf]) -> Result<()> {
    let mut target = Target::file(to, form)?;
    for (number, path) in shards.iter().enumerate() {
        let name = || path.display().to_string();
        let opened = File::open(path).and_then(decompress);
        let mut text = opened.with_context(name)?;
        let mut part = vec![0; BUFFER];
        let mut last = None;
        loop {
            let bytes = filled(&mut text, &mut part).with_context(name)?;
            let part = &part[..bytes];
            if number > 0 && last.is_none() && begins_with_header(part, format) {
                bail!(
                    "{}: has a header, so it is the first shard; name the shards in order",
                    name()
                );
            }
            let Some(&end) = part.last() else { break };
            last = Some(end);
            target.write(part)?;
        }
        if last.is_some_and(|byte| byte != b'\n') {
            bail!("{}: the last row is cut", name());
        }
    }
    target.finish()
}

/// Reads until `part` is full or the text ends; returns the number of bytes.
fn filled(text: &mut impl Read, part: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < part.len() {
        match text.read(&mut part[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether a text begins with header lines, which only the first shard has.
fn begins_with_header(text: &[u8], format: Format) -> bool {
    let layout = format.layout(false, false);
    let titles = layout.columns.replace(' ', "\t");
    text.starts_with(b"#")
        || text.starts_with(b"track ")
        || (layout.titles && text.starts_with(titles.as_bytes()))
}
