#!/bin/sh
# Five sites on this machine, from their keys to a result that all of them have. Needs five free ports from PORT on.
# Usage: run.sh [FOLDER [JOB ...]]; without jobs: the four of this folder, one after the other.
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- "$example/job.yaml" "$example/table.yaml" "$example/survival.yaml" "$example/hazards.yaml"
sites="north east south west centre"

port=${PORT:-27443}
make_mesh "$1" "$port" $sites
for job in "$@"; do
    [ "$job" = "$1" ] || approve_mesh "$job" $sites
    run_mesh "$sites" job run "$job"
    sed -n '/rows at/,$p' "$work/north.log"
    results="$work/$(basename "$job" .yaml)"
    mkdir "$results"
    for site in $sites; do mv "$work/$site-results" "$results/$site"; done
    "$moiety" verify "$results/north" --with "$results/east" --with "$results/south" --with "$results/west" \
        --with "$results/centre"
done
echo "all sites' folders and results: $work"
