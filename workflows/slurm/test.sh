# The Snakemake module on a Slurm of one node; workflows/test runs it after snakemake.

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
        "$here/slurm/cluster" stop "$work/slurm"
        pass "Snakemake on Slurm: the same, with a shard ended by scancel and run again"
    fi
fi
