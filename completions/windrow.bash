# bash completion for windrow; made by `windrow --generate`, do not edit
_windrow() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    case $prev in
    -m | --model)
        COMPREPLY=($(compgen -W 'exon-start' -- "$cur") $(compgen -f -- "$cur"))
        return
        ;;
    --show-model)
        COMPREPLY=($(compgen -W 'exon-start' -- "$cur") $(compgen -f -- "$cur"))
        return
        ;;
    -s | --stride)
        COMPREPLY=()
        return
        ;;
    --strand)
        COMPREPLY=($(compgen -W 'both + -' -- "$cur"))
        return
        ;;
    --min-score)
        COMPREPLY=()
        return
        ;;
    --max-n)
        COMPREPLY=()
        return
        ;;
    --softmask)
        COMPREPLY=($(compgen -W 'score skip' -- "$cur"))
        return
        ;;
    -f | --format)
        COMPREPLY=($(compgen -W 'bed bedgraph' -- "$cur"))
        return
        ;;
    -o | --output)
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --stats)
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    --unscored)
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    -t | -@ | --threads)
        COMPREPLY=()
        return
        ;;
    --chunk-size)
        COMPREPLY=()
        return
        ;;
    --generate)
        COMPREPLY=($(compgen -W 'man complete-bash complete-zsh complete-fish' -- "$cur"))
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-m --model --list-models --show-model -s --stride --strand --min-score --raw --max-n --softmask -f --format -o --output --no-header --stats --unscored -t -@ --threads --chunk-size -q --quiet -v --verbose --generate -h --help -V --version' -- "$cur"))
    else
        COMPREPLY=($(compgen -f -- "$cur"))
    fi
}
complete -o filenames -F _windrow windrow
