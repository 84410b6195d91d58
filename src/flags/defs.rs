//! The table of flags. Parsing, help, man page and completions all read it.

use super::{
    Command, Completes, DEFAULT_CHUNK, EngineChoice, Flag, Format, Generate, HeaderCoords,
    InputFormat, Reads, Section, Softmask, StrandChoice,
};

/// What most flags are; each row says where it differs.
const SWITCH: Flag = Flag {
    long: "",
    short: &[],
    value: None,
    choices: &[],
    completes: Completes::Nothing,
    section: Section::Other,
    shapes_output: false,
    common: true,
    short_doc: "",
    long_doc: "",
    update: |_, _| Ok(()),
};

pub(super) const MAX_THREADS: usize = 1024;
const MIN_CHUNK: usize = 256;
const MAX_CHUNK: usize = 1 << 26;
const MAX_STRIDE: u32 = 1_000_000;
const _: () = assert!(MIN_CHUNK <= DEFAULT_CHUNK && DEFAULT_CHUNK <= MAX_CHUNK);

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "model",
        short: &['m'],
        value: Some("MODEL"),
        completes: Completes::Models,
        section: Section::Models,
        shapes_output: true,
        short_doc: "bundled model or model file; repeatable [exon-start]",
        long_doc: "Model to run: the name of a bundled one (see --list-models), or the path of an \
            ONNX file, told by a '/' or a '.onnx' in it. May be given several times; the rows of \
            all models are then in one sorted stream. Default: exon-start.",
        update: |draft, value| {
            if !draft.models_given {
                draft.args.models.clear();
            }
            draft.models_given = true;
            let name = value.text()?.to_owned();
            if draft.args.models.contains(&name) {
                return Err("was given twice".to_owned());
            }
            draft.args.models.push(name);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "list-models",
        section: Section::Models,
        short_doc: "print the bundled models and exit",
        long_doc: "Print the bundled models, one a line: name, task, window, step, strandedness, \
            assembly, license, and the first 12 digits of the SHA-256 of the file.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::ListModels);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "show-model",
        value: Some("MODEL"),
        completes: Completes::Models,
        section: Section::Models,
        short_doc: "print a model's card and exit",
        long_doc: "Print the card of a bundled model or of a model file, as Markdown: what it \
            predicts, what it was trained on, and how well it did on what it had not seen.",
        update: |draft, value| {
            let name = value.text()?.to_owned();
            draft.instead.get_or_insert(Command::ShowModel(name));
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "reference",
        short: &['r'],
        value: Some("FASTA"),
        completes: Completes::Files,
        section: Section::Input,
        shapes_output: true,
        short_doc: "FASTA that BED regions and CRAM are of",
        long_doc: "FASTA file that the sequence of regions is taken from: those of BED on the \
            input, or of --region. Plain or compressed with bgzip, with the index of samtools \
            faidx beside it (.fai, .gzi); without one the file is indexed in memory. Regions are \
            scored as parts of their contig and written in the order of the index. Those that \
            overlap or touch are one. For CRAM it is the FASTA of its contigs.",
        update: |draft, value| {
            draft.args.reference = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "region",
        short: &['R'],
        value: Some("REGION"),
        section: Section::Input,
        shapes_output: true,
        short_doc: "a region of the reference; repeatable",
        long_doc: "Region of the --reference to score instead of an input: chr1:1,000,001-2,000,000 \
            (1-based, inclusive), chr1:5- to the contig's end, or chr1. Braces hold a name that \
            has colons: {HLA:1}:5-90. May be given several times.",
        update: |draft, value| {
            draft.args.regions.push(value.text()?.to_owned());
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "region-strand",
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "score BED regions on the strand of column 6",
        long_doc: "Score each BED region on the strand of its sixth column, both if that is a dot. \
            Symmetric models have no strands and score every region.",
        update: |draft, _| {
            draft.args.region_strand = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "names",
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "carry names of regions on as an eighth column",
        long_doc: "Carry names on as an eighth column of BED: column 4 of BED regions, a --region \
            as it was given, or what bedtools getfasta -name puts before '::' in a header; else a \
            dot. Each region then stands alone: where regions overlap, rows are repeated.",
        update: |draft, _| {
            draft.args.names = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "shard",
        value: Some("I/N"),
        section: Section::Input,
        common: false,
        short_doc: "score part I of N, cut by bases",
        long_doc: "Score part I of N, cut by bases wherever that falls. The outputs of all parts, \
            one after the other, are the output of a run without it, byte for byte: a row is \
            written by the part in which it starts, the header by the first. Inputs are read \
            twice, to count them first, so they must be files.",
        update: |draft, value| {
            let parts = value.text().ok().and_then(|text| text.split_once('/'));
            let number = |text: &str| text.parse::<u32>().ok();
            draft.args.shard = parts
                .and_then(|(part, parts)| Some((number(part)?, number(parts)?)))
                .filter(|(part, parts)| (1..=*parts).contains(part));
            match draft.args.shard {
                Some(_) => Ok(()),
                None => Err("is not a part such as 2/8".to_owned()),
            }
        },
        ..SWITCH
    },
    Flag {
        long: "input-format",
        value: Some("FORMAT"),
        choices: InputFormat::WORDS,
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "fasta, fastq, alignments or bed [told by the bytes]",
        long_doc: "Format of all inputs: fasta, fastq, alignments (BAM, CRAM or SAM) or bed \
            (regions). Default: told by the first bytes of each.",
        update: |draft, value| {
            let format = value.choice(InputFormat::WORDS, InputFormat::from_word)?;
            draft.args.input_format = Some(format);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "header-coords",
        value: Some("HOW"),
        choices: HeaderCoords::WORDS,
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "chr:s-e in a header: auto, bed, faidx, none [auto]",
        long_doc: "What coordinates in a FASTA header mean, such as chr1:4-90. bed: 0-based and \
            half-open, as bedtools getfasta writes them. faidx: 1-based and inclusive, as \
            samtools faidx does. auto: whichever of the two the record's length fits; an error if \
            it fits neither. With any of these, rows are in coordinates of the contig; what /rc \
            or (-) marks as reversed is turned back. none: names are taken as they are. Default: \
            auto.",
        update: |draft, value| {
            let coords = value.choice(HeaderCoords::WORDS, HeaderCoords::from_word)?;
            draft.args.header_coords = coords;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "reads",
        value: Some("HOW"),
        choices: Reads::WORDS,
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "score alignments as consensus, each or raw [consensus]",
        long_doc: "What is scored of BAM, CRAM or SAM. consensus: the sequence that sorted \
            alignments spell, in coordinates of the contig. each: each read's own sequence; rows \
            are in coordinates of the contig and have the read's name in a column more. raw: each \
            read as it was sequenced, in its own coordinates, its name as the contig; for \
            unmapped reads. Default: consensus.",
        update: |draft, value| {
            draft.args.reads = value.choice(Reads::WORDS, Reads::from_word)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "exclude-flags",
        short: &['F'],
        value: Some("FLAGS"),
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "leave out records with one of these flags [0xF04]",
        long_doc: "Leave out records that have one of these flags set, as samtools view -F does: \
            a number, decimal, hexadecimal (0x) or octal (0). Default: 0xF04, which leaves out \
            unmapped, secondary, failed, duplicate and supplementary records; with --reads raw \
            0xF00, which keeps unmapped ones.",
        update: |draft, value| {
            draft.args.exclude_flags = Some(value.bits()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "require-flags",
        value: Some("FLAGS"),
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "leave out records without all of these flags [0]",
        long_doc: "Leave out records that do not have all of these flags set, as samtools view \
            -f does. Default: 0.",
        update: |draft, value| {
            draft.args.require_flags = value.bits()?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "min-mapq",
        value: Some("N"),
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "least mapping quality of a record [0]",
        long_doc: "Leave out records with a lower mapping quality, as samtools view -q does. \
            Default: 0.",
        update: |draft, value| {
            draft.args.min_mapq = value.count(0..=u8::MAX)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "min-depth",
        value: Some("N"),
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "least reads on a base of a consensus [3]",
        long_doc: "With --reads consensus: a base on which fewer reads lie is unknown. Reads that \
            lack the base count. Default: 3.",
        update: |draft, value| {
            draft.args.min_depth = value.count(1..=u32::MAX)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "min-fraction",
        value: Some("X"),
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "least share of a base of a consensus [0.4]",
        long_doc: "With --reads consensus: a base is unknown where the best one has a smaller \
            share of the summed qualities. At 0.4 one of the two alleles of a heterozygous site \
            is taken; from 0.6 on such a site is unknown. Default: 0.4.",
        update: |draft, value| {
            draft.args.min_fraction = value.fraction()?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "stride",
        short: &['s'],
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "bases between windows [the model's step]",
        long_doc: "Bases between the starts of neighbouring windows, counted from the start of \
            each contig. A multiple of the step of every model that is run. Default: the step.",
        update: |draft, value| {
            draft.args.stride = Some(value.count(1..=MAX_STRIDE)?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "strand",
        value: Some("STRAND"),
        choices: StrandChoice::WORDS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "strands to score: both, + or - [both; bedgraph: +]",
        long_doc: "Strands to score with a stranded model: both, + or -. bedGraph holds one \
            strand a file, so it takes + or -. Symmetric models score both strands at once and \
            take only both. Default: both; with --format bedgraph, +.",
        update: |draft, value| {
            let strand = value.choice(StrandChoice::WORDS, StrandChoice::from_word)?;
            draft.args.strand = Some(strand);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "min-score",
        value: Some("X"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "least probability of a call [the model's]",
        long_doc: "Least value of a call or, with --raw, of a row. For models with a logit output \
            it is the calibrated probability, from 0 to 1: the share of true sites among \
            positions with that score on a genome. For models that predict a value it is that \
            value. Default: the threshold that the model states; with --raw, none.",
        update: |draft, value| {
            draft.args.min_score = Some(value.finite()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "raw",
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "one row a window instead of calls",
        long_doc: "Write each window that was scored instead of calls. --min-score still leaves \
            out rows below it.",
        update: |draft, _| {
            draft.args.raw = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "max-n",
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "unknown bases allowed in a window [0]",
        long_doc: "Unknown bases (N and other ambiguity codes) allowed in a window. A window with \
            more is not scored. Default: 0.",
        update: |draft, value| {
            draft.args.max_n = value.count(0..=u32::MAX)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "softmask",
        value: Some("HOW"),
        choices: Softmask::WORDS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "lower-case bases: score or skip [score]",
        long_doc: "Lower-case (soft-masked) bases: score treats them like any other; skip does \
            not score windows that report on one. Default: score.",
        update: |draft, value| {
            draft.args.softmask = value.choice(Softmask::WORDS, Softmask::from_word)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "format",
        short: &['f'],
        value: Some("FORMAT"),
        choices: Format::WORDS,
        section: Section::Output,
        shapes_output: true,
        short_doc: "bed or bedgraph [bed]",
        long_doc: "Output format: bed (BED6+1) or bedgraph (four columns, one model with one \
            label, one strand a file). Default: bed.",
        update: |draft, value| {
            draft.args.format = value.choice(Format::WORDS, Format::from_word)?;
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
            run has succeeded; '-' is standard output.",
        update: |draft, value| {
            draft.args.output = Some(value.path()?).filter(|path| path.as_os_str() != "-");
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "no-header",
        section: Section::Output,
        shapes_output: true,
        short_doc: "leave out the '#' lines of BED",
        long_doc: "Leave out the '#' lines that BED output begins with.",
        update: |draft, _| {
            draft.args.no_header = true;
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
            reason, calls, time and peak memory.",
        update: |draft, value| {
            draft.args.stats = Some(value.path()?);
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
            reason (short_contig, contig_end, unknown_bases or soft_masked) and model.",
        update: |draft, value| {
            draft.args.unscored = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "threads",
        short: &['t', '@'],
        value: Some("N"),
        section: Section::Running,
        short_doc: "threads in all (also -@) [all cores]",
        long_doc: "Threads in all. The output is the same for any number. Default: one a core.",
        update: |draft, value| {
            draft.args.threads = value.count(1..=MAX_THREADS)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "engine",
        value: Some("ENGINE"),
        choices: EngineChoice::WORDS,
        section: Section::Running,
        shapes_output: true,
        common: false,
        short_doc: "what runs dense models [auto]",
        long_doc: "What runs dense models: auto, the kernels of windrow with the best \
            instructions of this machine; avx512, avx2, neon or portable, the kernels with these \
            instructions, for the same bytes at another speed; tract, the library that runs any \
            model, whose last decimal may differ. Models that the kernels do not fit are always \
            run by tract; -v says so. Default: auto.",
        update: |draft, value| {
            draft.args.engine = value.choice(EngineChoice::WORDS, EngineChoice::from_word)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "chunk-size",
        value: Some("N"),
        section: Section::Running,
        common: false,
        short_doc: "bases of a work unit [65536]",
        long_doc: "Bases of a work unit. Memory grows with it, times the threads; the output is \
            the same for any size. Default: 65536.",
        update: |draft, value| {
            draft.args.chunk_size = value.count(MIN_CHUNK..=MAX_CHUNK)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "quiet",
        short: &['q'],
        section: Section::Running,
        short_doc: "no summary on standard error",
        long_doc: "No summary and no warnings on standard error; errors are still printed.",
        update: |draft, _| {
            draft.args.quiet = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "verbose",
        short: &['v'],
        section: Section::Running,
        short_doc: "say more on standard error; repeatable",
        long_doc: "Say more on standard error. May be given several times.",
        update: |draft, _| {
            draft.args.verbose = draft.args.verbose.saturating_add(1);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "generate",
        value: Some("WHAT"),
        choices: Generate::WORDS,
        common: false,
        short_doc: "print the man page or a shell's completions",
        long_doc: "Print a text that is made from the table of flags: the man page, or the \
            completions for a shell. One of man, complete-bash, complete-zsh, complete-fish.",
        update: |draft, value| {
            let what = value.choice(Generate::WORDS, Generate::from_word)?;
            draft.instead.get_or_insert(Command::Generate(what));
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "help",
        short: &['h'],
        short_doc: "this screen; --help for the full text",
        long_doc: "-h prints one screen, --help this text.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::LongHelp);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "version",
        short: &['V'],
        short_doc: "print versions and exit",
        long_doc: "Print the version of windrow on the first line, then of the inference engine, \
            of htslib, the vector instructions in use, and the bundled models.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::Version);
            Ok(())
        },
        ..SWITCH
    },
];

#[cfg(test)]
mod tests;
