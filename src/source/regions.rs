//! Regions of a reference, with the flanks that scoring needs.
//!
//! All regions are read first, then sorted by contig and start, so that rows come sorted. Regions
//! that overlap or touch are merged, so that each base is scored once. With `--names` regions are
//! not merged.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use bstr::BString;

use super::error::{Fault, SourceError, escaped, printable};
use super::locus::{self, Locus};
use super::reference::Reference;
use super::{Input, Place, Sink, bed, to_index};
use crate::sequence::Strand;

/// How regions are read.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionOptions {
    /// The FASTA that holds their sequence.
    pub reference: Option<PathBuf>,
    /// Whether they are reported on their own strand only.
    pub strand: bool,
    /// Whether rows get the names of regions.
    pub names: bool,
    /// Bases to take beside a region, where the contig has them.
    pub flank: usize,
}

/// A stretch of a contig to report on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    /// Number of the contig in the reference.
    pub contig: usize,
    pub start: usize,
    pub end: usize,
    pub strand: Strand,
    pub name: Option<BString>,
}

/// Reads BED from `text` and sends its regions to `sink`; returns how many there were.
///
/// `skipped` lines of the input lie before it.
pub fn read_bed(
    input: &Input,
    text: impl Read,
    skipped: u64,
    options: &super::SourceOptions,
    sink: &mut dyn Sink,
) -> Result<u64> {
    let mut reference = open(options)?;
    let rows = bed::BedReader::new(text, options.regions.names, options.regions.strand);
    let regions = rows.map(|row| {
        let (line, row) = row;
        let region = row.and_then(|row| row.region(&reference));
        region.map_err(|fault| {
            let (input, place) = (input.to_string(), format!("line {}: ", line + skipped));
            SourceError {
                input,
                place,
                fault,
            }
        })
    });
    let regions = regions.collect::<Result<Vec<_>, _>>()?;
    send_regions(regions, &mut reference, options, sink)
}

/// Sends regions to `sink` that are given as text, `chr1:1,000,001-2,000,000` (1-based,
/// inclusive), `chr1:5-` or `chr1`.
pub fn read_texts(
    texts: &[BString],
    options: &super::SourceOptions,
    sink: &mut dyn Sink,
) -> Result<u64> {
    let mut reference = open(options)?;
    let regions = texts.iter().map(|text| {
        let said = || format!("region {}", escaped(text));
        let mut region = region(text, &reference).with_context(said)?;
        region.name = options.regions.names.then(|| text.clone());
        Ok(region)
    });
    let regions = regions.collect::<Result<Vec<_>>>()?;
    send_regions(regions, &mut reference, options, sink)
}

fn open(options: &super::SourceOptions) -> Result<Reference> {
    let path = options.regions.reference.as_deref();
    let path = path.ok_or_else(|| anyhow!("regions need --reference"))?;
    let note = |text: &str| {
        if !options.quiet {
            // A closed standard error is ignored.
            let _ = writeln!(io::stderr(), "windrow: note: {}", printable(text));
        }
    };
    Reference::open(path, note).with_context(|| path.display().to_string())
}

/// The region that a text names.
fn region(text: &[u8], reference: &Reference) -> Result<Region, Fault> {
    let whole = reference.number(locus::unbraced(text));
    let part = Locus::parse(text).map(|locus| (reference.number(locus.contig), locus));
    let (contig, start, end) = match (whole, part) {
        (Some(_), Some((Some(_), _))) => {
            let text =
                "both a contig and a part of one; put the name of a contig in braces: {name}:1-9";
            return Err(Fault::Region(text.to_owned()));
        }
        (Some(contig), _) => (contig, 1, None),
        (None, Some((Some(contig), Locus { start, end, .. }))) => (contig, start, end),
        (None, Some((None, locus))) => return Err(unknown(locus.contig, reference)),
        (None, None) => return Err(unknown(text, reference)),
    };
    let Some(start) = start.checked_sub(1) else {
        return Err(Fault::Region("positions count from 1".to_owned()));
    };
    let end = end.unwrap_or_else(|| start.max(reference.len(contig) as u64));
    bounded(contig, start, end, reference)
}

fn unknown(name: &[u8], reference: &Reference) -> Fault {
    let other = match name.strip_prefix(b"chr") {
        Some(bare) => bare.to_vec(),
        None => [b"chr", name].concat(),
    };
    let hint = match reference.number(&other) {
        Some(_) => format!(", but {}", escaped(&other)),
        None => String::new(),
    };
    let (path, name) = (reference.path().display(), escaped(name));
    Fault::Region(format!("{path} has no contig {name}{hint}"))
}

/// The region, or an error if it is not within its contig; positions are 0-based, half-open.
fn bounded(contig: usize, start: u64, end: u64, reference: &Reference) -> Result<Region, Fault> {
    let bases = reference.len(contig);
    if start > end {
        let text = format!("the start, {start}, is after the end, {end}");
        return Err(Fault::Region(text));
    }
    if end > bases as u64 {
        let name = reference.name(contig);
        let text = format!("the end, {end}, is beyond {name}, which has {bases} bases");
        return Err(Fault::Region(text));
    }
    Ok(Region {
        contig,
        start: to_index(start),
        end: to_index(end),
        strand: Strand::Both,
        name: None,
    })
}

