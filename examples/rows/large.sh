#!/bin/sh
# What a fit over the rows of many sites takes: made-up tables with numeric columns, an outcome of which all coefficients
# are known (0.5, -0.25, 0.125, ... and so on in turn; of a logistic one an eighth of them, about its mean). Needs free
# ports from PORT on, and 10 bytes of disk a cell. FAMILY: linear (without) or logistic.
# Usage: large.sh [SITES [ROWS [COLUMNS [FOLDER]]]]; without: 10 sites of 100,000 rows and 50 columns.
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
family=${FAMILY:-linear}
count=${1:-10} rows=${2:-100000} columns=${3:-50}
work=${4:-$(mktemp -d)}
mkdir -p "$work/tables"

names= list=
for site in $(seq "$count"); do
    names="$names site$site"
    list="$list${list:+, }site$site"
    awk -v seed="$site" -v rows="$rows" -v columns="$columns" -v family="$family" '
        BEGIN {
            srand(seed)
            printf "id"; for (j = 1; j <= columns; j++) printf ",x%d", j; print ",outcome"
            for (i = 1; i <= rows; i++) {
                line = sprintf("P%d%07d", seed, i); y = 1 + 2 * (rand() + rand() + rand() - 1.5)
                for (j = 1; j <= columns; j++) {
                    x = 10 * rand()
                    line = line sprintf(",%.4f", x)
                    y += (j % 2 ? 1 : -1) / 2 ^ ((j - 1) % 3 + 1) * x
                    if (family == "logistic") y -= (j % 2 ? 5 : -5) / 2 ^ ((j - 1) % 3 + 1)
                }
                if (family == "logistic") { print line "," (rand() < 1 / (1 + exp(-y / 8))); continue }
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
model: {family: $family}
limits: {minimumCohort: $((rows < 500 ? rows : 500))}
network: {connectTimeout: 300, messageTimeout: 300, lossTimeout: 600}
END
tables=$work/tables
# shellcheck disable=SC2086 # one argument a site
make_mesh "$job" "${PORT:-29543}" $names >"$work/checks.log"
times >"$work/times-before"
start=$(date +%s)
run_mesh "${names# }" job run "$job"
end=$(date +%s)
# Of all processes that were waited for; a pipe would ask it of a shell of its own.
times >"$work/times-after"
awk -v wall="$end $start" -v what="$count sites, $rows rows each, $columns columns" '
    function seconds(text) { split(text, part, /[ms]/); return 60 * part[1] + part[2] }
    FNR == 2 { cpu = seconds($1) + seconds($2) - cpu }
    END {
        split(wall, clock, " ")
        printf "%s: %d s from the first start to the last end, %.1f s of processor time\n", what, clock[1] - clock[2], cpu
    }' "$work/times-before" "$work/times-after"
"$moiety" verify "$work/site1-results"
echo "all sites' folders and results: $work"
