//! Records in, rows out: one thread reads and writes, all score, and order is kept.

mod crew;
mod deliver;
mod setup;
mod strand;
mod unit;
mod work;

use std::time::Instant;

use anyhow::Result;

use crate::flags::Format;
use crate::plan::Plan;
use crate::report::{Cost, Ledger, ModelLedger};
use crate::source;
use crate::write::{Target, header};
use crew::Crew;
use deliver::Delivery;
use setup::Setup;
use unit::Cutter;

/// Reads, scores and writes all that the plan asks for.
///
/// On an error in the input, rows of the records before it have been written.
pub fn run(plan: Plan) -> Result<()> {
    let begin = Instant::now();
    let args = &plan.args;
    let setup = Setup::new(&plan);
    let mut output = match &args.output {
        Some(path) => Target::file(path)?,
        None => Target::stdout()?,
    };
    let unscored = args.unscored.as_deref().map(Target::file).transpose()?;
    let stats = args.stats.as_deref().map(Target::file).transpose()?;
    if args.format == Format::Bed && !args.no_header {
        output.write(header(args, &plan.command, &setup.provenance()).as_bytes())?;
    }

    let delivery = Delivery::new(&setup, ledger(&plan), output, unscored);
    let delivery = std::thread::scope(|scope| {
        let mut crew = Crew::new(scope, &setup, args.threads.max(1), delivery);
        let read = read(&plan, &setup, &mut crew);
        let finished = crew.finish();
        read.and(finished)
    })?;

    let Delivery {
        ledger,
        output,
        unscored,
        ..
    } = delivery;
    output.finish()?;
    if let Some(unscored) = unscored {
        unscored.finish()?;
    }
    let cost = Cost::since(begin);
    if let Some(mut stats) = stats {
        stats.write(ledger.to_json(&plan.command, &cost).as_bytes())?;
        stats.finish()?;
    }
    if !args.quiet {
        eprint!("{}", ledger.summary(&cost, args.raw));
    }
    Ok(())
}

fn ledger(plan: &Plan) -> Ledger {
    let model = |loaded: &crate::plan::LoadedModel| {
        let contract = &loaded.model.contract;
        ModelLedger::new(&contract.name, &loaded.model.sha256, &contract.labels)
    };
    Ledger {
        models: plan.models.iter().map(model).collect(),
        ..Ledger::default()
    }
}

fn read(plan: &Plan, setup: &Setup<'_>, crew: &mut Crew<'_>) -> Result<()> {
    let mut cutter = Cutter::new(plan.args.chunk_size, setup.halo, |unit| crew.submit(unit));
    for input in &plan.inputs {
        let read = source::read(input, |record| cutter.push(record));
        // Records before an error are scored all the same.
        let flushed = if read.is_err() {
            cutter.flush()
        } else {
            Ok(())
        };
        if read.and_then(|records| flushed.map(|()| records))? == 0 {
            eprintln!("windrow: warning: {input} is empty");
        }
    }
    cutter.flush()
}
