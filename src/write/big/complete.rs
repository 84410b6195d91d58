//! Checks that a bigWig or bigBed holds all data that its indexes point to.
//!
//! bigtools keeps data in temporary files until it can be written, and ignores some of their
//! errors. The data of the file is then shorter than its index states.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Offsets, in the header, of the number of summaries, of the position of the contig tree (which
/// follows the data), and of the position of the index.
const SUMMARIES: u64 = 6;
const CONTIGS: u64 = 8;
const INDEX: u64 = 24;
/// Bytes of the header, and of the entry of a summary behind it.
const HEADER: u64 = 64;
const SUMMARY: u64 = 24;
/// Offset, in such an entry, of the position of the summary's index, which follows its data.
const SUMMARY_INDEX: u64 = 16;
/// Bytes before the root of an index, before the entries of a node, and of an entry.
const ROOT: u64 = 48;
const NODE: u64 = 4;
const INNER: u64 = 24;
const LEAF: u64 = 32;
/// Offsets, in an entry, of the position of its node or data, and of the size of its data.
const OFFSET: u64 = 16;
const SIZE: u64 = 24;

/// Whether the data, and the data of each summary, ends where its index states.
pub fn is_complete(file: &File) -> io::Result<bool> {
    let mut parts = vec![(long(file, INDEX)?, long(file, CONTIGS)?)];
    for number in 0..u64::from(half(file, SUMMARIES)?) {
        let index = long(file, HEADER + SUMMARY * number + SUMMARY_INDEX)?;
        parts.push((index, index));
    }
    for (index, behind) in parts {
        if end(file, index)? != Some(behind) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// End of the data by the last entry of an index.
fn end(file: &File, index: u64) -> io::Result<Option<u64>> {
    let Some(entry) = last(file, index)? else {
        return Ok(None);
    };
    let (offset, size) = (long(file, entry + OFFSET)?, long(file, entry + SIZE)?);
    Ok(offset.checked_add(size))
}

/// Offset of the last entry of an index.
fn last(file: &File, index: u64) -> io::Result<Option<u64>> {
    let mut node = index + ROOT;
    loop {
        let [is_leaf, _] = bytes(file, node)?;
        let Some(last) = u64::from(half(file, node + 2)?).checked_sub(1) else {
            return Ok(None);
        };
        if is_leaf == 1 {
            return Ok(Some(node + NODE + LEAF * last));
        }
        node = long(file, node + NODE + INNER * last + OFFSET)?;
    }
}

fn half(file: &File, at: u64) -> io::Result<u16> {
    Ok(u16::from_ne_bytes(bytes(file, at)?))
}

fn long(file: &File, at: u64) -> io::Result<u64> {
    Ok(u64::from_ne_bytes(bytes(file, at)?))
}

fn bytes<const N: usize>(file: &File, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact_at(&mut bytes, at)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Count, Lengths, Place, Sink, Sizes};
    use crate::write::big::{Big, Kind};

    fn lengths(contigs: usize, bases: usize) -> Lengths {
        let mut count = Count::default();
        let mut sizes = Sizes::new(&mut count);
        for contig in 0..contigs {
            let place = Place::whole(format!("c{contig}").as_bytes());
            let len = Some(bases);
            sizes.begin(Place { len, ..place }).unwrap();
            sizes.end().unwrap();
        }
        sizes.lengths()
    }

    #[test]
    fn an_index_that_points_beyond_its_data_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        for (name, kind) in [("x.bw", Kind::BigWig), ("x.bb", Kind::BigBed)] {
            let path = folder.path().join(name);
            let mut big = Big::file(&path, kind).unwrap();
            for contig in 0..300 {
                let row = |at: usize| match kind {
                    Kind::BigWig => format!("c{contig}\t{at}\t{}\t{at}\n", at + 1),
                    Kind::BigBed => format!("c{contig}\t{at}\t{}\tx\t1\t+\t1\n", at + 1),
                };
                let rows: String = (0..3000).map(row).collect();
                big.write(rows.as_bytes()).unwrap();
            }
            big.finish(&lengths(300, 3000), false, 2).unwrap();
            let file = File::options().read(true).write(true).open(&path).unwrap();
            assert!(half(&file, SUMMARIES).unwrap() > 0);
            assert!(is_complete(&file).unwrap());
            for index in [INDEX, HEADER + SUMMARY_INDEX] {
                let index = long(&file, index).unwrap();
                let place = last(&file, index).unwrap().unwrap() + SIZE;
                let size = long(&file, place).unwrap();
                // Pretends that the last byte of the data is lost.
                file.write_all_at(&(size + 1).to_ne_bytes(), place).unwrap();
                assert!(!is_complete(&file).unwrap());
                file.write_all_at(&size.to_ne_bytes(), place).unwrap();
            }
            assert!(is_complete(&file).unwrap());
        }
    }
}
