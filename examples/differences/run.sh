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

echo "| table | model | rows x coefficients | coefficient (standardised) | in standard errors | standard error | p | log-likelihood | cross-validation |"
echo "|---|---|---|---|---|---|---|---|---|"
difference diabetes linear progression 0 patients serum "" hospital lab
difference diabetes linear progression 0 patients serum '$a loosen: [budget]\ncrossValidation: 10' hospital lab HC1
difference diabetes linear progression 0 patients serum 's/\[age, sex, bmi, bp\]/[age, sex, bmi]\n    weights: bp/; s/, scores, metrics/, metrics/; $a loosen: [budget]\ncrossValidation: 10' hospital lab
difference diabetes linear progression 0 patients serum 's/\[age, sex, bmi, bp\]/[age, sex, bmi]\n    weights: bp/; $a loosen: [budget]' hospital lab HC1
difference diabetes linear progression 0.05 patients serum 's/^  family: .*/&\n  l1: 3\n  l2: 0.05/; s/^reveal: .*/reveal: [coefficients, correlations]/; $a loosen: [budget]' hospital lab
difference diabetes gamma progression 0 patients serum 's/family: linear/family: gamma/; $a loosen: [budget]' hospital lab
difference diabetes negative-binomial progression 0 patients serum 's/family: linear/family: negative-binomial/; $a loosen: [budget]' hospital lab
difference diabetes gamma progression 0 patients serum 's/family: linear/family: gamma/; $a loosen: [budget]' hospital lab HC0
difference breast logistic benign 0.01 patients images '$a crossValidation: 5' hospital lab
difference actg175 logistic cens 0 patients counts "" lab hospital
difference actg175 probit cens 0 patients counts 's/family: logistic/family: probit/; $a loosen: [budget]\ncrossValidation: 10' lab hospital
difference dvisits poisson doctorco 0 visits insured "" hospital lab
difference dvisits negative-binomial doctorco 0 visits insured 's/family: poisson/family: negative-binomial/' hospital lab
difference dvisits poisson doctorco 0 visits insured 's/standard-errors]/standard-errors, metrics]/; $a crossValidation: 10' hospital lab HC1
