"""Snakemake wrapper of windrow."""

__license__ = "MIT"

from snakemake.shell import shell

flags = []
models = snakemake.params.get("models", [])
for model in [models] if isinstance(models, str) else models:
    flags.append(f"--model {model}")
shard = snakemake.params.get("shard")
if shard:
    flags.append("--shard " + str(shard).replace("-of-", "/"))
reference = snakemake.input.get("reference")
if reference:
    flags.append(f"--reference {reference}")
for name in ("stats", "unscored"):
    path = snakemake.output.get(name)
    if path:
        flags.append(f"--{name} {path}")
flags = " ".join(flags)
extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=False, stderr=True)

shell(
    "windrow {flags} {extra} --threads {snakemake.threads}"
    " --output {snakemake.output.rows} {snakemake.input.sequence} {log}"
)
