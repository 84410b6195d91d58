# MultiQC on what --multiqc writes; workflows/test runs it.

if pypi MultiQC; then
    mkdir "$work/report" "$work/tables"
    table() {
        windrow --quiet --output /dev/null --sample "$1" --multiqc "$2" "${@:3}" "$example"
    }
    table liver "$work/report/liver_mqc.json"
    for part in {1..8}; do
        table kidney "$work/tables/${part}_mqc.json" --shard "$part/8"
    done
    windrow --gather "$work/report/kidney_mqc.json" "$work"/tables/{1..8}_mqc.json
    # The table of one shard, as it is, to see that MultiQC reads it too.
    cp "$work/tables/3_mqc.json" "$work/report/lung_mqc.json"
    sed -i 's/"kidney"/"lung"/' "$work/report/lung_mqc.json"
    (cd "$work/report" && quietly MultiQC "$tools/multiqc" --strict --no-version-check .)
    "$tools/python" - "$work/report/multiqc_data/multiqc_data.json" "$(wc -l <"$work/plain.rows")" <<'PYTHON'
import json
import sys

data = json.load(open(sys.argv[1]))["report_saved_raw_data"]["multiqc_windrow_table"]
assert sorted(data) == ["kidney", "liver", "lung"], data
for key, value in data["liver"].items():
    if key not in ("bases_per_cpu_second", "peak_memory"):
        assert data["kidney"][key] == value, (key, value, data["kidney"][key])
assert data["liver"]["exon-start_rows"] == int(sys.argv[2])
assert data["lung"]["bases"] == data["liver"]["bases"] / 8
PYTHON
    pass "MultiQC: 8 shards of a sample are one line, with the figures of the whole run"

    if have chromium -- chromium; then
        chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=20000 --dump-dom \
            "file://$work/report/multiqc_report.html" >"$work/report/dom.html" 2>"$work/log" \
            || { cat "$work/log"; fail "chromium"; }
        "$tools/python" - "$work/report/dom.html" "$(wc -l <"$work/plain.rows")" <<'PYTHON'
import html
import re
import sys

page = open(sys.argv[1]).read()
(table,) = re.findall(r'<table[^>]*id="windrow_table_table" .*?</table>', page, re.S)
text = lambda cell: html.unescape(re.sub(r"<[^>]*>", "", cell)).strip()
lines = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)
cells = [[text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)] for line in lines]
samples = {line[0]: line for line in cells}
assert sorted(samples) == sorted([cells[0][0], "kidney", "liver", "lung"]), samples
assert "exon-start: rows" in cells[0], cells[0]
for sample in ("kidney", "liver"):
    shown = samples[sample][cells[0].index("exon-start: rows")]
    assert shown == sys.argv[2], (sample, shown)
PYTHON
        pass "MultiQC's page in Chromium shows each sample and its rows"
    else
        skip "MultiQC's page: no Chromium"
    fi
fi
