"""T03 of a fit of several parties: what each party approved, and whose word it took for granted (protocols/job.md 6)."""

import re

from verifier.ed25519 import is_signed
from verifier.heads import canonical, key_id
from verifier.reading import Reader, demand

APPROVAL = 0x0007
# One line each, of 1 to 200 bytes; nothing around them.
LINE = r"(?=[^ ])[^\x00-\x1f\x7f]+(?<! )"
FORM = r"moiety/approval/v1\njob ([0-9a-f]{64})\nsite %s\nperson (" + LINE + r")\ntime ([0-9TZ:-]{20})\nmeaning (" + LINE + r")\n"
MOST = 200


def check(job, agreed, parties, directions, read):
    """`agreed`: the job's hash. `read`: gives a file of the folder."""
    by_name = {party["name"]: party for party in parties}
    for direction in directions:
        for place, record in enumerate(direction.log):
            if record["type"] == APPROVAL and direction.standing(place) != "unsigned":
                r = Reader(record["payload"], "approval", ("T10", "malformedMessage"))
                note = r.prefixed()
                r.finish()
                check_note(note, job.trust, agreed, by_name[record["log"]])
                demand(read("approvals/%s.txt" % record["log"]) == note, "T03", "approvalDiffers")


def check_note(note, trust, agreed, party):
    """Of this job, with what it vouches for at its end."""
    approved, meaning = read_note(note, party)
    demand(approved == agreed.hex(), "T03", "approvalOfOtherJob")
    demand(meaning.endswith(trust), "T03", "approvalWithoutTrust")


def read_note(note, party):
    """The job and the meaning in an approval that the party's identity signed."""
    try:
        text, gap, tail = note.decode().rpartition("\n\n")
        text += "\n"
        found = re.fullmatch(FORM % re.escape(party["name"]), text)
        signed = re.fullmatch("\u2014 %s ([A-Za-z0-9+/=]+)\n" % re.escape(party["name"]), tail)
        demand(gap and found and signed, "T03", "approvalInvalid")
        line = canonical(signed.group(1))
    except ValueError:
        demand(False, "T03", "approvalInvalid")
    approved, person, _, meaning = found.groups()
    demand(max(len(person.encode()), len(meaning.encode())) <= MOST, "T03", "approvalInvalid")
    is_own = len(line) == 68 and line[:4] == key_id(party["name"], 1, party["identity"])
    demand(is_own and is_signed(party["identity"], line[4:], text.encode()), "T03", "approvalInvalid")
    return approved, meaning
