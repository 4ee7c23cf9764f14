#!/bin/sh
# An elastic net over three tables, compared with that of the joined table. Half a minute on two cores. Needs free ports from
# PORT on. Usage: net.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work/tables"
cp "$example/../actg175/hospital/hospital.csv" "$example/../actg175/lab/lab.csv" "$example/registry.csv" "$work/tables/"

tables=$work/tables loosened=budget
make_mesh "$example/net.yaml" "${PORT:-28843}" lab hospital registry
run_mesh "lab hospital registry" job run "$example/net.yaml"
grep -h 'elastic net' "$work/lab.log"
"$moiety" validate "$work/lab-results" "$work/hospital-results" "$work/registry-results" --reference "$example/net.csv"
echo "all sites' folders and results: $work"
