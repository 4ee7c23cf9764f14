#!/bin/sh
# Verifies the transcripts of a finished job as an auditor would who has nothing else, then tampers with copies of them
# and shows which check fails. Ends with 0 if everything came out as it must. Usage: run.sh [FOLDER]
set -eu
example=$(cd "$(dirname "$0")" && pwd)
. "$example/../common.sh"
work=${1:-$(mktemp -d)}
mkdir -p "$work"

# expect CODE TEXT COMMAND...: runs it, shows the line with TEXT, complains if code or line are others.
expect() {
    wanted=$1 text=$2
    shift 2
    code=0
    "$@" >"$work/out" 2>&1 || code=$?
    line=$(grep -F -m 1 -- "$text" "$work/out") || line=
    if [ "$code" -ne "$wanted" ] || [ -z "$line" ]; then
        echo "expected exit $wanted and '$text' of: $*" >&2
        cat "$work/out" >&2
        exit 1
    fi
    printf '  exit %s  %s\n' "$code" "$line" | cut -c 1-150
}

# copy NAME: a fresh copy of the hospital's transcript to spoil.
copy() {
    rm -rf "$work/$1"
    cp -R "$example/hospital" "$work/$1"
}

# flip FILE OFFSET: changes one bit of one byte.
flip() {
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf '%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

echo "Both copies, against each other, offline:"
expect 0 "VALID" "$moiety" verify "$example/hospital" --peer-transcript "$example/lab"
expect 0 "VALID" "$moiety" verify "$example/lab" --peer-transcript "$example/hospital"

echo "The same by somebody who knows both sites' identities and has a policy:"
"$moiety" init -q --name auditor --site "$work/auditor" --listen 127.0.0.1:0 >/dev/null
for site in hospital lab; do
    "$moiety" peer add "$example/$site-invitation.txt" --site "$work/auditor" --yes -q >/dev/null
done
expect 0 "[T13] ok" "$moiety" verify "$example/hospital" --site "$work/auditor"
"$moiety" verify "$example/hospital" --site "$work/auditor" --explain >"$work/account.txt"
echo "  its account: $work/account.txt"

echo "One message alone, without the rest:"
expect 0 "VALID" "$moiety" log verify "$example/message.json" --site "$work/auditor"
sed 's/"payload" : "../"payload" : "ff/' "$example/message.json" >"$work/message.json"
expect 2 "payloadInvalid" "$moiety" log verify "$work/message.json"

echo "One bit of a log changed:"
copy bit
flip "$work/bit/log/lab~hospital.log" 1500
expect 2 "FAIL" "$moiety" verify "$work/bit"

echo "The job made milder afterwards:"
copy job
sed 's/features: \[s1, s5\]/features: [s1]/' "$example/hospital/job.yaml" >"$work/job/job.yaml"
expect 2 "[T02] FAIL jobTextMismatch" "$moiety" verify "$work/job"

echo "Another person's name under the approval:"
copy person
sed 's/Grace Lab/Grave Lab/' "$example/hospital/approvals/lab.txt" >"$work/person/approvals/lab.txt"
expect 2 "[T03] FAIL approvalInvalid" "$moiety" verify "$work/person"

echo "A countersignature lost:"
copy lost
rm "$work/lost/checkpoint/hospital~lab.txt"
expect 2 "[T01] FAIL fileMissing" "$moiety" verify "$work/lost"

echo "The outcome's last byte:"
copy outcome
flip "$work/outcome/outcome.bin" $(($(wc -c <"$example/hospital/outcome.bin") - 1))
expect 2 "[T15] FAIL outcomeInvalid" "$moiety" verify "$work/outcome"

echo "Another program named than the one that was signed:"
copy build
printf 'moiety build 1\nversion 9.9.9\narithmetic portable\n' >"$work/build/build.txt"
expect 2 "[T33] FAIL fileChanged" "$moiety" verify "$work/build"

echo "The wrong peer's copy beside it:"
expect 2 "[X01] FAIL differentSessions" "$moiety" verify "$example/hospital" --peer-transcript "$example/hospital"

echo "everything came out as it must; copies: $work"
