//! The page of `--report`: bases read, calls along contigs, and how rare scores are.
//!
//! The page does not depend on time, host or threads, so equal runs give equal bytes. Time and
//! memory are in `--stats`.

mod chart;

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::counted;
use crate::call::Threshold;
use crate::model::Contract;
use crate::pipeline::census::{Census, ContigCalls, UnkeptContigs};
use crate::pipeline::{Ledger, LoadedModel, ModelLedger, Plan, ScoredLabel};
use crate::sequence::Strand;
use crate::window::Status;
use crate::write::color;
use chart::{Chart, bars, highest};

const PAGE: &str = include_str!("page.html");

/// Data of the template.
#[derive(Serialize)]
struct ReportPage {
    title: String,
    version: &'static str,
    command: String,
    shard: Option<String>,
    facts: Vec<Fact>,
    models: Vec<ModelPart>,
    others: Option<String>,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

/// Data of a model.
#[derive(Serialize)]
struct ModelPart {
    name: String,
    sha256: String,
    license: String,
    assembly: String,
    color: String,
    bases: Vec<Share>,
    labels: Vec<LabelRow>,
    chart: Option<Chart>,
    /// Largest number of calls a megabase.
    highest: String,
    contigs: Vec<ContigBars>,
}

/// Bases with the same status.
#[derive(Serialize)]
struct Share {
    name: String,
    bases: String,
    percent: String,
}

#[derive(Serialize)]
struct LabelRow {
    name: String,
    color: String,
    least: String,
    calls: String,
    rate: String,
}

/// Calls along a contig.
#[derive(Serialize)]
struct ContigBars {
    name: String,
    bases: String,
    bars: String,
}

/// The page of a run that has succeeded.
///
/// # Errors
///
/// If the template does not fit its data.
pub fn page(plan: &Plan, title: &str, ledger: &Ledger, census: Census) -> anyhow::Result<String> {
    let windows = census.windows.clone();
    let (contigs, others) = census.contigs();
    let mut of_labels = windows.iter();
    let models =
        (plan.models.iter().zip(&ledger.models).enumerate()).map(|(number, (loaded, ledger))| {
            let windows: Vec<_> = of_labels.by_ref().take(loaded.heads.len()).collect();
            section(number, loaded, ledger, &windows, &contigs)
        });
    let page = ReportPage {
        title: title.to_owned(),
        version: env!("CARGO_PKG_VERSION"),
        command: plan.command.clone(),
        shard: (plan.shard).map(|(number, count)| format!("{number} of {count}")),
        facts: facts(ledger),
        models: models.collect(),
        others: rest(&others),
    };
    Ok(filled(&page)?)
}

fn filled(page: &ReportPage) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_keep_trailing_newline(true);
    templates.render_str(PAGE, page)
}

fn facts(ledger: &Ledger) -> Vec<Fact> {
    let reads = &ledger.reads;
    let mut facts = vec![
        ("records", ledger.records),
        ("bases", ledger.bases),
        ("bases of the longest stretch", ledger.longest),
    ];
    if reads.records > 0 {
        facts.extend([
            ("alignments", reads.records),
            ("left out: filtered", reads.filtered),
            ("left out: unaligned", reads.unaligned),
            ("left out: beyond their contig", reads.beyond_contig),
            ("left out: without sequence", reads.without_sequence),
            ("inserted bases left out", reads.inserted_bases),
        ]);
    }
    let fact = |(name, number)| Fact {
        name,
        value: grouped(number),
    };
    facts.into_iter().map(fact).collect()
}

fn section(
    number: usize,
    loaded: &LoadedModel,
    ledger: &ModelLedger,
    windows: &[&crate::pipeline::census::RarityCounts],
    contigs: &[ContigCalls],
) -> ModelPart {
    let contract = &loaded.model.contract;
    let scored = ledger.bases(Status::Scored);
    let all = [Status::Scored].into_iter().chain(Status::REASONS);
    let total: u64 = all.clone().map(|status| ledger.bases(status)).sum();
    let share = |status: Status| Share {
        name: match status {
            Status::Scored => "scored".to_owned(),
            reason => format!("not scored: {}", <&str>::from(reason).replace('_', " ")),
        },
        bases: grouped(ledger.bases(status)),
        percent: format!(
            "{:.2}",
            100.0 * ledger.bases(status) as f64 / total.max(1) as f64
        ),
    };
    let label = |(head, &calls): (&ScoredLabel, &u64)| LabelRow {
        name: contract.labels[head.label].clone(),
        color: shown(contract, head.label),
        least: least(contract, head),
        calls: grouped(calls),
        rate: format!("{:.1}", 1e6 * calls as f64 / scored.max(1) as f64),
    };
    let lines = loaded.heads.iter().zip(windows).map(|(head, windows)| {
        let name = contract.labels[head.label].clone();
        (name, shown(contract, head.label), *windows)
    });
    let most = highest(contigs, number);
    let strip = |contig: &ContigCalls| ContigBars {
        name: String::from_utf8_lossy(&contig.name).into_owned(),
        bases: grouped(contig.bases),
        bars: bars(contig, number, most),
    };
    ModelPart {
        name: contract.name.clone(),
        sha256: ledger.sha256.clone(),
        license: contract.license.clone(),
        assembly: contract.assembly.clone(),
        color: shown(contract, 0),
        bases: all.map(share).collect(),
        labels: loaded.heads.iter().zip(&ledger.rows).map(label).collect(),
        chart: (!contract.background.is_empty()).then(|| Chart::new(lines)),
        highest: format!("{most:.1}"),
        contigs: contigs.iter().map(strip).collect(),
    }
}

/// The colour of a label in CSS.
fn shown(contract: &Contract, label: usize) -> String {
    let [red, green, blue] = color(contract, label, Strand::Forward);
    format!("rgb({red},{green},{blue})")
}

/// The threshold of a label, as in the header of rows.
fn least(contract: &Contract, head: &ScoredLabel) -> String {
    let default = contract.threshold.get(head.label).copied();
    let asked = head.threshold.or(default.map(Threshold::Score));
    asked.map_or(String::new(), |asked| asked.to_string())
}

/// A sentence on contigs that are not shown.
fn rest(others: &UnkeptContigs) -> Option<String> {
    (others.contigs > 0).then(|| {
        format!(
            "The contigs with most bases are shown; {} with {} are not.",
            counted(others.contigs, "more contig"),
            counted(others.bases, "base"),
        )
    })
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_threes() {
        let shown = [0, 999, 1_000, 12_345_678].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "12,345,678"]);
    }

    #[test]
    fn names_are_text_in_the_page() {
        let page = ReportPage {
            title: "<script>x".to_owned(),
            version: "0",
            command: "a & 'b'".to_owned(),
            shard: Some("2 of 8".to_owned()),
            facts: Vec::new(),
            models: Vec::new(),
            others: None,
        };
        let text = filled(&page).unwrap();
        assert!(text.contains("<h1>&lt;script&gt;x</h1>"), "{text}");
        assert!(text.contains("a &amp; &#x27;b&#x27;"), "{text}");
        assert!(text.contains("part 2 of 8 of the input"), "{text}");
        assert!(text.ends_with("</html>\n"));
    }

    #[test]
    fn contigs_that_are_not_shown_are_told_of() {
        assert_eq!(rest(&UnkeptContigs::default()), None);
        let others = UnkeptContigs {
            contigs: 2,
            bases: 1,
        };
        assert_eq!(
            rest(&others).unwrap(),
            "The contigs with most bases are shown; 2 more contigs with 1 base are not."
        );
    }
}
