# bash completion for windrow; made by `windrow --generate`, do not edit
_windrow() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    # '=' is a word of its own.
    if [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $cur == = ]]; then
        cur=
    fi
    case $prev in
    -m | --model)
        mapfile -t COMPREPLY < <(compgen -W 'exon-start exon exon-lite binding-site expression promoter enhancer' -- "$cur"; compgen -f -- "$cur")
        return
        ;;
    --models)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --show-model)
        mapfile -t COMPREPLY < <(compgen -W 'exon-start exon exon-lite binding-site expression promoter enhancer' -- "$cur"; compgen -f -- "$cur")
        return
        ;;
    -r | --reference)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -R | --region)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --shard)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --input-format)
        mapfile -t COMPREPLY < <(compgen -W 'fasta fastq alignments bed' -- "$cur")
        return
        ;;
    --header-coords)
        mapfile -t COMPREPLY < <(compgen -W 'auto bed faidx none' -- "$cur")
        return
        ;;
    --reads)
        mapfile -t COMPREPLY < <(compgen -W 'consensus each raw' -- "$cur")
        return
        ;;
    -F | --exclude-flags)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --require-flags)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --min-mapq)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --min-depth)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --min-fraction)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    -s | --stride)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --strand)
        mapfile -t COMPREPLY < <(compgen -W 'both + -' -- "$cur")
        return
        ;;
    --min-score)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --precision)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --fdr)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --rate)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --value)
        mapfile -t COMPREPLY < <(compgen -W 'probability logit rate' -- "$cur")
        return
        ;;
    --top)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --merge-distance)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --min-length)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --max-n)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --softmask)
        mapfile -t COMPREPLY < <(compgen -W 'score skip' -- "$cur")
        return
        ;;
    -f | --format)
        mapfile -t COMPREPLY < <(compgen -W 'bed bedgraph narrowpeak gff3 tsv spsc bigwig bigbed' -- "$cur")
        return
        ;;
    -o | --output)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --tracks)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --genome)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --chrom-sizes)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --stats)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --multiqc)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --report)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --sample)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --gather)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --unscored)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -t | -@ | --threads)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --engine)
        mapfile -t COMPREPLY < <(compgen -W 'auto avx512 avx2 neon portable tract' -- "$cur")
        return
        ;;
    --chunk-size)
        mapfile -t COMPREPLY < <(:)
        return
        ;;
    --generate)
        mapfile -t COMPREPLY < <(compgen -W 'man complete-bash complete-zsh complete-fish autosql' -- "$cur")
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-m --model --models --list-models --show-model -r --reference -R --region --region-strand --names --shard --input-format --header-coords --reads -F --exclude-flags --require-flags --min-mapq --min-depth --min-fraction -s --stride --strand --min-score --precision --fdr --rate --value --raw --top --merge-distance --min-length --max-n --softmask -f --format -o --output -z --bgzip --index --no-header --track --itemrgb --tracks --genome --chrom-sizes --stats --multiqc --report --sample --gather --unscored -t -@ --threads --engine --chunk-size -q --quiet -v --verbose --generate -h --help -V --version' -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -o filenames -F _windrow windrow
