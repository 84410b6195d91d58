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
        short_doc: "FASTA with the sequence of regions or of CRAM",
        long_doc: "FASTA file with the sequence of regions (BED on the input, or --region), or with \
            the contigs of a CRAM. It can be plain or compressed with bgzip, with the index of \
            samtools faidx beside it (.fai, .gzi). Without an index, the file is indexed in \
            memory. Regions are scored as parts of their contig, and written in the order of \
            the index. Regions that overlap or touch are merged. A CRAM that holds its bases \
            needs no reference.",
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
            (1-based, inclusive), chr1:5- (to the end of the contig), or chr1. Names with \
            colons are put in braces: {HLA:1}:5-90. Can be given several times.",
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
        long_doc: "Score each BED region on the strand in its sixth column, or on both strands if \
            that is a dot. Symmetric models have no strands, and score every region.",
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
        short_doc: "write names of regions in an eighth column",
        long_doc: "Write an eighth column of BED with the name of the region: column 4 of BED \
            regions, the text of --region, or the name before '::' in a header of bedtools \
            getfasta -name; a dot if there is none. Regions are then not merged: where they \
            overlap, rows are repeated.",
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
        long_doc: "Score part I of N. Parts have equal numbers of bases, and can begin anywhere. The \
            outputs of all parts, concatenated, are the output of a run without --shard, byte \
            for byte: the part in which a row starts writes it, and the first part writes the \
            header. --gather merges all kinds of output. Inputs must be files, since they are \
            read twice, the first time to count bases.",
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
        short_doc: "fasta, fastq, alignments or bed [detected]",
        long_doc: "Format of all inputs: fasta, fastq, alignments (BAM, CRAM or SAM; also bam, cram \
            or sam) or bed (regions). Default: detected from the first bytes of each input.",
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
        long_doc: "Meaning of coordinates in a FASTA header, such as chr1:4-90. bed: 0-based and \
            half-open, as bedtools getfasta writes them. faidx: 1-based and inclusive, as \
            samtools faidx writes them. auto: the one that fits the length of the record; it \
            is an error if neither fits. With these three, rows are in coordinates of the \
            contig, and a record with /rc or (-) is turned to the forward strand. none: \
            coordinates are part of the name. Default: auto.",
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
        long_doc: "How BAM, CRAM or SAM is scored. consensus: the consensus of sorted alignments, in \
            coordinates of the contig. each: the sequence of each aligned read; rows are in \
            coordinates of the contig, with the name of the read in a further column. raw: \
            each read as it was sequenced, aligned or not; the name of the read is the contig, \
            and rows are in coordinates of the read. Default: consensus.",
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
        long_doc: "Leave out records with one of these flags set, as samtools view -F does. FLAGS is \
            a decimal, hexadecimal (0x) or octal (0) number, or names such as UNMAP,DUP. \
            Default: 0xF04, which leaves out unmapped, secondary, failed, duplicate and \
            supplementary records; with --reads raw 0xF00, which keeps unmapped ones.",
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
        long_doc: "Leave out records that do not have all of these flags set, as samtools view -f \
            does. Default: 0.",
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
        short_doc: "least reads at a base of a consensus [3]",
        long_doc: "With --reads consensus: a base with fewer reads is unknown. Reads with a deletion \
            there count. Default: 3.",
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
        short_doc: "least share of the best base of a consensus [0.4]",
        long_doc: "With --reads consensus: a base is unknown if the best base has a smaller share of \
            the sum of qualities. With 0.4, one of the two alleles of a heterozygous site is \
            taken; with 0.6 or more, such a site is unknown. Default: 0.4.",
        update: |draft, value| {
            draft.args.min_fraction = value.fraction()?;
            Ok(())
        },
        ..SWITCH
    },
];
