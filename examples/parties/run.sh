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

port=${PORT:-27543}
for site in $sites; do
    "$moiety" init -q --name "$site" --site "$work/$site" --listen "127.0.0.1:$port" \
        --table "$site=$example/$site.csv" >"$work/$site.txt"
    port=$((port + 1))
done
for site in $sites; do
    for other in $sites; do
        [ "$site" = "$other" ] || "$moiety" peer add "$work/$other.txt" --site "$work/$site" --yes -q
    done
done
for site in $sites; do
    "$moiety" job check "$job" --site "$work/$site"
    "$moiety" job approve "$job" --site "$work/$site" --person "Ada $site" --yes -q
done

# In any order: each waits for all others.
running=
for site in $sites; do
    "$moiety" align run "$job" --site "$work/$site" --out "$work/$site-results" >"$work/$site.log" 2>&1 &
    running="$running $!"
done
for process in $running; do
    wait "$process" || { cat "$work"/*.log >&2; exit 1; }
done
for site in $sites; do tail -n 1 "$work/$site.log"; done
for site in $sites; do cmp "$work/hospital-results/result.json" "$work/$site-results/result.json"; done
"$moiety" verify "$work/hospital-results" --with "$work/lab-results" --with "$work/registry-results"
"$moiety" verify "$work/lab-results" --replay --site "$work/lab" | tail -n 1
echo "all sites' folders and results: $work"
