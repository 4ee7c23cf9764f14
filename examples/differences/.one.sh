#!/bin/sh
# Runs every example, and two of them with other families too, and prints how far the results are from fits of the joined
# tables, which compare.py makes. Some twenty minutes on two cores without AVX-512 IFMA.
# Usage: run.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$(mktemp -d)}
mkdir -p "$out"
count=0

# difference EXAMPLE FAMILY LABEL LAMBDA HOSPITAL_TABLE LAB_TABLE EDIT LISTENER DIALER [COVARIANCE]
difference() {
    example="$here/../$1"
    . "$here/../common.sh"
    count=$((count + 1))
    work="$out/$count-$1-$2"
    mkdir -p "$work"
    make_sites "$work" "$5" "$6" >"$work/sites.log" 2>&1
    # What some of these jobs loosen, each site's policy must allow by name.
    allow_loosening "budget, leverage"
    sed -e "$7" -e "s/^  family: .*/&\n  covariance: ${10:-classical}/" "$example/job.yaml" >"$work/job.yaml"
    approve "$work/job.yaml" >"$work/approvals.log" 2>&1
    run_job "$work/job.yaml" "$8" "$9" || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }
    python3 "$here/compare.py" "$1" "$2" "$3" "$4" "$example/hospital/hospital.csv" "$example/lab/lab.csv" \
        "$work/hospital-results" "$work/lab-results"
}

difference actg175 probit cens 0 patients counts 's/family: logistic/family: probit/; $a loosen: [budget]\ncrossValidation: 10' lab hospital
