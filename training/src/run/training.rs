//! The one loop of all training runs: batch, step, validate, keep the best weights. A killed run
//! continues from its last evaluation, and ends as one that was not killed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use tch::{Device, Kind, Tensor, nn};

use crate::clock;
use crate::net::network::{Mode, Network};
use crate::net::optimiser::Optimiser;
use crate::run::checkpoint::{self, Checkpoint};
use crate::run::log::Log;
use crate::run::progress::Progress;
use crate::run::task::{Pace, Task};

/// Trains in `folder` to the end of the budget, or to where patience ends it; the checkpoint
/// there has the kept weights. A run that ended goes on where the budget has grown.
///
/// # Errors
///
/// If the loss is no number, or a batch or a checkpoint cannot be read or written.
pub fn train<T: Task>(task: &T, folder: &Path, device: Device) -> Result<Progress> {
    let pace = task.pace();
    std::fs::create_dir_all(folder)?;
    tch::manual_seed(pace.seed as i64);
    let vs = nn::VarStore::new(device);
    let network = Network::new(task.graph(), &vs.root());
    let resumed = checkpoint::read(folder)?;
    let mut notes = Vec::new();
    if resumed.is_none() {
        task.begin(&network)?;
        if let Some(start) = pace.start {
            let taken = checkpoint::adopt(&vs, &folder.with_file_name(start))?;
            notes.push(format!("{taken} tensors of {start}"));
        }
    }
    task.freeze(&vs, &network.graph);
    let mut optimiser = Optimiser::new(&vs, pace.optimiser, pace.weight_decay, pace.averaging);
    let mut state = T::State::default();
    let mut kept = Vec::new();
    let mut progress = Progress::default();
    match resumed {
        Some(there) => {
            state = there.state()?;
            optimiser.restore(there.optimiser)?;
            (kept, progress) = (there.kept, there.progress);
            progress.finished = progress.is_over(&pace);
            notes.push(format!("resumed at step {}", progress.step));
        }
        None if !pace.start_mean.is_empty() => {
            let runs = pace.start_mean.iter();
            let states = runs.map(|run| checkpoint::optimiser(&folder.with_file_name(run)));
            optimiser.start(states.collect::<Result<_>>()?)?;
        }
        None => {}
    }
    let mut log = Log::new(folder, &pace, &progress)?;
    notes.push(format!(
        "window {} anchor {} step {} parameters {} flops {} device {device:?}{}",
        network.graph.window(),
        network.graph.anchor(),
        network.graph.step(),
        network.graph.parameters(),
        network.graph.flops(),
        task.description(),
    ));
    notes.iter().try_for_each(|note| log.line(note))?;
    let mut losses = Vec::new();
    let mut clock = clock::seconds();
    let mut lap = move || {
        let now = clock::seconds();
        now - std::mem::replace(&mut clock, now)
    };
    while !progress.finished {
        if progress.round < pace.rounds {
            if task.renews(progress.step) {
                optimiser.averaged(|| task.renew(&network, progress.step, &mut state));
            }
            for batch in task.batches(&state, progress.round, progress.step) {
                let mut batch = batch?;
                batch.bases = batch.bases.to_kind(match pace.bf16 {
                    true => Kind::BFloat16,
                    false => Kind::Float,
                });
                // Dropout draws from libtorch's own generator.
                tch::manual_seed(task.dropout_seed(progress.step));
                let scores = network.forward(&batch.bases, mode(&pace));
                let loss = task.loss(&scores, &batch);
                optimiser.step(&loss, pace.rate(progress.step));
                // Read at the evaluation: a GPU is not waited for at each step.
                losses.push(loss.detach());
                progress.step += 1;
                log.step();
            }
            progress.round += 1;
        }
        progress.seconds += lap();
        let ends = progress.round >= pace.rounds;
        if !ends && !progress.round.is_multiple_of(pace.evaluate_every) {
            continue;
        }
        let count = losses.len().max(1) as f64;
        // Folded, since the sum of no floats is -0.
        let read = losses.drain(..).map(|loss| loss.double_value(&[]));
        let loss = read.fold(0.0, |sum, loss| sum + loss) / count;
        ensure!(
            loss.is_finite(),
            "step {}: the loss is no number",
            progress.step
        );
        let validation = optimiser.averaged(|| {
            settle(task, &network, &state)?;
            let validation = task.validate(&network)?;
            if progress.keeps(validation.figure, &pace) {
                kept = copies(&vs);
            }
            Ok::<_, anyhow::Error>(validation)
        })?;
        progress.note(validation, loss, &pace);
        progress.seconds += lap();
        progress.finished = progress.is_over(&pace);
        log.evaluation(&progress)?;
        Checkpoint::write(folder, &optimiser, &kept, &progress, &state)?;
    }
    Ok(progress)
}

fn mode(pace: &Pace) -> Mode {
    match pace.norm_momentum {
        Some(momentum) => Mode::Train { momentum },
        None => Mode::Infer,
    }
}

/// Batch norm's running statistics are those of the weights as they move; the averaged weights get
/// their own.
fn settle<T: Task>(task: &T, network: &Network, state: &T::State) -> Result<()> {
    for (number, batch) in task.settling(state).enumerate() {
        let momentum = 1.0 / (number + 1) as f64;
        let bases = batch?.bases;
        let _scores = tch::no_grad(|| network.forward(&bases, Mode::Train { momentum }));
    }
    Ok(())
}

fn copies(vs: &nn::VarStore) -> Vec<(String, Tensor)> {
    let named: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
    let copy = |(name, tensor): (String, Tensor)| (name, tensor.detach().copy());
    named.into_iter().map(copy).collect()
}
