#!/bin/sh
# What `moiety demo` does, by hand: each command as the two sites would type it. Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"

make_sites "$work" patients counts
"$moiety" data check "$example/job.yaml" --site "$work/hospital"
"$moiety" data check "$example/job.yaml" --site "$work/lab"
approve "$example/job.yaml"
run_job "$example/job.yaml" lab hospital || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }
cat "$work/hospital.log" "$work/lab.log" | grep -E '^ |rows in common'
echo "both sites' folders and results: $work"
