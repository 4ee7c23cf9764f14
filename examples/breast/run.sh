#!/bin/sh
# Penalised logistic regression over classes that are completely separable: without a penalty it ends as `separation`.
# Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"

make_sites "$work" patients images
# 475 rows with 20 passive columns need two guards loosened: each site's policy must allow what the job says by name.
allow_loosening "budget, leverage"
approve "$example/job.yaml"
run_job "$example/job.yaml" hospital lab || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }
cat "$work/hospital.log" "$work/lab.log" | grep -E '^ |rows in common|fitted rows'
echo "both sites' folders and results: $work"
