#!/usr/bin/env python3
"""Differences between a proportional-hazards model over two sites and the joined table, by a program that shares no code
with Moiety: Newton's method on the partial likelihood, each risk set added up anew.

Usage: compare.py FOLDER efron|breslow HOSPITAL_TABLE LAB_TABLE

FOLDER has `hospital-results` and `lab-results`. Prints Markdown; ends with an error if something is farther away than it should be.
"""

import csv
import math
import sys

IDENTIFIER, EVENT, TIME = "USUBJID", "cens", "days"
HOSPITAL = ["age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom"]
LAB = ["cd40", "cd80"]


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def solve(matrix, right):
    """Gauss and Jordan; returns the solution and the inverse's diagonal."""
    n = len(matrix)
    rows = [list(row) + [b] + [float(i == j) for j in range(n)] for i, (row, b) in enumerate(zip(matrix, right))]
    for j in range(n):
        pivot = max(range(j, n), key=lambda i: abs(rows[i][j]))
        rows[j], rows[pivot] = rows[pivot], rows[j]
        rows[j] = [x / rows[j][j] for x in rows[j]]
        for i in range(n):
            if i != j:
                rows[i] = [x - rows[i][j] * y for x, y in zip(rows[i], rows[j])]
    return [row[n] for row in rows], [rows[j][n + 1 + j] for j in range(n)]


class Hazards:
    def __init__(self, columns, times, events, ties):
        n = len(times)
        self.means = [sum(column) / n for column in columns]
        # About their means, so that exponentials stay small.
        self.rows = [[column[i] - mean for column, mean in zip(columns, self.means)] for i in range(n)]
        self.ties, self.events = ties, events
        self.order = sorted(range(n), key=lambda i: -times[i])
        self.times = times

    def derivatives(self, beta):
        p = len(beta)
        loss, gradient, information = 0.0, [0.0] * p, [[0.0] * p for _ in range(p)]
        sums, place = Sums(p), 0
        while place < len(self.order):
            now = self.times[self.order[place]]
            tied = Sums(p)
            deaths = []
            while place < len(self.order) and self.times[self.order[place]] == now:
                i = self.order[place]
                score = sum(b * x for b, x in zip(beta, self.rows[i]))
                sums.add(math.exp(score), self.rows[i])
                if self.events[i]:
                    tied.add(math.exp(score), self.rows[i])
                    deaths.append((score, self.rows[i]))
                place += 1
            for number, (score, row) in enumerate(deaths):
                part = number / len(deaths) if self.ties == "efron" else 0.0
                s0 = sums.zero - part * tied.zero
                mean = [(a - part * b) / s0 for a, b in zip(sums.one, tied.one)]
                loss += math.log(s0) - score
                for j in range(p):
                    gradient[j] += mean[j] - row[j]
                    for k in range(j + 1):
                        second = (sums.two[j][k] - part * tied.two[j][k]) / s0
                        information[j][k] += second - mean[j] * mean[k]
        for j in range(p):
            for k in range(j):
                information[k][j] = information[j][k]
        return loss, gradient, information

    def fit(self):
        beta = [0.0] * len(self.means)
        for _ in range(25):
            _, gradient, information = self.derivatives(beta)
            step, _ = solve(information, gradient)
            beta = [b - s for b, s in zip(beta, step)]
        loss, gradient, information = self.derivatives(beta)
        _, variances = solve(information, gradient)
        return beta, [math.sqrt(v) for v in variances], loss, self.derivatives([0.0] * len(beta))[0]


class Sums:
    """Of exp(score), and of it times a row and times each pair of its numbers."""

    def __init__(self, p):
        self.zero, self.one, self.two = 0.0, [0.0] * p, [[0.0] * p for _ in range(p)]

    def add(self, rate, row):
        self.zero += rate
        for j, x in enumerate(row):
            self.one[j] += rate * x
            for k in range(j + 1):
                self.two[j][k] += rate * x * row[k]


def main(folder, ties, hospital, lab):
    others = {row[IDENTIFIER]: row for row in read(lab)}
    rows = [row | others[row[IDENTIFIER]] for row in read(hospital) if row[IDENTIFIER] in others]
    columns = [[float(row[name]) for row in rows] for name in HOSPITAL + LAB]
    times, events = [float(row[TIME]) for row in rows], [row[EVENT] == "1" for row in rows]
    beta, errors, loss, null = Hazards(columns, times, events, ties).fit()

    found = [row for site in ("hospital", "lab") for row in read(f"{folder}/{site}-results/coefficients.csv")]
    fit = read(f"{folder}/hospital-results/glance.csv")[0]
    if [row["term"] for row in found] != HOSPITAL + LAB:
        sys.exit("other terms than the joined table has")
    checks = [
        ("coefficient, in standard errors", 1e-3,
         max(abs(float(row["estimate"]) - b) / e for row, b, e in zip(found, beta, errors))),
        ("standard error, relative", 1e-3,
         max(abs(float(row["std.error"]) / e - 1) for row, e in zip(found, errors))),
        ("log-likelihood", 2e-3, abs(float(fit["logLik"]) + loss)),
        ("likelihood ratio", 4e-3, abs(float(fit["statistic.log"]) - 2 * (null - loss))),
        ("events", 0, abs(int(fit["nevent"]) - sum(events))),
    ]
    print(f"| {ties}, compared with the joined table | largest difference |\n|---|---|")
    for name, _, difference in checks:
        print(f"| {name} | {difference:.1e} |")
    far = [name for name, allowed, difference in checks if not difference <= allowed]
    if far:
        sys.exit("too far from the joined table: " + ", ".join(far))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