impl bed::BedRow {
    fn region(self, reference: &Reference) -> Result<Region, Fault> {
        let contig = reference.number(&self.contig);
        let contig = contig.ok_or_else(|| unknown(&self.contig, reference))?;
        Ok(Region {
            strand: self.strand,
            name: self.name,
            ..bounded(contig, self.start, self.end, reference)?
        })
    }
}

fn send_regions(
    mut regions: Vec<Region>,
    reference: &mut Reference,
    options: &super::SourceOptions,
    sink: &mut dyn Sink,
) -> Result<u64> {
    let read = regions.len() as u64;
    regions.sort();
    if !options.regions.names {
        regions = union(&regions);
    }
    for region in regions {
        if sink.is_done() {
            break;
        }
        let Region {
            contig, start, end, ..
        } = region;
        let from = start.saturating_sub(options.regions.flank);
        let to = (end + options.regions.flank).min(reference.len(contig));
        sink.begin(Place {
            start: from,
            report: start..end,
            strand: region.strand,
            name: region.name.map(Vec::from),
            len: Some(reference.len(contig)),
            ..Place::whole(reference.name(contig))
        })?;
        reference.read(contig, from..to, |codes| sink.bases(codes))?;
        sink.end()?;
    }
    Ok(read)
}

/// The union of sorted regions, as regions that do not overlap, each with the strands to report
/// on.
fn union(regions: &[Region]) -> Vec<Region> {
    let mut sweep = Sweep::default();
    for region in regions {
        if region.contig != sweep.contig {
            sweep.cover(usize::MAX);
            sweep.contig = region.contig;
            (sweep.at, sweep.ends) = (0, [0, 0]);
        }
        sweep.cover(region.start);
        sweep.at = region.start;
        for (end, strand) in sweep
            .ends
            .iter_mut()
            .zip([Strand::Forward, Strand::Reverse])
        {
            if [Strand::Both, strand].contains(&region.strand) {
                *end = region.end.max(*end);
            }
        }
    }
    sweep.cover(usize::MAX);
    sweep.union
}

#[derive(Default)]
struct Sweep {
    contig: usize,
    /// Positions left of it are done.
    at: usize,
    /// Ends of the open regions, on the forward and on the reverse strand.
    ends: [usize; 2],
    union: Vec<Region>,
}

impl Sweep {
    /// Adds the open regions up to a position.
    fn cover(&mut self, to: usize) {
        let (contig, name) = (self.contig, None);
        while self.at < to {
            let start = self.at;
            let strand = match self.ends.map(|end| end > start) {
                [true, true] => Strand::Both,
                [true, false] => Strand::Forward,
                [false, true] => Strand::Reverse,
                [false, false] => return,
            };
            let ends = self.ends.into_iter().filter(|&end| end > start);
            let end = ends.fold(to, usize::min);
            self.at = end;
            match self.union.last_mut() {
                Some(last) if (last.contig, last.end, last.strand) == (contig, start, strand) => {
                    last.end = end;
                }
                _ => self.union.push(Region {
                    contig,
                    start,
                    end,
                    strand,
                    name: name.clone(),
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn region(contig: usize, start: usize, end: usize, strand: Strand) -> Region {
        let name = None;
        Region {
            contig,
            start,
            end,
            strand,
            name,
        }
    }

    /// Bases and strands that regions cover.
    fn covered(regions: &[Region]) -> Vec<(usize, usize, bool)> {
        let mut covered = Vec::new();
        for region in regions {
            for at in region.start..region.end {
                for (strand, reverse) in [(Strand::Forward, false), (Strand::Reverse, true)] {
                    if [Strand::Both, strand].contains(&region.strand) {
                        covered.push((region.contig, at, reverse));
                    }
                }
            }
        }
        covered.sort_unstable();
        covered
    }

    proptest! {
        #[test]
        fn a_union_covers_each_base_once(
            parts in prop::collection::vec((0usize..3, 0usize..40, 0usize..12, 0usize..3), 0..12),
        ) {
            let strands = [Strand::Forward, Strand::Reverse, Strand::Both];
            let mut regions: Vec<_> = parts
                .into_iter()
                .map(|(contig, start, bases, strand)| region(contig, start, start + bases, strands[strand]))
                .collect();
            regions.sort();
            let union = union(&regions);
            let mut expected = covered(&regions);
            expected.dedup();
            prop_assert_eq!(covered(&union), expected);
            for pair in union.windows(2) {
                let [a, b] = pair else { unreachable!() };
                prop_assert!((a.contig, a.end) <= (b.contig, b.start));
                prop_assert!(
                    (a.contig, a.end, a.strand) != (b.contig, b.start, b.strand),
                    "{:?}", pair
                );
            }
        }
    }
}
