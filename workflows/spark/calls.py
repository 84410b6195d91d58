"""Calls of sequence that lies in a table: calls.py TABLE OUT

TABLE is Parquet with the columns name and sequence, OUT a folder of Parquet with the columns of
windrow's BED. Each partition goes through a windrow of its own on the machine where it lies.
"""

import os
import sys

from pyspark.sql import SparkSession

COLUMNS = (
    "contig string, start long, end long, label string, score int, strand string, value double"
)


def fasta(record):
    return f">{record.name}\n{record.sequence}"


def fields(row):
    contig, start, end, label, score, strand, value = row.split("\t")
    return contig, int(start), int(end), label, int(score), strand, float(value)


def main(table, out):
    spark = SparkSession.builder.appName("windrow").getOrCreate()
    records = spark.read.parquet(table).select("name", "sequence").rdd.map(fasta)
    # Without env, pipe gives the program no PATH; without checkCode, its failure is not seen.
    path = {"PATH": os.environ["PATH"]}
    rows = records.pipe("windrow --quiet --no-header --threads 1", env=path, checkCode=True)
    spark.createDataFrame(rows.map(fields), COLUMNS).write.parquet(out)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
