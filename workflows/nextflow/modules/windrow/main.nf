process WINDROW {
    tag "$meta.id"
    label 'process_low'

    conda "${moduleDir}/environment.yml"

    input:
    tuple val(meta), path(sequence), val(shard)
    tuple val(meta2), path(reference), path(fai)
    val models

    output:
    tuple val(meta), path("*.bed")     , emit: bed
    tuple val(meta), path("*.json")    , emit: stats
    path "versions.yml"                , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args   = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: (shard ? "${meta.id}.${shard.replace('/', '-of-')}" : "${meta.id}")
    def part   = shard ? "--shard ${shard}" : ''
    def named  = models ? models.collect { model -> "--model ${model}" }.join(' ') : ''
    def fasta  = reference ? "--reference ${reference}" : ''
    """
    windrow \\
        ${args} \\
        ${named} \\
        ${fasta} \\
        ${part} \\
        --threads ${task.cpus} \\
        --stats ${prefix}.json \\
        --output ${prefix}.bed \\
        ${sequence}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        windrow: \$(windrow --version | sed -n '1s/windrow //p')
    END_VERSIONS
    """

    stub:
    def prefix = task.ext.prefix ?: (shard ? "${meta.id}.${shard.replace('/', '-of-')}" : "${meta.id}")
    """
    touch ${prefix}.bed
    echo '{}' > ${prefix}.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        windrow: \$(windrow --version | sed -n '1s/windrow //p')
    END_VERSIONS
    """
}
