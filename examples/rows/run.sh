#!/bin/sh
# Five sites on this machine, from their keys to a result that all of them have. Needs five free ports from PORT on.
# Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"
job=$example/job.yaml
sites="north east south west centre"

make_mesh "$job" "${PORT:-27443}" $sites
run_mesh "$sites" job run "$job"
grep -E '^ |rows at' "$work/north.log"
"$moiety" verify "$work/north-results" --with "$work/east-results" --with "$work/south-results" \
    --with "$work/west-results" --with "$work/centre-results"
echo "all sites' folders and results: $work"
