//! The public interface of the library: annotators and annotations.

mod error;
mod options;

use std::io::{self, Read};
use std::ops::Range;

pub use error::Error;
pub use options::Builder;

use crate::model::{Contract, Model};
use crate::pipeline::{self, Ledger, LoadedModel, Scoring, Writer};
use crate::sequence::{self, Strand};
use crate::source::{self, Input, Place, Sink};
use crate::write::Line;

/// An annotation of an interval by a model: a call, or the score of one window.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Annotation {
    /// Name of the contig, as the bytes of the record's header up to the first white space.
    pub contig: Vec<u8>,
    /// First base, counted from 0.
    pub start: usize,
    /// Behind the last base.
    pub end: usize,
    /// The base that the best window of a call reports on.
    pub summit: Option<usize>,
    /// Name of the model.
    pub model: String,
    /// One of the model's labels.
    pub label: String,
    /// Strand of the annotation; [`Strand::Both`] for models that have no strands.
    pub strand: Strand,
    /// Calibrated probability, or the predicted value of a model without probabilities; rounded to
    /// four decimals or four significant digits, whichever are more.
    pub value: f64,
}

/// Annotates sequence with one or more models.
///
/// The same bases give the same annotations, in any format and with any number of threads.
/// Positions count from 0, on the forward strand; intervals are half-open.
///
/// ```
/// use windrow::{Annotator, Model};
///
/// let annotator = Annotator::new(Model::bundled("exon-start")?)?;
/// let sequence = "ACGTTGCA".repeat(500);
/// let scores = annotator.scores("chr1", &sequence)?;
/// assert_eq!(scores[0].contig, b"chr1");
/// assert!(scores.iter().all(|score| (0.0..=1.0).contains(&score.value)));
/// # Ok::<(), windrow::Error>(())
/// ```
pub struct Annotator {
    models: Vec<LoadedModel>,
    calls: Scoring,
    scores: Scoring,
    threads: usize,
}

impl Annotator {
    /// An annotator with the model's own options.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] if the model's graph cannot be run.
    pub fn new(model: Model) -> Result<Self, Error> {
        Self::builder().model(model).build()
    }

