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
        long_doc: "Output format. bed: BED6+1. bedgraph: four columns, for one label of one model on \
            one strand. narrowpeak: BED6+4, with the summits of calls. gff3. tsv: a table with \
            column titles. spsc: splice scores for minimap2 --spsc and miniprot --spsc, of \
            acceptors at exon starts and donors at exon ends, for every window of one \
            exon_start model. bigwig and bigbed: the rows of bedgraph and bed with an index \
            and summaries, for browsers; they need --output. Default: the format of the name \
            of --output (.bed, .bedgraph, .narrowPeak, .gff3, .tsv, .spsc, .bw, .bb), else \
            bed.",
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
        short_doc: "write FILE, complete or not at all [standard output]",
        long_doc: "Write FILE instead of standard output; '-' is standard output. FILE is written \
            under a temporary name, and gets its name when the run has succeeded. Its \
            extension chooses the format if --format is not given, and .gz means --bgzip. A \
            name that contradicts --format is refused, and so is a file that is an input or \
            another output of the run.",
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
        long_doc: "Compress the output to block gzip, as bgzip does. Other files, such as those of \
            --stats and --unscored, are not compressed.",
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
        long_doc: "With --bgzip and --output FILE, write an index of the rows for tabix: FILE.tbi, or \
            FILE.csi if a contig is longer than 536,870,912 bases. If either file cannot be \
            written, there is neither. The rows of each contig must be in one piece.",
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
        long_doc: "Leave out all lines above the rows: the '#' lines with program, command, models \
            and parameters, ##gff-version, and the column titles of tsv.",
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
            browser, IGV and others. Rows of bed then have six columns, since browsers read a \
            seventh column as thickStart. Programs that convert or sort rows refuse track \
            lines. --no-header does not remove it.",
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
        short_doc: "bed with nine columns, coloured by label and strand",
        long_doc: "Write bed as BED9: thickStart and thickEnd are start and end, and itemRgb is a \
            colour by label and strand, darker on the reverse strand. There are no columns for \
            value and name. With --track, the track line has itemRgb=On.",
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
        short_doc: "make DIR with bigWigs, bigBeds and their hub",
        long_doc: "Also make the folder DIR, in the same run. It holds, for each model, label and \
            strand, a bigWig of the values of all windows and a bigBed of the calls; a hub for \
            the UCSC browser (hub.txt, genomes.txt, trackDb.txt); a session for igv.js \
            (igv-session.json); and chrom.sizes. Values are those of --value rate, or \
            probabilities if the model has no background. Rows must be calls. DIR must not exist; \
            it gets its name when the run has succeeded. --gather merges the folders of shards.",
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
        short_doc: "name of the genome in --tracks, such as hg38",
        long_doc: "Name of the genome in the hub and the session of --tracks: an assembly that the \
            browser knows, such as hg38. Default: the name of the FASTA file without its \
            extension.",
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
        long_doc: "Write the contigs that were read to FILE, in input order: name, tab, length. The \
            length of a contig in --reference or in the header of alignments is its whole \
            length. For records with coordinates in their headers it is the end of the last \
            record. '-' is standard output, if --output names a file.",
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
        long_doc: "Write the ledger to FILE as JSON: records, bases read, bases scored, bases \
            unscored by reason, calls, time and peak memory. '-' is standard output, if \
            --output names a file.",
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
        short_doc: "write the ledger to FILE_mqc.json for MultiQC",
        long_doc: "Write the ledger to FILE as custom content of MultiQC, which finds files named \
            *_mqc.json without any setting: bases read, scored, and unscored by reason, rows, \
            and rates. --sample names the line. '-' is standard output, if --output names a \
            file.",
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
        short_doc: "write a page about the run to FILE.html",
        long_doc: "Write a page of HTML that needs no other file: bases read, scored, and unscored by \
            reason; calls by label; calls in a megabase along the 30 contigs with the most \
            bases; and the scores next to the background of each model. Equal runs write equal \
            bytes, since the page holds no time and no host. --sample is its title. '-' is \
            standard output, if --output names a file. Rows must be calls.",
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
        long_doc: "Name of the sample, for --multiqc and --report. Runs in one MultiQC report need \
            different names, since the report shows each name once. Default: the name of the \
            first input, without its folder and what follows the first dot.",
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
        short_doc: "merge the outputs of shards, named as INPUT, to OUT",
        long_doc: "Make OUT from the outputs of a run's shards, which are named in place of \
            INPUT, in order. OUT has the bytes of a run without --shard. The names tell the kind: \
            rows of text (plain or .gz), .bw, .bb, .json of --stats (whose counts are summed), \
            _mqc.json of --multiqc, or folders of --tracks. Ledgers, tables for MultiQC and folders \
            hold the number of their shard, and each shard must be given once. OUT is complete or \
            not written at all. The only other flag that can be given is --threads.",
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
            reason (short_contig, contig_end, unknown_bases or soft_masked) and model. '-' is \
            standard output, if --output names a file.",
        update: |draft, value| {
            draft.args.unscored = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
];
