#!/bin/sh
# A proportional-hazards model over two tables, by Efron and by Breslow, and how far it is from the joined table. Some two
# minutes on two cores. Usage: run.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Tables are those of actg175.
example=$here/../actg175
. "$here/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"

make_sites "$work" patients counts
for ties in efron breslow; do
    sed "s/^  ties: .*/  ties: $ties/" "$here/job.yaml" >"$work/$ties.yaml"
    approve "$work/$ties.yaml"
    run_both "$ties" lab hospital job run "$work/$ties.yaml" || {
        cat "$work/hospital.log" "$work/lab.log" >&2
        exit 1
    }
    echo "$ties:"
    cat "$work/hospital.log" "$work/lab.log" | grep -E '^ |rows in common|events'
    python3 "$here/compare.py" "$work" "$ties" "$example/hospital/hospital.csv" "$example/lab/lab.csv"
done
echo "both sites' folders and results: $work"
