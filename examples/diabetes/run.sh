#!/bin/sh
# Linear regression over two tables with differently named identifier columns. Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"

make_sites "$work" patients serum
"$moiety" job explain "$example/job.yaml" >"$work/explained.txt"
approve "$example/job.yaml"
run_job "$example/job.yaml" hospital lab || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }

cat "$work/hospital.log" "$work/lab.log" | grep -E '^ |rows in common|fitted rows'
echo "both sites' folders and results: $work"
