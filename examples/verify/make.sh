#!/bin/sh
# Makes this example's files again: a real job over the tables of examples/diabetes, then both sites' transcripts without
# their secrets, both invitations, one message. Needed when the form of transcripts changes. Usage: make.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
example="$here/../diabetes"
. "$here/../common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_sites "$work" patients serum
approve "$here/job.yaml"
run_job "$here/job.yaml" hospital lab || { cat "$work/hospital.log" "$work/lab.log" >&2; exit 1; }
for site in hospital lab; do
    rm -rf "$here/$site"
    cp -R "$work/$site-results/transcript" "$here/$site"
    rm -rf "$here/$site/private"
    cp "$work/$site.txt" "$here/$site-invitation.txt"
done
# The laboratory's commitments: its third message.
rm -f "$here/message.json"
"$moiety" log export "$here/hospital" --from lab --sequence 2 --out "$here/message.json" -q >/dev/null
du -sk "$here"
