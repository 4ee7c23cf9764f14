#!/bin/sh
# A proportional-hazards model over two tables, by Efron, by Breslow, and stratified with robust errors, and how far each is
# from the joined table. Some three minutes on two cores; with KINDS=efron that one alone. Usage: run.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Tables are those of actg175.
example=$here/../actg175
. "$here/../common.sh"
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"

# Each in sites of its own: the hospital's rows pay for one of these fits, not for more (its budget).
for kind in ${KINDS:-efron breslow stratified}; do
    work=$folder/$kind
    mkdir -p "$work"
    make_sites "$work" patients counts
    case $kind in
    stratified) cp "$here/stratified.yaml" "$work/job.yaml" ;;
    *) sed "s/^  ties: .*/  ties: $kind/" "$here/job.yaml" >"$work/job.yaml" ;;
    esac
    approve "$work/job.yaml"
    run_job "$work/job.yaml" lab hospital || {
        cat "$work/hospital.log" "$work/lab.log" >&2
        exit 1
    }
    echo "$kind:"
    cat "$work/hospital.log" "$work/lab.log" | grep -E '^  [a-z]|rows in common|events'
    python3 "$here/compare.py" "$work" "$kind" "$example/hospital/hospital.csv" "$example/lab/lab.csv"
done
echo "both sites' folders and results: $folder"
