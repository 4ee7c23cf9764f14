# Shared by the examples: two sites on one machine, from keys to results. Sourced, not run.
# Needs: $example, the example's folder. Uses: $MOIETY, the program; the first argument of the script, a folder to work in.

moiety=${MOIETY:-}
if [ -z "$moiety" ]; then
    for build in release debug; do
        if [ -x "$example/../../.build/$build/moiety" ]; then
            moiety="$example/../../.build/$build/moiety"
            break
        fi
    done
fi
if [ ! -x "$moiety" ]; then
    echo "the program is not built: scripts/build, or set MOIETY" >&2
    exit 69
fi

# make_sites WORK HOSPITAL_TABLE LAB_TABLE: two sites that know each other.
make_sites() {
    work=$1
    "$moiety" init -q --name hospital --site "$work/hospital" --listen 127.0.0.1:0 --table "$2=$example/hospital/hospital.csv" >"$work/hospital.txt"
    "$moiety" init -q --name lab --site "$work/lab" --listen 127.0.0.1:0 --table "$3=$example/lab/lab.csv" >"$work/lab.txt"
    # By hand this is an invitation sent and read aloud on the telephone.
    "$moiety" peer add "$work/lab.txt" --site "$work/hospital" --yes -q
    "$moiety" peer add "$work/hospital.txt" --site "$work/lab" --yes -q
}

# allow_loosening GUARDS [SITE...]: these sites' policies (without any: both) allow jobs to loosen these.
allow_loosening() {
    guards=$1
    shift
    [ $# -gt 0 ] || set -- hospital lab
    for site in "$@"; do
        sed "s/^loosen:.*/loosen: [$guards]/" "$work/$site/policy.yaml" >"$work/policy"
        cat "$work/policy" >"$work/$site/policy.yaml"
    done
}

# approve JOB: both sites approve it, each in its own folder.
approve() {
    "$moiety" job approve "$1" --site "$work/hospital" --person "Ada Hospital" --yes -q
    "$moiety" job approve "$1" --site "$work/lab" --person "Grace Lab" --yes -q
}

# run_both NAME LISTENER DIALER COMMAND...: runs it at both sites; results in WORK/<site>-NAME, what each site says in
# WORK/<site>.log. Ends with the first failure's code.
run_both() {
    name=$1 listener=$2 dialer=$3
    shift 3
    rm -f "$work/address"
    "$moiety" "$@" --site "$work/$listener" --out "$work/$listener-$name" --announce "$work/address" >"$work/$listener.log" 2>&1 &
    waiting=$!
    tries=0
    while [ ! -s "$work/address" ] && kill -0 "$waiting" 2>/dev/null && [ "$tries" -lt 600 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    status=0
    "$moiety" "$@" --site "$work/$dialer" --out "$work/$dialer-$name" --peer-address "$(cat "$work/address")" >"$work/$dialer.log" 2>&1 || status=$?
    wait "$waiting" || status=$?
    return "$status"
}

# run_job JOB LISTENER DIALER: runs it at both sites; results in WORK/<site>-results.
run_job() {
    run_both results "$2" "$3" job run "$1"
}

# make_mesh JOB PORT SITE...: sites with SITE.csv of the example (or of the folder $tables) that listen on ports from PORT on, all know each other, and have
# checked and approved the job.
make_mesh() {
    job=$1 port=$2
    shift 2
    for site in "$@"; do
        "$moiety" init -q --name "$site" --site "$work/$site" --listen "127.0.0.1:$port" \
            --table "$site=${tables:-$example}/$site.csv" >"$work/$site.txt"
        port=$((port + 1))
    done
    [ -z "${loosened:-}" ] || allow_loosening "$loosened" "$@"
    for site in "$@"; do
        for other in "$@"; do
            [ "$site" = "$other" ] || "$moiety" peer add "$work/$other.txt" --site "$work/$site" --yes -q
        done
    done
    approve_mesh "$job" "$@"
}

# approve_mesh JOB SITE...: these sites check and approve one more job.
approve_mesh() {
    job=$1
    shift
    for site in "$@"; do
        "$moiety" job check "$job" --site "$work/$site"
        "$moiety" job approve "$job" --site "$work/$site" --person "Ada $site" --yes -q
    done
}

# run_mesh SITES COMMAND...: runs it at all sites of a list at once, in any order: each waits for all others. Results in
# WORK/<site>-results, what each says in WORK/<site>.log; result.json is the same at all.
run_mesh() {
    sites=$1 running=
    shift
    for site in $sites; do
        "$moiety" "$@" --site "$work/$site" --out "$work/$site-results" >"$work/$site.log" 2>&1 &
        running="$running $!"
    done
    for process in $running; do
        wait "$process" || { cat "$work"/*.log >&2; exit 1; }
    done
    for site in $sites; do cmp "$work/${sites%% *}-results/result.json" "$work/$site-results/result.json"; done
}
