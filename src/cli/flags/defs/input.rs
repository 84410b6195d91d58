//! Flags of input.

use strum::VariantNames;

use super::SWITCH;
use crate::cli::flags::{Completes, Flag, Section};
use crate::source::reads::Reads;
use crate::source::{HeaderCoords, InputFormat};

pub(super) const FLAGS: &[Flag] = &[
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
            overlap or touch are one. For CRAM it is the FASTA of its contigs, which is not needed \
            if the CRAM holds its bases.",
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
            draft.args.regions.push(value.bytes()?);
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
            written by the part in which it starts, the header by the first. --gather joins all \
            kinds of output. Inputs are read twice, to count them first, so they must be files.",
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
        choices: InputFormat::VARIANTS,
        section: Section::Input,
        shapes_output: true,
        common: false,
        short_doc: "fasta, fastq, alignments or bed [told by the bytes]",
        long_doc: "Format of all inputs: fasta, fastq, alignments (BAM, CRAM or SAM; also bam, cram \
            or sam) or bed (regions). Default: told by the first bytes of each.",
        update: |draft, value| {
            let alignments = ["bam", "cram", "sam"].iter().any(|word| value.0 == *word);
            draft.args.input_format = Some(match alignments {
                true => InputFormat::Alignments,
                false => value.choice()?,
            });
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "header-coords",
        value: Some("HOW"),
        choices: HeaderCoords::VARIANTS,
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
            let coords = value.choice()?;
            draft.args.header_coords = coords;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "reads",
        value: Some("HOW"),
        choices: Reads::VARIANTS,
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
            draft.args.reads = value.choice()?;
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
            a number, decimal, hexadecimal (0x) or octal (0), or names such as UNMAP,DUP. \
            Default: 0xF04, which leaves out \
            unmapped, secondary, failed, duplicate and supplementary records; with --reads raw \
            0xF00, which keeps unmapped ones.",
        update: |draft, value| {
            draft.args.exclude_flags = Some(value.sam_flags()?);
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
            draft.args.require_flags = value.sam_flags()?;
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
];
