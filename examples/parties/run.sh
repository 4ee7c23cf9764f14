#!/bin/sh
# Three sites on this machine, from their keys to the rows that all of them have. Needs three free ports from PORT on.
# Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"
job=$example/job.yaml
sites="hospital lab registry"

make_mesh "$job" "${PORT:-27543}" $sites
run_mesh "$sites" align run "$job"
for site in $sites; do tail -n 1 "$work/$site.log"; done
"$moiety" verify "$work/hospital-results" --with "$work/lab-results" --with "$work/registry-results"
"$moiety" verify "$work/lab-results" --replay --site "$work/lab"
echo "all sites' folders and results: $work"
