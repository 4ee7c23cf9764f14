#!/bin/sh
# A proportional-hazards model over three tables, compared with that of the joined table. Some two minutes on two cores.
# Needs free ports from PORT on. Usage: hazards.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work/tables"
cp "$example/../actg175/hospital/hospital.csv" "$example/../actg175/lab/lab.csv" "$example/registry.csv" "$work/tables/"

tables=$work/tables loosened=budget
make_mesh "$example/hazards.yaml" "${PORT:-28643}" hospital lab registry
start=$(date +%s)
run_mesh "hospital lab registry" job run "$example/hazards.yaml"
# No pipe: the times are those of this shell's children.
times >"$work/times"
echo "three sites: $(($(date +%s) - start)) s by the clock, processor time of all: $(tail -n 1 "$work/times")"
"$moiety" validate "$work/hospital-results" "$work/lab-results" "$work/registry-results" --reference "$example/hazards.csv"
echo "all sites' folders and results: $work"
