//! The ledger as custom content of MultiQC, which finds it without any setting.

use serde_json::{Map, Value as Json, json};

use super::flags::Args;
use super::summary::Cost;
use crate::pipeline::Ledger;
use crate::window::Status;

/// Sections of a report: the bases of `sample` by status, for each model.
///
/// <https://docs.seqera.io/multiqc/custom_content> describes the keys. MultiQC merges sections of
/// several files by their `id`, so the `id` has the model's name, and each sample is in it once.
/// A table of a `shard` has its number, which MultiQC ignores and `--gather` reads.
pub fn to_json(ledger: &Ledger, sample: &str, shard: Option<(u32, u32)>, cost: &Cost) -> String {
    let mut figures = Map::new();
    let mut headers = Map::new();
    let mut add = |key: String, title: String, unit: Json, value: Json| {
        figures.insert(key.clone(), value);
        let mut header = json!({ "title": title, "min": 0 });
        if let (Some(header), Some(unit)) = (header.as_object_mut(), unit.as_object()) {
            header.extend(unit.clone());
        }
        headers.insert(key, header);
    };
    let count = || json!({ "format": "{:,.0f}" });
    let percent = || json!({ "suffix": "%", "max": 100, "format": "{:,.2f}" });
    add(
        "bases".to_owned(),
        "Bases".to_owned(),
        count(),
        ledger.bases.into(),
    );
    for model in &ledger.models {
        let name = &model.name;
        let share = |bases: u64| json!(100.0 * bases as f64 / ledger.bases.max(1) as f64);
        add(
            format!("{name}_rows"),
            format!("{name}: rows"),
            count(),
            model.calls().into(),
        );
        add(
            format!("{name}_per_megabase"),
            format!("{name}: rows/Mb"),
            json!({ "format": "{:,.2f}" }),
            json!(1e6 * model.calls() as f64 / model.bases(Status::Scored).max(1) as f64),
        );
        add(
            format!("{name}_scored"),
            format!("{name}: scored"),
            percent(),
            share(model.bases(Status::Scored)),
        );
        for reason in Status::REASONS {
            let word: &str = reason.into();
            add(
                format!("{name}_{word}"),
                format!("{name}: {}", word.replace('_', " ")),
                percent(),
                share(model.bases(reason)),
            );
        }
    }
    add(
        "bases_per_cpu_second".to_owned(),
        "Bases/CPU s".to_owned(),
        count(),
        json!((ledger.bases as f64 / cost.cpu.max(1e-3)).round()),
    );
    add(
        "peak_memory".to_owned(),
        "Memory".to_owned(),
        json!({ "suffix": " MB", "format": "{:,.0f}" }),
        json!((cost.peak_memory as f64 / 1e6).round()),
    );
    let mut json = json!({
        "id": "windrow",
        "section_name": "windrow",
        "description": "Rows written, bases scored, bases not scored (by reason), and \
            all bases read.",
        "plot_type": "table",
        "pconfig": { "id": "windrow_table", "title": "windrow", "namespace": "windrow" },
        "headers": headers,
        "data": { sample: figures },
    });
    if let Some((number, count)) = shard {
        json["shard"] = format!("{number}/{count}").into();
    }
    format!("{json:#}\n")
}

/// Name of the sample: as given, or the name of the first input up to its first dot.
pub fn sample(args: &Args) -> String {
    if let Some(name) = &args.sample {
        return name.clone();
    }
    let input = args.inputs.first().or(args.reference.as_ref());
    let name = input.and_then(|path| path.file_name());
    let name = name.map(|name| name.to_string_lossy().into_owned());
    let name = name.as_deref().and_then(|name| name.split('.').next());
    match name {
        Some(name) if !name.is_empty() && name != "-" => name.to_owned(),
        _ => "standard input".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::ModelLedger;

    #[test]
    fn a_sample_is_called_as_its_file() {
        let named = |input: &str| {
            sample(&Args {
                inputs: vec![input.into()],
                ..Args::default()
            })
        };
        assert_eq!(named("/data/liver.1.fa.gz"), "liver");
        assert_eq!(named("-"), "standard input");
        assert_eq!(named(".fa"), "standard input");
        assert_eq!(sample(&Args::default()), "standard input");
        let given = Args {
            sample: Some("a b".to_owned()),
            ..Args::default()
        };
        assert_eq!(sample(&given), "a b");
    }

    #[test]
    fn a_sample_has_its_figures_once() {
        let mut model = ModelLedger::new("exon-start", "ab12", &["exon_start".to_owned()]);
        model.add(Status::Scored, 70);
        model.add(Status::ContigEnd, 30);
        model.rows[0] = 7;
        let ledger = Ledger {
            records: 1,
            bases: 100,
            longest: 100,
            models: vec![model],
            ..Ledger::default()
        };
        let cost = Cost {
            wall: 1.0,
            cpu: 2.0,
            peak_memory: 5_000_000,
        };
        let json: Json = serde_json::from_str(&to_json(&ledger, "liver", None, &cost)).unwrap();
        assert_eq!(json["id"], "windrow");
        assert_eq!(json["plot_type"], "table");
        let figures = &json["data"]["liver"];
        assert_eq!(figures["bases"], 100);
        assert_eq!(figures["exon-start_rows"], 7);
        assert_eq!(figures["exon-start_per_megabase"], 100_000.0);
        assert_eq!(figures["exon-start_scored"], 70.0);
        assert_eq!(figures["exon-start_contig_end"], 30.0);
        assert_eq!(figures["exon-start_short_contig"], 0.0);
        assert_eq!(figures["bases_per_cpu_second"], 50.0);
        assert_eq!(figures["peak_memory"], 5.0);
        let keys = |of: &Json| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&json["headers"]), keys(figures));
    }
}
