//! Files that browsers load: a hub for the UCSC browser, and a session for igv.js.
//!
//! Grammar of the hub: <https://genome.ucsc.edu/goldenPath/help/trackDb/trackDbHub.html>.

use serde_json::{Value as Json, json};

use super::{Subject, TracksOptions};
use crate::sequence::Strand;
use crate::source::Lengths;
use crate::value::Quantity;

/// Bases that a session shows at first.
const VIEW: usize = 100_000;

impl Subject {
    /// Name in the hub: letters, digits and underscores.
    fn key(&self) -> String {
        word(&self.stem())
    }

    /// Name that browsers show.
    fn title(&self) -> String {
        let label = match self.label == self.model.replace('-', "_") {
            true => self.model.clone(),
            false => format!("{} {}", self.model, self.label),
        };
        match self.strand {
            Strand::Both => label,
            strand => format!("{label} {}", char::from(strand.symbol())),
        }
    }

    fn quantity(&self) -> &'static str {
        match self.quantity {
            Quantity::Probability => "probability or predicted value",
            Quantity::Logit => "raw output",
            Quantity::Rate => "-log10 of the share of a genome that scores at least as much",
        }
    }

    /// Red, green and blue, with commas between.
    fn color(&self) -> String {
        self.color.map(|part| part.to_string()).join(",")
    }
}

/// A name for the hub.
fn word(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

/// Text as one line.
fn line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

pub fn hub(options: &TracksOptions) -> String {
    let genome = line(&options.genome);
    format!(
        "hub windrow_{}\nshortLabel windrow {genome}\nlongLabel Scores and calls of windrow on \
         {genome}\ngenomesFile genomes.txt\nemail nobody@localhost\n",
        word(&genome)
    )
}

pub fn genomes(options: &TracksOptions) -> String {
    format!("genome {}\ntrackDb trackDb.txt\n", line(&options.genome))
}

pub fn track_db(subjects: &[Subject]) -> String {
    let mut text = String::new();
    let mut model = None;
    for subject in subjects {
        if model != Some(&subject.model) {
            model = Some(&subject.model);
            text.push_str(&format!(
                "track {parent}\nsuperTrack on show\nshortLabel {name}\nlongLabel windrow: {name}\n\n",
                parent = word(&subject.model),
                name = subject.model,
            ));
        }
        let Subject { model, .. } = subject;
        let (key, title, color) = (subject.key(), subject.title(), subject.color());
        text.push_str(&format!(
            "    track {key}_values\n    parent {parent}\n    bigDataUrl {stem}.bw\n    \
             shortLabel {title}\n    longLabel {title}: {quantity}\n    type bigWig\n    \
             visibility full\n    autoScale on\n    alwaysZero on\n    \
             windowingFunction maximum\n    maxHeightPixels 100:40:10\n    color {color}\n\n",
            parent = word(model),
            stem = subject.stem(),
            quantity = subject.quantity(),
        ));
        text.push_str(&format!(
            "    track {key}_calls\n    parent {parent}\n    bigDataUrl {stem}.bb\n    \
             shortLabel {title} calls\n    longLabel {title}: calls\n    type bigBed 6 +\n    \
             visibility dense\n    spectrum on\n    color {color}\n\n",
            parent = word(model),
            stem = subject.stem(),
        ));
    }
    text
}

/// A session with relative paths. Without a FASTA, its reference is a file of lengths.
pub fn session(
    options: &TracksOptions,
    subjects: &[Subject],
    lengths: &Lengths,
    fasta: Option<&str>,
) -> String {
    let genome = &options.genome;
    let mut reference = json!({ "id": genome, "name": genome, "wholeGenomeView": false });
    match (fasta, options.fasta.as_deref()) {
        (Some(url), Some(path)) => {
            reference["fastaURL"] = url.into();
            let beside = |suffix: &str| {
                let mut name = path.as_os_str().to_owned();
                name.push(suffix);
                std::path::Path::new(&name).is_file()
            };
            match beside(".fai") {
                true => reference["indexURL"] = format!("{url}.fai").into(),
                false => reference["indexed"] = false.into(),
            }
            if beside(".fai") && beside(".gzi") {
                reference["compressedIndexURL"] = format!("{url}.gzi").into();
            }
        }
        _ => {
            reference["format"] = "chromsizes".into();
            reference["fastaURL"] = "chrom.sizes".into();
        }
    }
    let tracks = subjects.iter().flat_map(|subject| {
        let (stem, title) = (subject.stem(), subject.title());
        let color = format!("rgb({})", subject.color());
        let url = |suffix: &str| {
            // Labels and names of models need no escape.
            format!("{stem}{suffix}")
        };
        [
            json!({
                "name": title, "type": "wig", "format": "bigwig", "url": url(".bw"),
                "color": color, "autoscale": true, "height": 50, "windowFunction": "max",
            }),
            json!({
                "name": format!("{title} calls"), "type": "annotation", "format": "bigbed",
                "url": url(".bb"), "color": color, "displayMode": "COLLAPSED", "height": 45,
            }),
        ]
    });
    let tracks: Vec<Json> = tracks.collect();
    let mut session = json!({ "reference": reference, "tracks": tracks });
    if let Some((contig, bases)) = lengths.first() {
        let contig = String::from_utf8_lossy(contig);
        session["locus"] = format!("{contig}:1-{}", bases.min(VIEW)).into();
    }
    format!("{session:#}\n")
}
