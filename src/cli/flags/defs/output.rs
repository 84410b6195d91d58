//! Flags of output.

use strum::VariantNames;

use super::SWITCH;
use crate::cli::flags::{Completes, Flag, Listing, Section};
use crate::write::Format;

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "format",
        short: &['f'],
        value: Some("FORMAT"),
        choices: Format::VARIANTS,
        section: Section::Output,
        shapes_output: true,
        short_doc: "bed, bedgraph, bigwig, ... (see --help) [bed]",
        long_doc: "Output format: bed (BED6+1); bedgraph (four columns, one model with one label, \
            one strand a file); narrowpeak (BED6+4, with the summits of calls); gff3; tsv (a table \
            with titles); or spsc (scores of acceptors at the start and of donors at the end of \
            exons, for minimap2 --spsc and miniprot --spsc: one exon_start model, every window). bigwig and bigbed hold the rows \
            of bedgraph and bed with an index and summaries for browsers; they need --output. \
            Default: what the name of --output says (x.bed, .bedgraph, .narrowPeak, .gff3, .tsv, \
            .spsc, .bw, .bb), else bed.",
        update: |draft, value| {
            if value.text() == Ok("json") {
                draft.listing = Some(Listing::Json);
                return Ok(());
            }
            draft.args.format = value.choice()?;
            draft.format_given = true;
            draft.listing = (draft.args.format == Format::Tsv).then_some(Listing::Tsv);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "output",
        short: &['o'],
        value: Some("FILE"),
        completes: Completes::Files,
        section: Section::Output,
        short_doc: "write FILE, whole or not at all [standard output]",
        long_doc: "Write FILE instead of standard output. It appears under its name only when the \
            run has succeeded; '-' is standard output. Its extension chooses the format where \
            --format does not, and .gz means --bgzip. A name that contradicts --format is refused, \
            and so is a file that is an input or another output of the same run.",
        update: |draft, value| {
            draft.args.output = Some(value.path()?).filter(|path| path.as_os_str() != "-");
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "bgzip",
        short: &['z'],
        section: Section::Output,
        short_doc: "compress the output to block gzip",
        long_doc: "Compress the output to block gzip, as bgzip does. What is written beside it \
            (--stats, --unscored) stays plain.",
        update: |draft, _| {
            draft.args.bgzip = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "index",
        section: Section::Output,
        common: false,
        short_doc: "index the bgzip output, as tabix does",
        long_doc: "With --bgzip and --output FILE, write an index of the rows beside it, for \
            tabix: FILE.tbi, or FILE.csi if a contig is longer than 536,870,912 bases. File and \
            index appear together or not at all. Contigs must come in one piece each.",
        update: |draft, _| {
            draft.args.index = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "no-header",
        section: Section::Output,
        shapes_output: true,
        short_doc: "leave out the lines above the rows",
        long_doc: "Leave out all lines above the rows: those with '#' that tell tool, command, \
            models and parameters, ##gff-version, and the titles of tsv.",
        update: |draft, _| {
            draft.args.no_header = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "track",
        section: Section::Output,
        shapes_output: true,
        common: false,
        short_doc: "a track line for browsers above the rows",
        long_doc: "Write a track line above the rows of bed, bedgraph or narrowpeak, for the UCSC \
            browser, IGV and others. Rows of bed then have six columns: browsers take a seventh \
            for something else. Converters and sorters refuse such a line. --no-header leaves \
            it in.",
        update: |draft, _| {
            draft.args.track = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "itemrgb",
        section: Section::Output,
        shapes_output: true,
        common: false,
        short_doc: "bed of nine columns, coloured by label and strand",
        long_doc: "Write bed as BED9: thickStart and thickEnd are start and end, and itemRgb is a \
            colour by label and strand, darker on the reverse strand. There is no column for the \
            value, nor for names. With --track, the line above the rows has itemRgb=On.",
        update: |draft, _| {
            draft.args.item_rgb = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "tracks",
        value: Some("DIR"),
        completes: Completes::Files,
        section: Section::Output,
        common: false,
        short_doc: "make DIR with bigWigs, bigBeds and a hub of them",
        long_doc: "Also make the folder DIR, in the same pass: for each model, label and strand a \
            bigWig of the values of all windows and a bigBed of the calls; a hub of them for the \
            UCSC browser (hub.txt, genomes.txt, trackDb.txt); a session for igv.js \
            (igv-session.json); and chrom.sizes. Values are -log10 of the share of a genome that \
            scores at least as much where the model has a background, else probabilities. Rows \
            must be calls. DIR must not be there; it appears when the run has succeeded. --gather \
            makes one of those of shards.",
        update: |draft, value| {
            draft.args.tracks = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "genome",
        value: Some("NAME"),
        section: Section::Output,
        common: false,
        short_doc: "name of the sequence in --tracks, such as hg38",
        long_doc: "Name of the sequence in the hub and the session of --tracks: that of an \
            assembly which the browser knows, such as hg38. Default: the name of the FASTA file \
            without its ending.",
        update: |draft, value| {
            draft.args.genome = Some(value.text()?.to_owned());
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "chrom-sizes",
        value: Some("FILE"),
        completes: Completes::Files,
        section: Section::Output,
        common: false,
        short_doc: "write names and lengths of the contigs to FILE",
        long_doc: "Write the contigs that were read to FILE, in the order in which they came: name, \
            tab, length. Of contigs of a --reference or in the header of alignments that is the \
            whole length, of records with coordinates in their headers the end of the last one. '-' is \
            standard output, if --output names a file.",
        update: |draft, value| {
            draft.args.chrom_sizes = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "stats",
        value: Some("FILE"),
        completes: Completes::Files,
        section: Section::Output,
        short_doc: "write the ledger to FILE as JSON",
        long_doc: "Write the ledger to FILE as JSON: records, bases read, scored and unscored by \
            reason, calls, time and peak memory. '-' is standard output, if --output names a file.",
        update: |draft, value| {
            draft.args.stats = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "multiqc",
        value: Some("FILE"),
        completes: Completes::Files,
        section: Section::Output,
        common: false,
        short_doc: "write FILE_mqc.json, which MultiQC takes",
        long_doc: "Write the ledger to FILE as custom content of MultiQC, which takes files named \
            *_mqc.json as they are: bases read, scored and unscored by reason, rows, rates. '-' is \
            standard output, if --output names a file. --sample names the line.",
        update: |draft, value| {
            draft.args.multiqc = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "report",
        value: Some("FILE"),
        completes: Completes::Files,
        section: Section::Output,
        common: false,
        short_doc: "write a page that shows the run to FILE.html",
        long_doc: "Write one page of HTML, without anything from elsewhere: bases read, scored and \
            unscored by reason, calls by label, calls a megabase along the 30 contigs with most \
            bases, and how rare scores are next to the background of each model. It holds no time \
            and no host: equal runs write equal bytes. --sample is its title. '-' is standard \
            output, if --output names a file. Rows must be calls.",
        update: |draft, value| {
            draft.args.report = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "sample",
        value: Some("NAME"),
        section: Section::Output,
        common: false,
        short_doc: "name of the input in --multiqc and --report",
        long_doc: "Name of what was read, for --multiqc and --report. Reports of MultiQC hold each name once, so it is to \
            be unlike those of other runs. Default: the name of the first input, less its folder \
            and what follows the first dot.",
        update: |draft, value| {
            let name = value.text()?;
            if name.is_empty() || name.chars().any(char::is_control) {
                return Err("is not a name".to_owned());
            }
            draft.args.sample = Some(name.to_owned());
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "gather",
        value: Some("OUT"),
        completes: Completes::Files,
        section: Section::Output,
        common: false,
        short_doc: "make OUT of the outputs of shards, named as INPUT",
        long_doc: "Make OUT of what the parts of a --shard wrote, named in their order in place of \
            INPUT: the bytes of the run without it. The name says the kind: rows of text, plain or \
            .gz; .bw and .bb; .json of --stats, whose counts are added; or, if the shards are \
            folders, those of --tracks. Ledgers and folders say which part they are of, and each \
            must be there once. OUT appears whole or not at all. Of other flags only --threads \
            may stand beside it.",
        update: |draft, value| {
            draft.gather = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "unscored",
        value: Some("FILE"),
        completes: Completes::Files,
        section: Section::Output,
        short_doc: "write the unscored intervals to FILE as BED",
        long_doc: "Write the intervals that were not scored to FILE as BED: contig, start, end, \
            reason (short_contig, contig_end, unknown_bases or soft_masked) and model. '-' is standard \
            output, if --output names a file.",
        update: |draft, value| {
            draft.args.unscored = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
];
