//! From stretches of bases to rows: one thread reads, the others score, and the calling thread
//! writes rows in input order.

pub mod census;
mod crew;
mod deliver;
mod files;
mod ledger;
mod plan;
mod reach;
mod setup;
mod sorted;
mod strand;
mod unit;
mod values;
mod work;

use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};

use crate::source::reads::{Reads, Tally};
use crate::source::{self, Count, Input, Lengths, Place, Shard, Sink, Sizes, SourceOptions, Watch};
use crate::write::{Format, Parameters, header};
use census::Census;
use deliver::Delivery;
pub use deliver::Writer;
use files::Files;
pub use ledger::{Ledger, ModelLedger};
pub use plan::{LoadedModel, Plan, ScoredLabel, Scoring};
use setup::{RowShape, Setup};

/// Reported positions of a work unit, in bases.
pub const DEFAULT_CHUNK: usize = 65_536;

/// Is told the progress of a run.
pub trait Observer: Sync {
    /// Bases that were scored since the run began.
    fn scored(&self, bases: u64);

    /// More bases were read and wait to be scored.
    fn taken(&self, bases: u64);

    /// An input was read to its end; it held this many records.
    fn read(&self, input: &Input, records: u64);
}

/// Results of a run that succeeded, beside its files.
pub struct Report {
    pub ledger: Ledger,
    /// The first row that is out of the order of `sort -k1,1 -k2,2n`, if there is one.
    pub unsorted: Option<String>,
    /// The census for a report, if there is to be one; windows by label.
    pub census: Option<Census>,
}

/// Reads, scores and writes all that the plan asks for.
///
/// On an error in the input, the rows of all records before it have been written. Some rows of the
/// record with the error may have been written too.
pub fn run(plan: &Plan, observer: &dyn Observer) -> Result<Report> {
    let source = &plan.source;
    let shape = RowShape {
        layout: plan.output.layout(),
        names: source.regions.names || source.reads.reads == Reads::Each,
        text: true,
        tracks: plan.tracks.is_some(),
        census: plan.census,
    };
    let setup = Setup::new(&plan.models, &plan.scoring, shape, plan.chunk_size);
    let mut files = Files::begin(plan, header_of(plan, &setup), setup.subjects())?;
    let settled = AtomicBool::new(false);
    let ledger = ledger(&plan.models);
    let mut delivery = Delivery::new(&setup, &settled, observer, ledger, &mut files);
    let (read, delivered) = crew::run(&setup, plan.threads, &mut delivery, |sink| {
        let mut heard = ObservedSink {
            inner: sink,
            observer,
        };
        read(plan, &setup, &settled, observer, &mut heard)
    });
    // An error of the input is reported before one of the files.
    let seen = read?;
    delivered?;
    let Delivery {
        mut ledger,
        sorted,
        census,
        ..
    } = delivery;
    ledger.reads = seen.reads;
    files.finish(&seen.lengths, setup.has_names(), plan.threads)?;
    Ok(Report {
        ledger,
        unsorted: sorted.fault,
        census: census.map(|census| setup.by_label(census)),
    })
}

/// The lines above the rows. Only the first shard writes them.
fn header_of(plan: &Plan, setup: &Setup<'_>) -> String {
    if plan.shard.is_some_and(|(number, _)| number != 1) {
        return String::new();
    }
    let parameters = Parameters {
        command: &plan.command,
        raw: plan.scoring.raw,
        strand: plan.scoring.strand,
        max_n: plan.scoring.max_n,
        softmask: plan.scoring.softmask,
        names: setup.has_names(),
    };
    header(&plan.output, &parameters, &setup.provenance())
}

fn ledger(models: &[LoadedModel]) -> Ledger {
    let model = |loaded: &LoadedModel| {
        let contract = &loaded.model.contract;
        let heads = loaded.heads.iter();
        let labels: Vec<_> = heads
            .map(|head| contract.labels[head.label].clone())
            .collect();
        ModelLedger::new(&contract.name, &loaded.model.sha256, &labels)
    };
    Ledger {
        models: models.iter().map(model).collect(),
        ..Ledger::default()
    }
}

