#!/usr/bin/env python3
"""Differences between what two sites computed and the joined table, by a program that shares no code with Moiety.

Usage: compare.py FOLDER LAB_TABLE [ate|att]

FOLDER is that of run.sh: `study.csv`, `weighted.csv`, and both sites' results `before`, `propensity`, `after` and
`outcome`. Table 1, the propensity model, the weights and the weighted outcome model are computed from the joined table.
What is weighted uses the weights of `weighted.csv`, so that both sides compute the same; another line says how far
these weights are from those of the joined table's own propensity model. Prints Markdown; ends with an error if
something is farther away than it should be.
"""

import csv
import math
import sys

IDENTIFIER, TREATMENT, OUTCOME, WEIGHT = "medicare_no", "chcond2", "doctorco", "iptw"
SITES = ("hospital", "lab")


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def joined(hospital, lab):
    """Columns of the people whom both tables have."""
    others = {row[IDENTIFIER]: row for row in read(lab)}
    rows = [row | others[row[IDENTIFIER]] for row in read(hospital) if row[IDENTIFIER] in others]
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(texts):
    return [float(text) for text in texts]


# Table 1


def moments(values, weights):
    """Mean and standard deviation; with equal weights the divisor is n - 1."""
    total, squares = sum(weights), sum(w * w for w in weights)
    mean = sum(w * v for w, v in zip(weights, values)) / total
    variance = sum(w * (v - mean) ** 2 for w, v in zip(weights, values)) / total
    return mean, math.sqrt(variance * total**2 / (total**2 - squares))


def spread(values, groups, is_level):
    """The denominator of a standardised difference: before weighting, in either table (Stuart 2010)."""
    variances = []
    for group in (0, 1):
        own = [v for v, g in zip(values, groups) if g == group]
        mean, sd = moments(own, [1.0] * len(own))
        variances.append(mean * (1 - mean) if is_level else sd**2)
    return math.sqrt(sum(variances) / 2)


class Table1:
    """Largest differences between one description and the joined table."""

    def __init__(self):
        self.counts, self.means, self.sds, self.shares, self.differences, self.cells = 0, 0.0, 0.0, 0.0, 0.0, 0

    def compare(self, lines, columns, groups, weights):
        """Lines of description.csv about one way of counting."""
        for line in lines:
            is_level = line["level"] != "NA"
            values = numbers(columns[line["column"]])
            if is_level:
                values = [float(v == (line["level"] == "yes")) for v in values]
            if line["group"] == "NA":
                means = []
                for group in (0, 1):
                    own = [(v, w) for v, w, g in zip(values, weights, groups) if g == group]
                    means.append(moments(*zip(*own))[0])
                expected = (means[1] - means[0]) / spread(values, groups, is_level)
                self.differences = max(self.differences, abs(float(line["smd"]) - expected))
                continue
            wanted = {"(all)": (0, 1), "no": (0,), "yes": (1,)}[line["group"]]
            own = [(v, w) for v, w, g in zip(values, weights, groups) if g in wanted]
            mean, sd = moments(*zip(*own))
            self.cells += 1
            self.counts = max(self.counts, abs(int(line["n"]) - len(own)))
            if is_level:
                self.shares = max(self.shares, abs(float(line["share"]) - mean))
                if line["count"] != "NA":
                    self.counts = max(self.counts, abs(int(line["count"]) - round(sum(v for v, _ in own))))
            else:
                whole = moments(values, [1.0] * len(values))[1]
                self.means = max(self.means, abs(float(line["mean"]) - mean) / whole)
                self.sds = max(self.sds, abs(float(line["sd"]) / sd - 1))


def described(folder, name):
    """What both sites have of a description: it must be the same."""
    both = [read(f"{folder}/{site}-{name}/description.csv") for site in SITES]
    if both[0] != both[1]:
        sys.exit(f"{name}: the sites have different descriptions")
    return both[0]


# Models


def solve(a, b):
    """Gauss's elimination with pivots."""
    n, rows = len(a), [line[:] + [right] for line, right in zip(a, b)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][k] * x[k] for k in range(i + 1, n))) / rows[i][i]
    return x


def inverse(a):
    n = len(a)
    return [solve(a, [float(i == j) for i in range(n)]) for j in range(n)]


def product(a, b):
    return [[sum(x * y for x, y in zip(line, column)) for column in zip(*b)] for line in a]


def gram(rows, weights):
    """Sum over rows of weight x x'."""
    p = len(rows[0])
    total = [[0.0] * p for _ in range(p)]
    for row, weight in zip(rows, weights):
        for i in range(p):
            wx = weight * row[i]
            for j in range(p):
                total[i][j] += wx * row[j]
    return total


MEANS = {"logistic": lambda z: 1 / (1 + math.exp(-z)), "poisson": math.exp}
VARIANCES = {"logistic": lambda m: m * (1 - m), "poisson": lambda m: m}


