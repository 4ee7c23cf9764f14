#!/bin/sh
# The demo's model with one column more and scores revealed; then every fourth person is scored as if new, and must get the
# score of the fit. About a minute on two cores. Needs free ports from PORT on. Usage: predict.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work/tables" "$work/new"
cp "$example/../actg175/hospital/hospital.csv" "$example/../actg175/lab/lab.csv" "$example/registry.csv" "$work/tables/"
# Scores need three columns of each passive party.
sed 's/^reveal:.*/reveal: [coefficients, scores]/; s/\[cd40, cd80\]/[cd40, cd80, cd820]/' "$example/job.yaml" >"$work/job.yaml"
for site in hospital lab registry; do
    awk -F, 'FNR == NR { if (NR % 4 == 0) new[$1] = 1; next } FNR == 1 || $1 in new' \
        "$example/intersection_ids.txt" "$work/tables/$site.csv" >"$work/new/$site.csv"
done

tables=$work/tables loosened=budget
make_mesh "$work/job.yaml" "${PORT:-28743}" hospital lab registry
run_mesh "hospital lab registry" job run "$work/job.yaml"
running=
for site in hospital lab registry; do
    "$moiety" model predict "$work/$site-results/model.json" --table "$work/new/$site.csv" --site "$work/$site" \
        --out "$work/$site-scored" >"$work/$site-scored.log" 2>&1 &
    running="$running $!"
done
for process in $running; do
    wait "$process" || { cat "$work"/*-scored.log >&2; exit 1; }
done
awk -F, 'FNR == NR { fitted[$1] = $2; next } FNR > 1 { n++; if (fitted[$1] != $2) other++ }
    END { print n + 0 " people scored by all three, " other + 0 " otherwise than in the fit"; exit !n || other }' \
    "$work/hospital-results/scores.csv" "$work/hospital-scored/scores.csv"
"$moiety" verify "$work/lab-scored" --fit "$work/lab-results" >"$work/verified.txt"
tail -n 1 "$work/verified.txt"
echo "all sites' folders and results: $work"