/// Scores what `read` puts into its sink, and gives rows to `writer` as values. Returns the result
/// of `read`, and the ledger unless a model or the writer failed.
pub fn values<T: Send>(
    models: &[LoadedModel],
    scoring: &Scoring,
    threads: usize,
    writer: &mut dyn Writer,
    read: impl FnOnce(&mut dyn Sink) -> Result<T> + Send,
) -> (Result<T>, Result<Ledger>) {
    let shape = RowShape {
        layout: Format::Bed.layout(false, false),
        names: true,
        text: false,
        tracks: false,
        census: false,
    };
    let setup = Setup::new(models, scoring, shape, DEFAULT_CHUNK);
    let settled = AtomicBool::new(false);
    let ledger = ledger(models);
    let mut delivery = Delivery::new(&setup, &settled, &Unobserved, ledger, writer);
    let (read, delivered) = crew::run(&setup, threads, &mut delivery, read);
    (read, delivered.map(|()| delivery.ledger))
}

struct Unobserved;

impl Observer for Unobserved {
    fn scored(&self, _: u64) {}
    fn taken(&self, _: u64) {}
    fn read(&self, _: &Input, _: u64) {}
}

/// Passes everything to the next sink, and tells the observer how many bases.
struct ObservedSink<'a> {
    inner: &'a mut dyn Sink,
    observer: &'a dyn Observer,
}

impl Sink for ObservedSink<'_> {
    fn begin(&mut self, place: Place) -> Result<()> {
        self.inner.begin(place)
    }

    fn bases(&mut self, codes: &[u8]) -> Result<()> {
        self.observer.taken(codes.len() as u64);
        self.inner.bases(codes)
    }

    fn end(&mut self) -> Result<()> {
        self.inner.end()
    }

    fn is_done(&self) -> bool {
        self.inner.is_done()
    }
}

/// Results of reading, beside units.
struct Reading {
    reads: Tally,
    /// Lengths of the contigs, if they are needed.
    lengths: Lengths,
}

fn read(
    plan: &Plan,
    setup: &Setup<'_>,
    settled: &AtomicBool,
    observer: &dyn Observer,
    sink: &mut dyn Sink,
) -> Result<Reading> {
    let mut options = plan.source.clone();
    options.regions.flank = setup.reach.flank();
    let Some(shard) = plan.shard else {
        return read_whole(plan, &options, observer, sink);
    };
    let reference = plan.source.regions.reference.clone().map(Input::File);
    let watch = Watch::new(plan.inputs.iter().cloned().chain(reference));
    let mut count = Count::default();
    let Reading { lengths, .. } = read_whole(plan, &options, observer, &mut count)?;
    let (number, parts) = shard;
    if (1..u64::from(parts)).contains(&count.bases) {
        let bases = count.bases;
        bail!("--shard {number}/{parts}: the input has {bases} bases, fewer than shards");
    }
    // Notes were printed while counting.
    options.quiet = true;
    let (flank, bases) = (options.regions.flank, count.bases);
    let mut shard = Shard::new(shard, bases, flank, settled, sink);
    let reads = read_all(plan, &options, observer, &mut shard);
    // A changed file may be why the second reading failed.
    watch.check()?;
    let reads = reads?;
    Ok(Reading { reads, lengths })
}

/// Reads all inputs, and notes the lengths of contigs if they are needed.
fn read_whole(
    plan: &Plan,
    options: &SourceOptions,
    observer: &dyn Observer,
    sink: &mut dyn Sink,
) -> Result<Reading> {
    let output = &plan.output;
    let wanted = plan.chrom_sizes.is_some() || plan.tracks.is_some();
    if !wanted && !output.index && output.layout().stored.is_none() {
        let reads = read_all(plan, options, observer, sink)?;
        return Ok(Reading {
            reads,
            lengths: Lengths::default(),
        });
    }
    let mut sizes = Sizes::new(sink);
    let reads = read_all(plan, options, observer, &mut sizes)?;
    Ok(Reading {
        reads,
        lengths: sizes.lengths(),
    })
}

fn read_all(
    plan: &Plan,
    options: &SourceOptions,
    observer: &dyn Observer,
    sink: &mut dyn Sink,
) -> Result<Tally> {
    let mut tally = Tally::default();
    for input in &plan.inputs {
        let read = source::read(input, options, sink)?;
        tally.add(&read.reads);
        if !options.quiet {
            observer.read(input, read.records);
        }
    }
    Ok(tally)
}
