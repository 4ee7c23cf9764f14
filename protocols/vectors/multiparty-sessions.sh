#!/bin/sh
# Records multiparty-sessions.json again: runs fits of three and four parties on this machine over made-up tables, and takes a session
# of each. Needs the program (scripts/build, or MOIETY), Python 3 and four free ports from PORT on; keys and sessions are new in each run.
# Usage: multiparty-sessions.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
example=$here/../../examples/parties
. "$here/../../examples/common.sh"
all=${1:-$(mktemp -d)}
python3 "$here/multiparty-sessions-jobs.py" "$all/jobs"

# record JOB SITE...: its fit at these sites; transcripts in ALL/JOB.
record() {
    name=$1
    shift
    work=$all/$name tables=$all/jobs/$name loosened="leverage, budget"
    mkdir -p "$work"
    make_mesh "$all/jobs/$name/job.yaml" "${PORT:-27643}" "$@" >"$work/checked.txt"
    run_mesh "$*" job run "$all/jobs/$name/job.yaml"
    for site in "$@"; do "$moiety" verify "$work/$site-results" >/dev/null; done
    echo "recorded: $name" >&2
}

record weighted hospital lab registry clinic
record weighted-folds hospital lab registry clinic
record folds hospital lab registry clinic
record theta hospital lab registry
record scores hospital lab registry
record event-scores hospital lab registry
record hazards hospital lab registry clinic

python3 "$here/multiparty-sessions.py" \
    "the two that share numbers=$all/weighted/hospital-results/transcripts/clinic" \
    "the two that share numbers, scores=$all/scores/hospital-results/transcripts/lab" \
    "the active party, with another before it=$all/weighted-folds/hospital-results/transcripts/registry" \
    "the helper, with another before it=$all/folds/clinic-results/transcripts/registry" \
    "the helper, that tells bits about theta=$all/theta/lab-results/transcripts/registry" \
    "the active party, scores=$all/scores/hospital-results/transcripts/registry" \
    "the helper, scores=$all/event-scores/registry-results/transcripts/lab" \
    "the helper, hazards=$all/hazards/lab-results/transcripts/registry" >"$all/sessions.json"
cp "$all/sessions.json" "$here/multiparty-sessions.json"
