include { WINDROW } from './modules/windrow/main'

params {
    input: String
    sample: String = 'sample'
    models: String = 'exon-start'
    shards: Integer = 8
    outdir: String = 'results'
}

process GATHER {
    tag "$meta.id"

    input:
    tuple val(meta), path(parts)

    output:
    tuple val(meta), path("${meta.id}.bed"), emit: bed

    script:
    """
    windrow --gather ${meta.id}.bed ${parts}
    """
}

workflow {
    parts = channel.of(1..params.shards).map { part ->
        tuple([id: params.sample, part: part], file(params.input, checkIfExists: true), "${part}/${params.shards}")
    }
    WINDROW(parts, [[], [], []], params.models.tokenize(','))
    gathered = WINDROW.out.bed
        .toSortedList { one, other -> one[0].part <=> other[0].part }
        .map { rows -> tuple([id: params.sample], rows.collect { row -> row[1] }) }
    GATHER(gathered)
}
