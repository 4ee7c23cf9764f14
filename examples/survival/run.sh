#!/bin/sh
# A proportional-hazards model over two tables, by Efron and by Breslow, and how far it is from the joined table. Some two
# minutes on two cores. Usage: run.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Tables are those of actg175.
example=$here/../actg175
. "$here/../common.sh"
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"

# Each in sites of its own: the hospital's rows pay for one of these fits, not for two (its budget).
for ties in efron breslow; do
    work=$folder/$ties
    mkdir -p "$work"
    make_sites "$work" patients counts
    sed "s/^  ties: .*/  ties: $ties/" "$here/job.yaml" >"$work/job.yaml"
    approve "$work/job.yaml"
    run_job "$work/job.yaml" lab hospital || {
        cat "$work/hospital.log" "$work/lab.log" >&2
        exit 1
    }
    echo "$ties:"
    cat "$work/hospital.log" "$work/lab.log" | grep -E '^  [a-z]|rows in common|events'
    python3 "$here/compare.py" "$work" "$ties" "$example/hospital/hospital.csv" "$example/lab/lab.csv"
done
echo "both sites' folders and results: $folder"
