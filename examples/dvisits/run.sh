#!/bin/sh
# Poisson regression of a count. Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"

make_sites "$work" visits insured
# Rare yes/no columns of the insurer: each site's policy must allow by name what the job loosens.
allow_loosening "budget"
approve "$example/job.yaml"
run_job "$example/job.yaml" hospital lab || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }
cat "$work/hospital.log" "$work/lab.log" | grep -E '^ |rows in common|deviance'
echo "both sites' folders and results: $work"
