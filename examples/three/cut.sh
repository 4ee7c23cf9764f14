#!/bin/sh
# The study of ../actg175 with its two tables cut by column over 3, 5 or 8 sites: what more parties take, and that the fit stays the pooled one.
# Needs free ports from PORT on. Usage: cut.sh PARTIES [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
parties=${1:?how many parties: 3, 5 or 8}
work=${2:-$(mktemp -d)}
mkdir -p "$work/tables"

# cut_table NAME TABLE COLUMN...: identifiers and these columns.
cut_table() {
    name=$1 table=$example/../actg175/$2/$2.csv
    shift 2
    awk -F, -v OFS=, -v wanted="USUBJID $*" '
        NR == 1 { n = split(wanted, names, " "); for (i = 1; i <= NF; i++) place[$i] = i }
        { line = $place[names[1]]; for (i = 2; i <= n; i++) line = line OFS $place[names[i]]; print line }
    ' "$table" >"$work/tables/$name.csv"
}

# party NUMBER TABLE COLUMN...: a site with numeric columns; those of few values are named with a colon after them.
entries= sites=
party() {
    number=$1 table=$2
    shift 2
    features= columns=
    for column in "$@"; do
        name=${column%:}
        columns="$columns $name"
        case $column in
        *:) features="$features, {column: $name, type: binary}" ;;
        *) features="$features, $name" ;;
        esac
    done
    # shellcheck disable=SC2086 # one argument a column
    cut_table "site$number" "$table" $columns ${label:-}
    role=${label:+role: active, label: cens, }
    entries="$entries  - {name: site$number, ${role}identifier: USUBJID, features: [${features#, }]}
"
    sites="$sites site$number"
}

case $parties in
3) rest="2,lab,cd40,cd80 3,hospital,hemo:,homo:,drugs:,race:,gender:,symptom:" ;;
5) rest="2,lab,cd40,cd80 3,hospital,hemo:,homo: 4,hospital,drugs:,race: 5,hospital,gender:,symptom:" ;;
8) rest="2,lab,cd40 3,lab,cd80 4,hospital,hemo: 5,hospital,homo:,drugs: 6,hospital,race: 7,hospital,gender: 8,hospital,symptom:" ;;
*) echo "3, 5 or 8 parties" >&2; exit 64 ;;
esac
label=cens
party 1 hospital age wtkg karnof
label=
for one in $rest; do
    # shellcheck disable=SC2046 # one argument a word
    party $(echo "$one" | tr ',' ' ')
done

job=$work/job.yaml
cat >"$job" <<END
moiety: 12
title: ACTG 175 cut over $parties sites
parties:
${entries}helper: site2
model: {family: logistic}
keys: {bits: 2048}
loosen: [budget]                  # single yes/no columns cannot pay for a fit
reveal: [coefficients, standard-errors]
network: {connectTimeout: 120, messageTimeout: 300}
END

tables=$work/tables loosened=budget
# shellcheck disable=SC2086 # one argument a site
make_mesh "$job" "${PORT:-28543}" $sites
run_mesh "${sites# }" job run "$job"
folders=
for site in $sites; do folders="$folders $work/$site-results"; done
# shellcheck disable=SC2086 # one argument a folder
"$moiety" validate $folders --reference "$example/../actg175/pooled.csv"
echo "all sites' folders and results: $work"
