# The example of Spark on this machine; workflows/test runs it.

if pypi Spark; then
    if ! have java -- default-jre-headless \
        || ! "$tools/pip" --quiet install --disable-pip-version-check 'pyspark>=4,<5' pyarrow; then
        skip "Spark: no Java, or no access to PyPI"
    else
        mkdir "$work/spark"
        # The example twice, and a table with a base that is none.
        "$tools/python" - "$example" "$work/spark/genome.parquet" <<'PYTHON'
import sys

import pyarrow
import pyarrow.parquet

bases = "".join(open(sys.argv[1]).read().splitlines()[1:])
table = {"name": ["example", "copy"], "sequence": [bases, bases]}
pyarrow.parquet.write_table(pyarrow.table(table), sys.argv[2], compression="gzip")
table["sequence"][1] = "ACGT!"
pyarrow.parquet.write_table(pyarrow.table(table), sys.argv[2] + ".wrong", compression="gzip")
PYTHON
        # Spark's snappy does not load where musl is installed beside glibc.
        submit() {
            PYSPARK_PYTHON=$tools/python SPARK_LOCAL_IP=127.0.0.1 "$tools/spark-submit" \
                --master 'local[2]' --conf spark.sql.parquet.compression.codec=gzip \
                "$here/spark/calls.py" "$@"
        }
        quietly Spark submit "$work/spark/genome.parquet" "$work/spark/calls"
        "$tools/python" - "$work/spark/calls" >"$work/spark/rows" <<'PYTHON'
import sys

import pyarrow.parquet

for row in pyarrow.parquet.read_table(sys.argv[1]).to_pylist():
    print(row["contig"], row["start"], row["end"], row["label"], row["score"], row["strand"], row["value"], sep="\t")
PYTHON
        # The last column as a number.
        numbers() { awk -v OFS='\t' '{ $7 = $7 + 0; print }' "$1"; }
        cmp <(grep '^example' "$work/spark/rows" | numbers -) <(numbers "$work/plain.rows") \
            || fail "Spark: rows"
        grep -c '^copy' "$work/spark/rows" | grep -qx "$(wc -l <"$work/plain.rows")" || fail "Spark: rows of the copy"
        refused 1 "exited with error code 1" submit "$work/spark/genome.parquet.wrong" "$work/spark/none"
        pass "Spark: rows of a table are those of the plain run; an error of windrow fails the job"
    fi
fi
