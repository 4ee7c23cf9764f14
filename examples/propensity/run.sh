#!/bin/sh
# Inverse probability weights from the columns of both sides: balance before, a propensity model, weights, balance
# after, a weighted outcome model, and how far all of it is from the joined table. Some two minutes on two cores.
# Usage: run.sh [FOLDER [ate|att]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# Tables are those of dvisits.
example=$here/../dvisits
. "$here/../common.sh"
work=${1:-$(mktemp -d)}
estimand=${2:-ate}
mkdir -p "$work"

# step NAME COMMAND...: runs it at both sites, and ends the script with both logs if one fails.
step() {
    name=$1
    shift
    run_both "$name" hospital lab "$@" || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }
}

# model: what both sites printed of a fit, without its passes.
model() {
    cat "$work/hospital.log" "$work/lab.log" |
        sed -n -e '/rows in common/p' -e '/robust/p' -e '/^  term/,/^[^ ]/{/^ /p;}'
}

make_sites "$work" visits insured
# Rare yes/no columns of the insurer: each site's policy must allow by name what the jobs loosen.
allow_loosening "budget"

# The hospital compares a condition that limits activity with no chronic condition: people with another one stay out.
awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "chcond1") column = i } NR == 1 || $column == 0' \
    "$example/hospital/hospital.csv" >"$work/study.csv"
"$moiety" table add "study=$work/study.csv" --site "$work/hospital" -q

approve "$here/propensity.yaml"
echo "balance before:"
step before describe "$here/propensity.yaml"
cat "$work/hospital-before/description.txt"

echo "propensity model:"
step propensity job run "$here/propensity.yaml"
model

# The hospital has the scores: weights are a column of its own.
python3 "$here/weights.py" "$work/hospital-propensity/scores.csv" "$work/study.csv" "$work/weighted.csv" \
    --identifier medicare_no --treatment chcond2 --estimand "$estimand"
"$moiety" table add "weighted=$work/weighted.csv" --site "$work/hospital" -q

approve "$here/outcome.yaml"
echo "balance after:"
step after describe "$here/outcome.yaml"
cat "$work/hospital-after/description.txt"

echo "outcome model:"
step outcome job run "$here/outcome.yaml"
model

echo "against the joined table:"
python3 "$here/compare.py" "$work" "$example/lab/lab.csv" "$estimand"
echo "both sites' folders and results: $work"
