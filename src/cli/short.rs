//! Warnings for input that is shorter than a window.

use crate::model;
use crate::pipeline::{Ledger, Plan};
use crate::window::Status;

/// A warning for each model for which every record was too short.
pub fn warnings(plan: &Plan, ledger: &Ledger) -> String {
    let models = plan.models.iter().zip(&ledger.models);
    let unfit = models
        .filter(|(_, model)| ledger.bases > 0 && model.bases(Status::ShortContig) == ledger.bases);
    let warning = |name: &str, window: usize| {
        let fitting = fitting(ledger.longest);
        let advice = match fitting.is_empty() {
            true => "no bundled model has a window that fits".to_owned(),
            false => format!("windows that fit: {}", fitting.join(", ")),
        };
        format!(
            "windrow: warning: nothing was scored by {name}: its window has {window} bases, the \
             longest sequence {}; {advice}\n",
            ledger.longest
        )
    };
    unfit
        .map(|(loaded, _)| &loaded.model.contract)
        .map(|contract| warning(&contract.name, contract.window))
        .collect()
}

/// Bundled models whose window is at most `bases` long, with its length.
fn fitting(bases: u64) -> Vec<String> {
    let loaded = model::registry::names().filter_map(|name| model::load(name).ok());
    let fitting = loaded.filter(|model| model.contract.window as u64 <= bases);
    fitting
        .map(|model| format!("{} ({})", model.contract.name, model.contract.window))
        .collect()
}
