#!/bin/sh
# What a fit over the rows of many sites takes: made-up tables with numeric columns, a linear outcome of which all
# coefficients are known (0.5, -0.25, 0.125, ... and so on in turn). Needs free ports from PORT on, and 10 bytes of disk a cell.
# Usage: large.sh [SITES [ROWS [COLUMNS [FOLDER]]]]; without: 10 sites of 100,000 rows and 50 columns.
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
count=${1:-10} rows=${2:-100000} columns=${3:-50}
work=${4:-$(mktemp -d)}
mkdir -p "$work/tables"

names= list=
for site in $(seq "$count"); do
    names="$names site$site"
    list="$list${list:+, }site$site"
    awk -v seed="$site" -v rows="$rows" -v columns="$columns" '
        BEGIN {
            srand(seed)
            printf "id"; for (j = 1; j <= columns; j++) printf ",x%d", j; print ",outcome"
            for (i = 1; i <= rows; i++) {
                line = sprintf("P%d%07d", seed, i); y = 1 + 2 * (rand() + rand() + rand() - 1.5)
                for (j = 1; j <= columns; j++) {
                    x = 10 * rand()
                    line = line sprintf(",%.4f", x)
                    y += (j % 2 ? 1 : -1) / 2 ^ ((j - 1) % 3 + 1) * x
                }
                printf "%s,%.4f\n", line, y
            }
        }' >"$work/tables/site$site.csv" &
    [ $((site % 2)) -ne 0 ] || wait
done
wait
features=$(seq "$columns" | sed 's/^/x/' | paste -sd, -)
job=$work/job.yaml
cat >"$job" <<END
moiety: 11
split: rows
title: $columns columns at $count sites
parties: [$list]
columns: {identifier: id, label: outcome, features: [$features]}
model: {family: linear}
network: {connectTimeout: 300, messageTimeout: 300, lossTimeout: 600}
END
tables=$work/tables
# shellcheck disable=SC2086 # one argument a site
make_mesh "$job" "${PORT:-29543}" $names >"$work/checks.log"
start=$(date +%s)
run_mesh "${names# }" job run "$job"
# No pipe: the times are those of this shell's children.
times >"$work/times"
echo "$count sites, $rows rows each, $columns columns: $(($(date +%s) - start)) s from the first start to the last end; processor time, all with checks: $(tail -n 1 "$work/times")"
"$moiety" verify "$work/site1-results"
echo "all sites' folders and results: $work"
