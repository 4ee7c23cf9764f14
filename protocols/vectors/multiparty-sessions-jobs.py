"""Writes the made-up tables and the jobs whose sessions multiparty-sessions.sh records: FOLDER/NAME/job.yaml and a table for
each party.

Needs Python 3 and nothing else: python3 multiparty-sessions-jobs.py FOLDER
"""

import math
import pathlib
import random
import sys

PEOPLE = random.Random(20261130)

PARTIES = {
    "hospital": "{name: hospital, role: active, identifier: id, label: outcome%s, features: [age, h1]}",
    "lab": "{name: lab, identifier: id, features: [l1, l2, {column: lsex, type: binary}]}",
    "registry": "{name: registry, identifier: id, features: [r1, {column: rarm, type: categorical, levels: [a, b, c], reference: a}]}",
    "clinic": "{name: clinic, identifier: id, features: [c1, c2, {column: csex, type: binary}]}",
}
HAZARDS = {
    "hospital": "{name: hospital, role: active, identifier: id, label: outcome, time: days, entry: entered, strata: centre, "
    "features: [age]}",
    "lab": "{name: lab, identifier: id, features: [m1, m2, m3]}",
    "registry": "{name: registry, identifier: id, features: [r1, r2]}",
    "clinic": "{name: clinic, identifier: id, features: [{column: arm, type: binary}]}",
}
FOUR, THREE = ("hospital", "lab", "registry", "clinic"), ("hospital", "lab", "registry")
# Name: parties, helper, outcome, model, what else the job says, people, whether the active party has weights.
JOBS = {
    "weighted": (FOUR, "clinic", "line", "family: linear, covariance: HC1", "holdout: hash", 130, True),
    "weighted-folds": (FOUR, "clinic", "line", "family: linear, covariance: HC1", "holdout: hash\ncrossValidation: 4", 130, True),
    "folds": (FOUR, "registry", "event", "family: logistic, maxPasses: 12", "holdout: hash\ncrossValidation: 3", 130, False),
    "theta": (THREE, "lab", "count", "family: negative-binomial, maxPasses: 60", "holdout: hash", 260, False),
    "scores": (THREE, "lab", "line", "family: linear, maxPasses: 12", "holdout: hash", 130, False),
    "event-scores": (THREE, "registry", "event", "family: logistic, maxPasses: 12", "holdout: hash", 130, False),
    "hazards": (FOUR, "lab", "time", "family: cox, ties: efron, mostEvents: 90, times: [32], mostStrata: 2", "", 120, False),
}


def poisson(mean):
    """By inversion."""
    count, left, rest = 0, PEOPLE.random(), math.exp(-mean)
    while left > rest and count < 1000:
        left -= rest
        count += 1
        rest *= mean / count
    return count


def person(outcome):
    p = {name: PEOPLE.gauss(0, 1) for name in ("h1", "l1", "l2", "r1", "c1", "c2")}
    p |= {name: PEOPLE.randrange(2) for name in ("lsex", "csex")}
    p |= {"age": PEOPLE.randrange(20, 80), "rarm": PEOPLE.choice("abc"), "w": PEOPLE.randrange(1, 5)}
    predictor = 0.02 * (p["age"] - 50) + 0.3 * p["h1"] - 0.4 * p["l1"] + 0.2 * p["r1"] + 0.3 * p["lsex"] + 0.3 * p["c1"]
    if outcome == "line":
        p["outcome"] = 5 + 2 * predictor + PEOPLE.gauss(0, 1)
    elif outcome == "event":
        p["outcome"] = int(PEOPLE.random() < 1 / (1 + math.exp(-predictor)))
    else:
        p["outcome"] = poisson(math.exp(0.8 + predictor / 2) * PEOPLE.gammavariate(2, 0.5))
    return p


def patient():
    p = {name: PEOPLE.randrange(40) for name in ("m1", "m2", "m3", "r1", "r2")}
    p |= {"age": PEOPLE.randrange(20, 80), "arm": PEOPLE.randrange(2), "centre": PEOPLE.randrange(2)}
    rate = 0.03 * math.exp(0.07 * (p["age"] - 50) - 0.06 * (p["m1"] - 20) + p["arm"])
    time = max(1, round(PEOPLE.expovariate(rate)))
    p |= {"days": min(time, 60), "outcome": int(time <= 60 and PEOPLE.random() < 0.8)}
    p["entered"] = PEOPLE.randrange(7) if p["days"] > 10 else 0
    return p


def columns(party, job):
    if job == "hazards":
        names = {"hospital": "outcome age days entered centre", "lab": "m1 m2 m3", "registry": "r1 r2", "clinic": "arm"}
    else:
        names = {"hospital": "outcome w age h1", "lab": "l1 l2 lsex", "registry": "r1 rarm", "clinic": "c1 c2 csex"}
    return names[party].split()


def cell(value):
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def write(folder, name):
    parties, helper, outcome, model, more, count, is_weighted = JOBS[name]
    folder.mkdir(parents=True)
    texts = HAZARDS if name == "hazards" else PARTIES
    lines = ["  - " + (texts[party] % (", weights: w" * is_weighted) if "%s" in texts[party] else texts[party]) for party in parties]
    reveal = {"hazards": "survival", "scores": "scores", "event-scores": "scores"}.get(name, "metrics")
    (folder / "job.yaml").write_text(
        f"moiety: 12\ntitle: Made up, {name}\nparties:\n" + "\n".join(lines) + f"\nhelper: {helper}\nmodel: {{{model}}}\n"
        f"keys: {{bits: 2048}}\nreveal: [coefficients, standard-errors, {reveal}]\n"
        f"loosen: [leverage, budget]\nnetwork: {{connectTimeout: 60, messageTimeout: 200}}\n{more}\n"
    )
    people = [patient() if name == "hazards" else person(outcome) for _ in range(count)]
    for party in parties:
        names = columns(party, name)
        rows = [f"P{1000 + at}," + ",".join(cell(one[column]) for column in names) for at, one in enumerate(people)]
        PEOPLE.shuffle(rows)
        (folder / f"{party}.csv").write_text("\n".join(["id," + ",".join(names), *rows]) + "\n")


for name in JOBS:
    write(pathlib.Path(sys.argv[1]) / name, name)
