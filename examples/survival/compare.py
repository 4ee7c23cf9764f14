#!/usr/bin/env python3
"""Differences between a proportional-hazards model over two sites and the joined table, by a program that shares no code
with Moiety: Newton's method on the partial likelihood, each risk set added up anew.

Usage: compare.py FOLDER efron|breslow|stratified HOSPITAL_TABLE LAB_TABLE

`stratified`: by Efron, a baseline hazard for each value of `symptom`, robust standard errors.

FOLDER has `hospital-results` and `lab-results`. Prints Markdown; ends with an error if something is farther away than it should be.
"""

import csv
import math
import sys

IDENTIFIER, EVENT, TIME = "USUBJID", "cens", "days"
STRATUM = "symptom"
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
    def __init__(self, columns, times, events, ties, strata):
        n = len(times)
        self.means = [sum(column) / n for column in columns]
        # About their means, so that exponentials stay small.
        self.rows = [[column[i] - mean for column, mean in zip(columns, self.means)] for i in range(n)]
        self.ties, self.events, self.times = ties, events, times
        # Rows of each stratum, the last time first.
        self.strata = [
            sorted((i for i in range(n) if strata[i] == code), key=lambda i: -times[i]) for code in sorted(set(strata))]

    def score(self, beta, i):
        return sum(b * x for b, x in zip(beta, self.rows[i]))

    def moments(self, beta):
        """Of each event: its stratum, its row, the rows that have one at that time, which part of these its sums leave out, sums
        and the columns' means."""
        for number, order in enumerate(self.strata):
            sums, place = Sums(len(beta)), 0
            while place < len(order):
                now, tied, deaths = self.times[order[place]], Sums(len(beta)), []
                while place < len(order) and self.times[order[place]] == now:
                    i = order[place]
                    rate = math.exp(self.score(beta, i))
                    sums.add(rate, self.rows[i])
                    if self.events[i]:
                        tied.add(rate, self.rows[i])
                        deaths.append(i)
                    place += 1
                for l, i in enumerate(deaths):
                    part = l / len(deaths) if self.ties == "efron" else 0.0
                    left = sums.without(part, tied)
                    yield number, i, deaths, part, left, [x / left.zero for x in left.one]

    def derivatives(self, beta):
        p = len(beta)
        loss, gradient, information = 0.0, [0.0] * p, [[0.0] * p for _ in range(p)]
        for _, i, _, _, sums, mean in self.moments(beta):
            loss += math.log(sums.zero) - self.score(beta, i)
            for j in range(p):
                gradient[j] += mean[j] - self.rows[i][j]
                for k in range(j + 1):
                    information[j][k] += sums.two[j][k] / sums.zero - mean[j] * mean[k]
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

    def robust_errors(self, beta):
        """Of the sandwich (Lin, Wei 1989): what each row has in the score, times the inverse information."""
        p, scores = len(beta), [[0.0] * len(beta) for _ in self.rows]
        for number, i, deaths, part, sums, mean in self.moments(beta):
            for row in self.strata[number]:
                if self.times[row] >= self.times[i]:
                    rate = math.exp(self.score(beta, row)) * (1 - part if row in deaths else 1) / sums.zero
                    for j in range(p):
                        scores[row][j] += rate * (self.rows[row][j] - mean[j])
            for row in deaths:
                for j in range(p):
                    scores[row][j] -= (self.rows[row][j] - mean[j]) / len(deaths)
        _, _, information = self.derivatives(beta)
        total = [0.0] * p
        for score in scores:
            influence, _ = solve(information, score)
            total = [t + x * x for t, x in zip(total, influence)]
        return [math.sqrt(t) for t in total]

    def survival(self, beta):
        """Of each stratum its event times, and survival after them at the columns' means."""
        found = [[] for _ in self.strata]
        for number, i, _, _, sums, _ in self.moments(beta):
            found[number].append((self.times[i], 1 / sums.zero))
        return found


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

    def without(self, part, other):
        left = Sums(len(self.one))
        left.zero = self.zero - part * other.zero
        left.one = [a - part * b for a, b in zip(self.one, other.one)]
        left.two = [[a - part * b for a, b in zip(x, y)] for x, y in zip(self.two, other.two)]
        return left


def main(folder, kind, hospital, lab):
    others = {row[IDENTIFIER]: row for row in read(lab)}
    rows = [row | others[row[IDENTIFIER]] for row in read(hospital) if row[IDENTIFIER] in others]
    is_stratified = kind == "stratified"
    names = [name for name in HOSPITAL + LAB if not (is_stratified and name == STRATUM)]
    columns = [[float(row[name]) for row in rows] for name in names]
    times, events = [float(row[TIME]) for row in rows], [row[EVENT] == "1" for row in rows]
    codes = sorted({int(row[STRATUM]) for row in rows}) if is_stratified else [0]
    strata = [int(row[STRATUM]) if is_stratified else 0 for row in rows]
    hazards = Hazards(columns, times, events, "efron" if is_stratified else kind, strata)
    beta, errors, loss, null = hazards.fit()
    if is_stratified:
        errors = hazards.robust_errors(beta)

    found = [row for site in ("hospital", "lab") for row in read(f"{folder}/{site}-results/coefficients.csv")]
    fit = read(f"{folder}/hospital-results/glance.csv")[0]
    if [row["term"] for row in found] != names:
        sys.exit("other terms than the joined table has")
    curves, survival = hazards.survival(beta), 0.0
    points = read(f"{folder}/hospital-results/survival.csv")
    for point in points:
        curve = curves[codes.index(int(point.get("stratum", 0)))]
        wanted = math.exp(-sum(hazard for time, hazard in curve if time <= float(point["time"])))
        survival = max(survival, abs(float(point["surv"]) - wanted))
    checks = [
        ("coefficient, in standard errors", 1e-3,
         max(abs(float(row["estimate"]) - b) / e for row, b, e in zip(found, beta, errors))),
        ("robust standard error, relative" if is_stratified else "standard error, relative", 1e-3,
         max(abs(float(row["std.error"]) / e - 1) for row, e in zip(found, errors))),
        ("log-likelihood", 2e-3, abs(float(fit["logLik"]) + loss)),
        ("likelihood ratio", 4e-3, abs(float(fit["statistic.log"]) - 2 * (null - loss))),
        ("survival at the declared times", 1e-4, survival),
        ("events", 0, abs(int(fit["nevent"]) - sum(events))),
    ]
    print(f"| {kind}, compared with the joined table | largest difference |\n|---|---|")
    for name, _, difference in checks:
        print(f"| {name} | {difference:.1e} |")
    far = [name for name, allowed, difference in checks if not difference <= allowed]
    if far:
        sys.exit("too far from the joined table: " + ", ".join(far))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
