# The Snakemake module, and the CWL workflow by Toil, on a Slurm of one node; workflows/test runs it.

if pypi Slurm && have bgzip tabix -- tabix; then
    if ! have slurmctld slurmd munged sbatch -- slurm-wlm munge \
        || ! "$here/slurm/cluster" start "$work/slurm"; then
        skip "Slurm: no root, no package, or a Slurm is here already"
    else
        (
            # Ends one shard; the profile has it run again.
            for _ in $(seq 300); do
                job=$(squeue --noheader --format=%i --states=R | head -n 1)
                [ -z "$job" ] || { scancel "$job"; break; }
                sleep 0.1
            done
            echo "$job" >"$work/ended"
        ) &
        flow cluster --profile "$here/slurm" --slurm-init-seconds-before-status-checks 3 \
            --seconds-between-status-checks 2 results/example.bed.gz
        wait
        [ -n "$(cat "$work/ended")" ] || fail "no shard was ended"
        grep -q "Trying to restart job" "$work/cluster.log" || fail "the ended shard was not run again"
        zcat "$work/cluster/results/example.bed.gz" >"$work/cluster.bed"
        same "$work/cluster.bed" "Snakemake on Slurm"
        refused 1 "this machine has a Slurm" "$here/slurm/cluster" start "$work/second"
        pass "Snakemake on Slurm: the same, with a shard ended by scancel and run again"

        if ! have node -- nodejs || ! python3 -m venv "$work/toil" \
            || ! "$work/toil/bin/pip" --quiet install --disable-pip-version-check 'toil[cwl]>=9,<10'
        then
            skip "Toil on Slurm: no Node.js, or no access to PyPI"
        else
            mkdir "$work/toil/run"
            # Its jobs call its programs by name.
            (export PATH="$work/toil/bin:$PATH" && cd "$work/toil/run" \
                && quietly "Toil on Slurm" toil-cwl-runner --batchSystem slurm \
                    --preserve-environment PATH --disableProgress --jobStore "$PWD/store" \
                    --workDir "$PWD" --defaultMemory 500M "$here/cwl/scatter.cwl" \
                    --sequence "$example" --shards 8)
            same "$work/toil/run/calls.bed" "Toil on Slurm"
            jobs=$(squeue --noheader --states=all --format=%j | grep -c 'toil_job.*windrow.cwl' || true)
            [ "$jobs" = 8 ] || fail "Toil on Slurm: $jobs jobs were on Slurm"
            pass "Toil on Slurm: rows of 8 shards of the CWL workflow are those of the plain run"
        fi
        "$here/slurm/cluster" stop "$work/slurm"
    fi
fi