def fit(columns, features, labels, family, weights, is_robust):
    """Newton's method; coefficients and standard errors in the columns' own units, and each row's mean."""
    n, p = len(labels), len(features) + 1
    values = [numbers(columns[name]) for name in features]
    centres = [sum(v) / n for v in values]
    scales = [math.sqrt(sum((x - c) ** 2 for x in v) / n) for v, c in zip(values, centres)]
    rows = [[1.0] + [(v[i] - c) / s for v, c, s in zip(values, centres, scales)] for i in range(n)]
    share = sum(w * y for w, y in zip(weights, labels)) / sum(weights)
    beta = [math.log(share if family == "poisson" else share / (1 - share))] + [0.0] * (p - 1)
    for _ in range(100):
        means = [MEANS[family](sum(b * x for b, x in zip(beta, row))) for row in rows]
        scores = [w * (y - m) for w, y, m in zip(weights, labels, means)]
        information = gram(rows, [w * VARIANCES[family](m) for w, m in zip(weights, means)])
        step = solve(information, [sum(s * row[j] for s, row in zip(scores, rows)) for j in range(p)])
        if max(abs(s) for s in step) < 1e-12:
            break
        beta = [b + s for b, s in zip(beta, step)]
    else:
        sys.exit(f"{family}: Newton's method has not converged")
    variance = inverse(information)
    if is_robust:
        meat = gram(rows, [s * s for s in scores])
        variance = [[v * n / (n - p) for v in line] for line in product(product(variance, meat), variance)]
    back = [[1.0] + [-c / s for c, s in zip(centres, scales)]]
    back += [[0.0] * (j + 1) + [1 / s] + [0.0] * (p - j - 2) for j, s in enumerate(scales)]
    estimates = [sum(t * b for t, b in zip(line, beta)) for line in back]
    raw = product(product(back, variance), list(zip(*back)))
    return estimates, [math.sqrt(raw[j][j]) for j in range(p)], means


def distances(folder, name, columns, labels, family, weights, is_robust):
    """Of both sites' coefficients: the difference of each in standard errors; the largest of standard errors, relative;
    the joined fit's estimate and error of each; its means."""
    terms = {row["term"]: row for site in SITES for row in read(f"{folder}/{site}-{name}/coefficients.csv")}
    features = [term for term in terms if term != "(Intercept)"]
    estimates, errors, means = fit(columns, features, labels, family, weights, is_robust)
    joined_fit = dict(zip(["(Intercept)"] + features, zip(estimates, errors)))
    apart = {term: abs(float(terms[term]["estimate"]) - b) / error for term, (b, error) in joined_fit.items()}
    relative = max(abs(float(terms[term]["std.error"]) / error - 1) for term, (_, error) in joined_fit.items())
    return apart, relative, joined_fit, means


def main():
    folder, lab, estimand = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["ate"])[0]
    study, weighted = joined(f"{folder}/study.csv", lab), joined(f"{folder}/weighted.csv", lab)
    if any(study[name] != weighted[name] for name in study):
        sys.exit("weighted.csv has other people, or other values, than study.csv")
    groups = numbers(study[TREATMENT])
    weights, once = numbers(weighted[WEIGHT]), [1.0] * len(groups)
    failed = []

    print("| what | compared with the joined table | largest difference |\n|---|---|---|")

    def say(what, measure, value, limit):
        print(f"| {what} | {measure} | {value if isinstance(value, int) else f'{value:.1e}'} |")
        if not value <= limit:
            failed.append(f"{what}, {measure}: {value:g}, more than {limit:g}")

    for name, title in (("before", "balance before"), ("after", "balance after")):
        lines = described(folder, name)
        tables = [("once", once)] if name == "before" else [("once", once), ("weighted", weights)]
        for counting, own in tables:
            table = Table1()
            table.compare([line for line in lines if line["rows.count"] == counting], study, groups, own)
            title_of_table = title if name == "before" else f"{title}, {counting}"
            if counting == "once":
                say(title_of_table, f"counts of {table.cells} cells", table.counts, 0)
            say(title_of_table, "mean, in standard deviations of the column", table.means, 2**-10)
            say(title_of_table, "standard deviation, relative", table.sds, 2**-8)
            if counting == "weighted":
                say(title_of_table, "share", table.shares, 2**-10)
            say(title_of_table, "standardised difference", table.differences, 2**-7)

    apart, relative, _, means = distances(folder, "propensity", study, groups, "logistic", once, False)
    say("propensity model", "coefficient, in standard errors", max(apart.values()), 1e-3)
    say("propensity model", "standard error, relative", relative, 1e-3)
    p = sum(groups) / len(groups)
    if estimand == "ate":
        own = [p / e if g else (1 - p) / (1 - e) for e, g in zip(means, groups)]
    else:
        own = [1.0 if g else e * (1 - p) / ((1 - e) * p) for e, g in zip(means, groups)]
    say("weights", "those of the joined table's propensity model, relative",
        max(abs(w / v - 1) for w, v in zip(weights, own)), 1e-3)
    outcomes = numbers(weighted[OUTCOME])
    apart, relative, ours, _ = distances(folder, "outcome", weighted, outcomes, "poisson", weights, True)
    say("outcome model", "effect, in standard errors", apart[TREATMENT], 1e-3)
    # Few people have `freepoor`, and they hardly consult: its coefficient is the least exact.
    say("outcome model", "coefficient, in standard errors", max(apart.values()), 1e-2)
    say("outcome model", "standard error (HC1), relative", relative, 5e-3)
    _, _, alone, _ = distances(folder, "outcome", weighted, outcomes, "poisson", own, True)
    say("outcome model", "effect with the joined table's own weights, in standard errors",
        abs(ours[TREATMENT][0] - alone[TREATMENT][0]) / alone[TREATMENT][1], 1e-2)
    if failed:
        sys.exit("farther from the joined table than it should be: " + "; ".join(failed))


main()
