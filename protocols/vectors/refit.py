#!/usr/bin/env python3
"""Vectors of jobs that allow a fit without a lost party, and of what is left of them: protocols/job.md 8.4.

Writes refit.json beside this file. Independent of the program: it encodes jobs by sections 3 and 8.4 of that page, and derives by the
rule of 8.4.
"""

import copy
import hashlib
import json
import pathlib
import struct

ROLES = {"active": 1, "passive": 2}
NORMALISERS = {"raw": 1, "trim": 2}
FAMILIES = {"linear": 1, "logistic": 2, "poisson": 4}
REVEALS = {"coefficients": 1, "standard-errors": 2, "metrics": 5}
LOSS = {"stop": 1, "refit": 2}


def text(word):
    data = word.encode()
    return struct.pack(">I", len(data)) + data


def optional(value, write):
    return b"\0" if value is None else b"\1" + write(value)


def array(values, write):
    return struct.pack(">I", len(values)) + b"".join(write(value) for value in values)


def feature(one):
    if isinstance(one, str):
        return text(one) + b"\1"
    if one["type"] == "binary":
        return text(one["column"]) + b"\2"
    levels = one["levels"]
    return text(one["column"]) + b"\3" + array(levels, text) + struct.pack(">I", levels.index(one["reference"]))


def party(one):
    encoded = text(one["name"]) + bytes([ROLES[one["role"]]]) + text(one.get("table", one["name"]))
    encoded += array([one["identifier"]], lambda column: text(column) + bytes([NORMALISERS["raw"]])) + b"\1"
    encoded += optional(one.get("label"), text)
    for word in ("offset", "exposure", "weights", "time", "entry", "strata"):
        encoded += optional(one.get(word), text)
    return encoded + b"\0" + array(one["features"], feature)


def encode(job):
    """Format 13."""
    encoded = b"moiety job\n" + struct.pack(">H", 13) + bytes([LOSS[job["withoutLost"]]])
    encoded += optional(
        job.get("derivedFrom"), lambda found: bytes.fromhex(found["job"]) + array(found["without"], text)
    )
    encoded += optional(job.get("helper"), text)
    encoded += text(job["title"]) + text(job["purpose"]) + array(job["parties"], party)
    encoded += b"\1\0"  # paillier-oprf, sender auto
    encoded += bytes([FAMILIES[job["family"]]]) + b"\0" + struct.pack(">ddd", job["l2"], 0, 1e-4)
    encoded += struct.pack(">I", job["maxPasses"]) + b"\1" + b"\0\0" + b"\0" + b"\0" + b"\0"
    encoded += struct.pack(">H", 3072) + b"\1"
    encoded += array(sorted(REVEALS[word] for word in job["reveal"]), lambda code: bytes([code]))
    encoded += b"\0" + bytes([job["crossValidation"]])
    encoded += struct.pack(">IIdII", 50, 11, 0.33, 1000000, 3)
    encoded += array([], text) + b"\2"  # nothing loosened, payloads by hash
    return encoded + text(job["parties"][0]["name"]) + struct.pack(">II", 300, 300)


def digest(job):
    return hashlib.sha256(encode(job)).hexdigest()


def without(job, name):
    """The rule."""
    left = copy.deepcopy(job)
    names = [one["name"] for one in job["parties"]]
    place = names.index(name)
    before = job.get("derivedFrom") or {"job": digest(job), "without": []}
    left["derivedFrom"] = {"job": before["job"], "without": sorted(before["without"] + [name])}
    del left["parties"][place]
    rest = names[:place] + names[place + 1 :]
    if len(rest) == 2:
        left["helper"], left["withoutLost"] = None, "stop"
    elif job["helper"] == name:
        left["helper"] = (rest[1:] * 2)[place - 1]
    return left


def yaml(job):
    def entry(one):
        if isinstance(one, str):
            return one
        if one["type"] == "binary":
            return "{column: %s, type: binary}" % one["column"]
        return "{column: %s, type: categorical, levels: [%s], reference: %s}" % (
            one["column"], ", ".join(one["levels"]), one["reference"],
        )

    lines = ["moiety: 13", "title: " + job["title"], "withoutLost: refit", "helper: " + job["helper"], "parties:"]
    if job["purpose"]:
        lines.insert(2, "purpose: " + job["purpose"])
    for one in job["parties"]:
        words = ["%s: %s" % (word, one[word]) for word in one if word != "features"]
        words.append("features: [%s]" % ", ".join(entry(feature) for feature in one["features"]))
        lines.append("  - {%s}" % ", ".join(words))
    lines.append(
        "model: {family: %s, l2: %s, maxPasses: %d}" % (job["family"], job["l2"], job["maxPasses"])
    )
    lines.append("reveal: [%s]" % ", ".join(job["reveal"]))
    if job["crossValidation"]:
        lines.append("crossValidation: %d" % job["crossValidation"])
    return "\n".join(lines) + "\n"


def several(names, helper, **more):
    columns = ["age", {"column": "smoker", "type": "binary"}, "bmi", "dose", "crp", "ldl", "hdl", "egfr"]
    arm = {"column": "arm", "type": "categorical", "levels": ["x", "y", "z"], "reference": "y"}
    parties = [
        {"name": names[0], "role": "active", "identifier": "id", "label": "outcome", "weights": "w", "features": [columns[0]]}
    ] + [
        {"name": name, "role": "passive", "table": "t_%d" % i, "identifier": "id", "features": [columns[i], "x_%d" % i]}
        for i, name in enumerate(names[1:], 1)
    ]
    parties[-1]["features"].append(arm)
    job = {
        "title": "Outcome by all", "purpose": "", "parties": parties, "helper": helper, "withoutLost": "refit",
        "derivedFrom": None, "family": "logistic", "l2": 0.0, "maxPasses": 30, "crossValidation": 0,
        "reveal": ["coefficients", "standard-errors"],
    }
    return {**job, **more}


def vector(name, job, losses):
    """`losses`: lists of parties, one lost after the other."""
    found = {"name": name, "yaml": yaml(job), "canonical": encode(job).hex(), "sha256": digest(job), "left": []}
    for lost in losses:
        left = job
        for one in lost:
            left = without(left, one)
        found["left"].append(
            {
                "lost": lost, "parties": [one["name"] for one in left["parties"]], "helper": left["helper"],
                "canonical": encode(left).hex(), "sha256": digest(left),
            }
        )
    return found


def main():
    four = several(["a", "b", "c", "d"], "c")
    vectors = {
        "format": 13,
        "jobs": [
            vector("three parties", several(["a", "b", "c"], "b"), [["b"], ["c"]]),
            vector("a helper between others", four, [["b"], ["c"], ["d"], ["c", "d"], ["d", "c"], ["b", "c"], ["c", "b"]]),
            vector("the last one is the helper", several(["a", "b", "c", "d"], "d"), [["d"], ["d", "b"], ["b", "d"]]),
            vector(
                "eight parties, a purpose, a penalty, folds",
                several(
                    list("abcdefgh"), "h", purpose="To see what is left.", family="poisson", l2=0.25, maxPasses=12,
                    crossValidation=5, reveal=["coefficients", "metrics"],
                ),
                [["h"], ["e"], ["h", "b", "c"], ["b", "c", "d", "e", "f", "h"]],
            ),
        ],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(vectors, indent=2) + "\n")


main()
