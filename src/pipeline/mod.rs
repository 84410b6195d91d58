//! Stretches in, rows out: one thread reads and writes, all score, and order is kept.

mod crew;
mod deliver;
mod setup;
mod sorted;
mod strand;
mod unit;
mod work;

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::Result;

use crate::flags::{Args, Reads};
use crate::meter::Meter;
use crate::model::Strandedness;
use crate::plan::{LoadedModel, Plan};
use crate::report::{Cost, Ledger, ModelLedger};
use crate::source::reads::Tally;
use crate::source::{self, Count, Lengths, Options, Shard, Sink, Sizes};
use crate::write::{Form, Output, Target, Track, header};
use crew::Crew;
use deliver::Delivery;
use setup::Setup;
use unit::Cutter;

/// Reads, scores and writes all that the plan asks for.
///
/// On an error in the input, rows of the records before it have been written, and may be of the
/// record that it is in.
pub fn run(plan: Plan) -> Result<()> {
    let begin = Instant::now();
    let args = &plan.args;
    let setup = Setup::new(&plan);
    note(&plan);
    if args.verbose > 0 {
        for LoadedModel { model, engine, .. } in &plan.models {
            let name = &model.contract.name;
            tell(&format!("windrow: {name} is run by {}\n", engine.name()));
        }
    }
    let text = |path: &Path| Target::file(path, Form::Text);
    let unscored = args.unscored.as_deref().map(text).transpose()?;
    let sizes = args.chrom_sizes.as_deref().map(text).transpose()?;
    let stats = args.stats.as_deref().map(text).transpose()?;
    let first = args.shard.is_none_or(|(number, _)| number == 1);
    let header = if first {
        let (models, names) = (setup.provenance(), setup.has_names());
        header(args, plan.strand, &plan.command, &models, names)
    } else {
        String::new()
    };
    let output = Output::begin(args, &header)?;
    let settled = AtomicBool::new(false);
    let meter = meter(&plan);
    let ledger = ledger(&plan);
    let delivery = Delivery::new(&setup, &settled, &meter, ledger, header, output, unscored);
    let (mut delivery, lengths) = std::thread::scope(|scope| {
        let mut crew = Crew::new(scope, &setup, args.threads.max(1), delivery);
        let read = read(&plan, &setup, &settled, &meter, &mut crew);
        let finished = crew.finish();
        // What the input's error is about comes first.
        let seen = read?;
        let mut delivery = finished?;
        delivery.ledger.reads = seen.reads;
        anyhow::Ok((delivery, seen.lengths))
    })?;

    delivery.finish()?;
    let Delivery {
        ledger,
        sorted,
        output,
        unscored,
        ..
    } = delivery;
    output.finish(&lengths, setup.has_names(), args.threads)?;
    if let Some(unscored) = unscored {
        unscored.finish()?;
    }
    if let Some(mut sizes) = sizes {
        sizes.write(&lengths.table())?;
        sizes.finish()?;
    }
    drop(meter);
    let cost = Cost::since(begin);
    if let Some(mut stats) = stats {
        stats.write(ledger.to_json(&plan.command, &cost).as_bytes())?;
        stats.finish()?;
    }
    if let Some(fault) = sorted.fault.filter(|_| is_sorted_for(args)) {
        tell(&format!(
            "windrow: warning: {fault}: rows are in the order of the input, and not in that of \
             LC_ALL=C sort -k1,1 -k2,2n\n"
        ));
    }
    if !args.quiet {
        tell(&ledger.summary(&cost, args.raw));
    }
    Ok(())
}

/// Says what the run leaves out unasked.
fn note(plan: &Plan) {
    let stranded = |loaded: &LoadedModel| loaded.model.contract.strand == Strandedness::Stranded;
    let halved = plan.args.layout().steps && plan.args.strand.is_none();
    if halved && !plan.args.quiet && plan.models.iter().any(stranded) {
        let format = plan.args.format.word();
        eprintln!("windrow: note: {format} holds one strand a file: + now, - with --strand -");
    }
}

/// Whether someone may count on the order of rows: what tracks are made of is sorted, rows of
/// single reads are not.
fn is_sorted_for(args: &Args) -> bool {
    !args.quiet && args.reads == Reads::Consensus && args.layout().track != Track::None
}

/// The bytes of regions say nothing of the sequence they are read for, and shards read twice.
fn meter(plan: &Plan) -> Meter {
    let args = &plan.args;
    let sizes = plan.inputs.iter().map(|input| input.size());
    let known = args.reference.is_none() && args.shard.is_none();
    let total = sizes.sum::<Option<u64>>().filter(|_| known);
    Meter::new(plan.source.consumed.clone(), total, args.quiet)
}

fn ledger(plan: &Plan) -> Ledger {
    let model = |loaded: &LoadedModel| {
        let contract = &loaded.model.contract;
        ModelLedger::new(&contract.name, &loaded.model.sha256, &contract.labels)
    };
    Ledger {
        models: plan.models.iter().map(model).collect(),
        ..Ledger::default()
    }
}

/// What came out of reading beside units.
struct Seen {
    reads: Tally,
    /// Of the contigs, if they are needed.
    lengths: Lengths,
}

fn read(
    plan: &Plan,
    setup: &Setup<'_>,
    settled: &AtomicBool,
    meter: &Meter,
    crew: &mut Crew<'_>,
) -> Result<Seen> {
    let mut options = plan.source.clone();
    options.regions.flank = setup.reach.flank();
    let mut cutter = Cutter::new(plan.args.chunk_size, setup.reach, |unit| crew.submit(unit));
    let read = match plan.args.shard {
        None => read_whole(plan, &options, meter, &mut cutter),
        Some(shard) => {
            let mut count = Count::default();
            let Seen { lengths, .. } = read_whole(plan, &options, meter, &mut count)?;
            // All was said while counting.
            options.quiet = true;
            let (flank, bases) = (options.regions.flank, count.bases);
            let mut shard = Shard::new(shard, bases, flank, settled, &mut cutter);
            let reads = read_all(plan, &options, meter, &mut shard);
            reads.map(|reads| Seen { reads, lengths })
        }
    };
    // What came before an error is scored all the same.
    let flushed = cutter.flush();
    let seen = read?;
    flushed.map(|()| seen)
}

/// Reads all to the end, and notes the lengths of contigs if they are needed.
fn read_whole(plan: &Plan, options: &Options, meter: &Meter, sink: &mut dyn Sink) -> Result<Seen> {
    let args = &plan.args;
    if args.chrom_sizes.is_none() && !args.index && args.layout().stored.is_none() {
        let reads = read_all(plan, options, meter, sink)?;
        return Ok(Seen {
            reads,
            lengths: Lengths::default(),
        });
    }
    let mut sizes = Sizes::new(sink);
    let reads = read_all(plan, options, meter, &mut sizes)?;
    Ok(Seen {
        reads,
        lengths: sizes.lengths(),
    })
}

fn read_all(plan: &Plan, options: &Options, meter: &Meter, sink: &mut dyn Sink) -> Result<Tally> {
    let mut tally = Tally::default();
    for input in &plan.inputs {
        let read = source::read(input, options, sink)?;
        tally.add(&read.reads);
        if options.quiet {
            continue;
        }
        if read.records == 0 {
            meter.aside(|| tell(&format!("windrow: warning: {input} is empty\n")));
        } else if plan.args.verbose > 0 {
            let records = read.records;
            meter.aside(|| tell(&format!("windrow: {input}: {records} records\n")));
        }
    }
    Ok(tally)
}

/// Writes to standard error; a run goes on when nobody listens there.
fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