    /// Begins an annotator with other options.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The contracts of the models, in the order in which they were added.
    pub fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.models.iter().map(|loaded| &loaded.model.contract)
    }

    /// The calls on a contig whose whole sequence is given, sorted by start.
    ///
    /// `sequence` holds IUPAC letters of nucleotides; lower case is soft-masked, white space is
    /// skipped.
    ///
    /// # Errors
    ///
    /// [`Error::Letter`] for a letter that is not a nucleotide, [`Error::Scoring`] if a model gives no
    /// finite number.
    ///
    /// ```
    /// use windrow::{Annotator, Model};
    ///
    /// let annotator = Annotator::new(Model::bundled("promoter")?)?;
    /// for call in annotator.calls("chr1", "CGCGGGGCGC".repeat(300))? {
    ///     println!("{}-{} {:.2}", call.start, call.end, call.value);
    /// }
    /// # Ok::<(), windrow::Error>(())
    /// ```
    pub fn calls(
        &self,
        contig: impl AsRef<[u8]>,
        sequence: impl AsRef<[u8]>,
    ) -> Result<Vec<Annotation>, Error> {
        self.whole(&self.calls, contig.as_ref(), sequence.as_ref())
    }

    /// The scores of all windows of a contig whose whole sequence is given, sorted by position.
    ///
    /// # Errors
    ///
    /// As [`Self::calls`].
    pub fn scores(
        &self,
        contig: impl AsRef<[u8]>,
        sequence: impl AsRef<[u8]>,
    ) -> Result<Vec<Annotation>, Error> {
        self.whole(&self.scores, contig.as_ref(), sequence.as_ref())
    }

    /// Passes the calls of all records of FASTA, FASTQ, BAM, CRAM or SAM, compressed or not, to
    /// `take` while the input is read. Memory does not grow with the length of a contig.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for input that cannot be read, after the calls of the records before;
    /// [`Error::Scoring`] if a model gives no finite number; [`Error::Taken`] with the error of
    /// `take`.
    ///
    /// ```
    /// use windrow::{Annotator, Model};
    ///
    /// let annotator = Annotator::builder()
    ///     .model(Model::bundled("exon-start")?)
    ///     .min_score(0.5)
    ///     .threads(2)
    ///     .build()?;
    /// let fasta = format!(">chr1\n{}\n", "ACGTTGCA".repeat(500));
    /// let mut calls = 0;
    /// let ledger = annotator.calls_of(std::io::Cursor::new(fasta), |_| {
    ///     calls += 1;
    ///     Ok(())
    /// })?;
    /// assert_eq!(ledger.bases, 4000);
    /// assert_eq!(ledger.models[0].calls(), calls);
    /// # Ok::<(), windrow::Error>(())
    /// ```
    pub fn calls_of(
        &self,
        reader: impl Read + Send + 'static,
        take: impl FnMut(Annotation) -> io::Result<()>,
    ) -> Result<Ledger, Error> {
        self.stream(&self.calls, reader, take)
    }

    /// Passes the scores of all windows of all records to `take`, as [`Self::calls_of`] does calls.
    ///
    /// # Errors
    ///
    /// As [`Self::calls_of`].
    pub fn scores_of(
        &self,
        reader: impl Read + Send + 'static,
        take: impl FnMut(Annotation) -> io::Result<()>,
    ) -> Result<Ledger, Error> {
        self.stream(&self.scores, reader, take)
    }

    fn whole(
        &self,
        scoring: &Scoring,
        contig: &[u8],
        text: &[u8],
    ) -> Result<Vec<Annotation>, Error> {
        let mut codes = Vec::with_capacity(text.len());
        sequence::encode(text, &mut codes).map_err(|foreign| Error::Letter {
            letter: foreign.letter,
            position: foreign.bases,
        })?;
        let mut all = Vec::new();
        let mut writer = RowCallback::new(|annotation| {
            all.push(annotation);
            Ok(())
        });
        let read = |sink: &mut dyn Sink| {
            sink.begin(Place::whole(contig))?;
            sink.bases(&codes)?;
            sink.end()
        };
        let (read, ledger) =
            pipeline::values(&self.models, scoring, self.threads, &mut writer, read);
        read.map_err(Error::input)?;
        ledger.map_err(Error::scoring)?;
        Ok(all)
    }

    fn stream(
        &self,
        scoring: &Scoring,
        reader: impl Read + Send + 'static,
        take: impl FnMut(Annotation) -> io::Result<()>,
    ) -> Result<Ledger, Error> {
        let mut writer = RowCallback::new(take);
        let options = source::SourceOptions::default();
        let read = |sink: &mut dyn Sink| source::read_bytes(&Input::Stream, reader, &options, sink);
        let (read, ledger) =
            pipeline::values(&self.models, scoring, self.threads, &mut writer, read);
        if let Some(error) = writer.failed {
            return Err(Error::Taken(error));
        }
        let mut ledger = ledger.map_err(Error::scoring)?;
        ledger.reads = read.map_err(Error::input)?.reads;
        Ok(ledger)
    }
}

/// Passes rows to a function of the caller, until it fails.
struct RowCallback<F> {
    take: F,
    failed: Option<io::Error>,
}

impl<F: FnMut(Annotation) -> io::Result<()>> RowCallback<F> {
    fn new(take: F) -> Self {
        Self { take, failed: None }
    }
}

impl<F: FnMut(Annotation) -> io::Result<()>> Writer for RowCallback<F> {
    fn row(&mut self, line: &Line<'_>) {
        if self.failed.is_some() {
            return;
        }
        let annotation = Annotation {
            contig: line.contig.to_vec(),
            start: line.row.start,
            end: line.row.end,
            summit: line.row.summit,
            model: line.model.name.clone(),
            label: line.model.labels[line.label].clone(),
            strand: line.strand,
            value: line.row.value.to_f64(),
        };
        self.failed = (self.take)(annotation).err();
    }

    fn text(&mut self, _: &[u8]) {}

    fn wants_unscored(&self) -> bool {
        false
    }

    fn unscored(&mut self, _: &[u8], _: Range<usize>, _: &str, _: &str) {}

    fn pass(&mut self) -> anyhow::Result<()> {
        match self.failed {
            Some(_) => Err(anyhow::anyhow!("the caller stopped")),
            None => Ok(()),
        }
    }

    fn idle(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}
