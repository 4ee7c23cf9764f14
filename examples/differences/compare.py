#!/usr/bin/env python3
"""Differences between what two sites fitted and a fit of the joined table, by a program that shares no code with Moiety.

Usage: compare.py EXAMPLE FAMILY LABEL LAMBDA HOSPITAL_TABLE LAB_TABLE HOSPITAL_RESULTS LAB_RESULTS

The joined table is fitted with R's conventions (`lm`, `glm`, `glm.nb`): expected information, Wald statistics, Pearson's
dispersion for gamma. Prints one line of Markdown.
"""

import csv
import math
import sys


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


# Linear algebra


def cholesky(a):
    n = len(a)
    low = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = a[i][j] - sum(low[i][k] * low[j][k] for k in range(j))
            low[i][j] = math.sqrt(s) if i == j else s / low[j][j]
    return low


def solve(low, b):
    n, y = len(low), []
    for i in range(n):
        y.append((b[i] - sum(low[i][k] * y[k] for k in range(i))) / low[i][i])
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (y[i] - sum(low[k][i] * x[k] for k in range(i + 1, n))) / low[i][i]
    return x


def inverse(a):
    low, n = cholesky(a), len(a)
    return [solve(low, [1.0 if i == j else 0.0 for i in range(n)]) for j in range(n)]


# Distributions


def normal_cdf(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def student_p(t, df):
    """Two-sided, by the continued fraction of the incomplete beta function."""
    x, a, b = df / (df + t * t), df / 2, 0.5
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_fraction(1 - x, b, a)
    return beta_fraction(x, a, b)


def beta_fraction(x, a, b):
    """I_x(a, b), by Lentz's method."""
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 1000):
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / (1 + term * d), 1 + term / c
            total *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * total


def digamma(x):
    r = 0.0
    while x < 10:
        r -= 1 / x
        x += 1
    s = 1 / (x * x)
    return r + math.log(x) - 0.5 / x - s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s / 240)))


# Families: residual (mean minus outcome, as a score), expected weight, log-likelihood of a row


def logistic(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def mills(z):
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return density / normal_cdf(z)


def family(name, theta=None):
    if name == "logistic":
        return (lambda z, y: logistic(z) - y, lambda z: logistic(z) * logistic(-z),
                lambda z, y: math.log(logistic(z) if y else logistic(-z)))
    if name == "probit":
        return (lambda z, y: -mills(z) if y else mills(-z), lambda z: mills(z) * mills(-z),
                lambda z, y: math.log(normal_cdf(z) if y else normal_cdf(-z)))
    if name == "poisson":
        return (lambda z, y: math.exp(z) - y, math.exp, lambda z, y: y * z - math.exp(z) - math.lgamma(y + 1))
    if name == "negative-binomial":
        share = lambda z: math.exp(z) / (theta + math.exp(z))
        return (lambda z, y: (y + theta) * share(z) - y, lambda z: theta * share(z),
                lambda z, y: math.lgamma(y + theta) - math.lgamma(theta) - math.lgamma(y + 1)
                + theta * math.log(theta) + y * z - (y + theta) * math.log(theta + math.exp(z)))
    if name == "gamma":
        return lambda z, y: 1 - y * math.exp(-z), lambda z: 1.0, None
    return lambda z, y: z - y, lambda z: 1.0, None


def fit(rows, labels, name, penalty, theta=None, start=None, weights=None):
    """Fisher's scoring on standardised columns; gives coefficients and the information."""
    weights = weights or [1.0] * len(rows)
    residual, weight, _ = family(name, theta)
    n, p = len(rows), len(rows[0])
    beta = start or [0.0] * p
    mean = sum(labels) / n
    if start is None and name in ("poisson", "negative-binomial", "gamma"):
        beta[0] = math.log(mean)
    for _ in range(200):
        z = [sum(b * x for b, x in zip(beta, row)) for row in rows]
        gradient, information = [0.0] * p, [[0.0] * p for _ in range(p)]
        for row, eta, y, v in zip(rows, z, labels, weights):
            r, w = v * residual(eta, y), v * weight(eta)
            for i in range(p):
                gradient[i] += row[i] * r
                wx = w * row[i]
                line = information[i]
                for j in range(i + 1):
                    line[j] += wx * row[j]
        for i in range(p):
            for j in range(i):
                information[j][i] = information[i][j]
            if i > 0:
                gradient[i] += n * penalty * beta[i]
                information[i][i] += n * penalty
        step = solve(cholesky(information), gradient)
        beta = [b - s for b, s in zip(beta, step)]
        if max(abs(s) for s in step) < 1e-10:
            break
    return beta, information


def elastic_net(rows, labels, l1, l2):
    """Coordinate descent on standardised columns, the first the constant."""
    n, p = len(rows), len(rows[0])
    matrix = [[sum(row[i] * row[j] for row in rows) / n for j in range(p)] for i in range(p)]
    right = [sum(row[i] * y for row, y in zip(rows, labels)) / n for i in range(p)]
    beta = [0.0] * p
    for _ in range(100_000):
        largest = 0.0
        for j in range(p):
            partial = right[j] - sum(m * b for m, b in zip(matrix[j], beta)) + matrix[j][j] * beta[j]
            if j:
                new = math.copysign(max(abs(partial) - l1, 0.0), partial) / (matrix[j][j] + l2)
            else:
                new = partial / matrix[j][j]
            largest, beta[j] = max(largest, abs(new - beta[j])), new
        if largest < 1e-13:
            break
    return beta


def best_theta(labels, means):
    def score(t):
        return sum(digamma(y + t) - digamma(t) + math.log(t) + 1 - math.log(t + m) - (y + t) / (t + m)
                   for y, m in zip(labels, means))
    low, high = math.log(1e-3), math.log(1e4)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if score(math.exp(middle)) > 0 else (low, middle)
    return math.exp((low + high) / 2)


def trigamma(x):
    total = 0.0
    while x < 12:
        total += 1 / (x * x)
        x += 1
    s = 1 / (x * x)
    return total + 1 / x + s / 2 + s / x * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s / 30)))


def theta_error(labels, means, weights, t):
    """Of theta, from the observed information about it."""
    information = sum(
        v * (trigamma(t) - trigamma(t + y) - 1 / t + 2 / (m + t) - (y + t) / (m + t) ** 2)
        for y, m, v in zip(labels, means, weights))
    return 1 / math.sqrt(information)


# The joined table


def joined(tables, results):
    """Columns of the common people, in the order that both sites' intersection.csv has."""
    columns = {}
    for table, folder in zip(tables, results):
        aligned = read(f"{folder}/intersection.csv")
        names = [name for name in aligned[0] if name != "row"]
        rows = {tuple(row[name] for name in names): row for row in read(table)}
        for name in next(iter(rows.values())):
            if name not in names:
                columns[name] = [rows[tuple(row[n] for n in names)][name] for row in aligned]
    return columns


def number(text):
    words = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}
    word = text.strip().lower()
    return words[word] if word in words else float(word)


def sandwich(rows, labels, z, residual, bread, weights):
    """White's estimate: the bread, the sum of squared scores, the bread."""
    p = len(bread)
    meat = [[0.0] * p for _ in range(p)]
    for row, eta, y, v in zip(rows, z, labels, weights):
        square = (v * residual(eta, y)) ** 2
        for i in range(p):
            for j in range(p):
                meat[i][j] += square * row[i] * row[j]
    half = [[sum(bread[i][k] * meat[k][j] for k in range(p)) for j in range(p)] for i in range(p)]
    return [[sum(half[i][k] * bread[k][j] for k in range(p)) for j in range(p)] for i in range(p)]


def likelihood(name, theta, rows, labels, beta, weights):
    z = [sum(b * x for b, x in zip(beta, row)) for row in rows]
    if name == "linear":
        squares = sum(v * (y - e) ** 2 for y, e, v in zip(labels, z, weights))
        constants = sum(math.log(v) for v in weights)
        return (constants - len(rows) * (math.log(2 * math.pi * squares / len(rows)) + 1)) / 2
    if name == "gamma":
        deviance = 2 * sum((y - math.exp(e)) / math.exp(e) - math.log(y / math.exp(e)) for y, e in zip(labels, z))
        a = len(rows) / deviance
        return sum((a - 1) * math.log(y) - a * y * math.exp(-e) - a * (e - math.log(a)) - math.lgamma(a)
                   for y, e in zip(labels, z))
    return sum(v * family(name, theta)[2](e, y) for e, y, v in zip(z, labels, weights))


def job_word(folder, key):
    """What the job has for a key; None where it has none."""
    with open(f"{folder}/job.yaml", encoding="utf-8") as file:
        words = [line.split() for line in file if line.strip().startswith(f"{key}:")]
    return words[0][1] if words else None


def validated(folder, rows, labels, name, penalty, beta, weights):
    """How far cross-validation is from refits without each part, as a share of what it adds to the fitted rows' own sum; nothing
    where the job has none."""
    if job_word(folder, "crossValidation") is None:
        return ""
    count = int(job_word(folder, "crossValidation"))
    measures = {row["measure"]: float(row["estimate"]) for row in read(f"{folder}/evaluation.csv")
                if row["rows"] == "cross-validated"}

    def score(z, y):
        """A squared residual, twice a loss, or a deviance."""
        if name == "linear":
            return (z - y) ** 2
        if name == "poisson":
            return 2 * ((y * math.log(y) if y else 0.0) - y * z - y + math.exp(z))
        return -2 * family(name)[2](z, y)

    def total(beta, places):
        return sum(weights[i] * score(sum(b * x for b, x in zip(beta, rows[i])), labels[i]) for i in places)

    n, refits, count_of_rows = len(rows), 0.0, sum(weights)
    for part in range(count):
        rest = [i for i in range(n) if i % count != part]
        # Columns are not standardised anew; the penalty is on the same scale.
        other, _ = fit([rows[i] for i in rest], [labels[i] for i in rest], name, penalty,
                       weights=[weights[i] for i in rest])
        refits += total(other, range(part, n, count))
    plain = total(beta, range(n))
    if name == "linear":
        found = count_of_rows * measures["rmse"] ** 2
    else:
        found = measures["deviance"] if name == "poisson" else 2 * count_of_rows * measures["log.loss"]
    share = abs(found - refits) / abs(refits - plain)
    if share > (1e-3 if name == "linear" else 0.1):
        sys.exit(f"{name}: cross-validation is {share:.1%} of the difference off")
    return f"{share:.1%} of {refits / plain - 1:.1%}"


def main():
    example, name, label, penalty, *paths = sys.argv[1:]
    penalty = float(penalty)
    tables, results = paths[:2], paths[2:]
    terms = [row for folder in results for row in read(f"{folder}/coefficients.csv")]
    columns = joined(tables, results)
    features = [row["term"] for row in terms if row["term"] != "(Intercept)"]
    labels = [number(text) for text in columns[label]]
    n, column = len(labels), job_word(results[0], "weights")
    weights = [number(text) for text in columns[column]] if column else [1.0] * n
    rows, scaling = [[1.0] for _ in range(n)], []
    for feature in features:
        values = [number(text) for text in columns[feature]]
        mean = sum(values) / n
        sd = math.sqrt(sum((v - mean) ** 2 for v in values) / n)
        scaling.append((mean, sd))
        for row, value in zip(rows, values):
            row.append((value - mean) / sd)
    theta, start = None, None
    if name == "negative-binomial":
        theta = 1.0
        for _ in range(50):
            start, _ = fit(rows, labels, name, penalty, theta, start, weights)
            means = [math.exp(sum(b * x for b, x in zip(start, row))) for row in rows]
            new = best_theta(labels, means)
            done = abs(new - theta) < 1e-9 * theta
            theta = new
            if done:
                break
    glance = [row for folder in results for row in read(f"{folder}/glance.csv")]
    l1 = float(glance[0]["l1"])
    beta, information = fit(rows, labels, name, penalty, theta, start, weights)
    if l1:
        beta = elastic_net(rows, labels, l1, penalty)
    p, dispersion = len(beta), 1.0
    z = [sum(b * x for b, x in zip(beta, row)) for row in rows]
    if name == "linear":
        dispersion = sum(v * (y - e) ** 2 for y, e, v in zip(labels, z, weights)) / (n - p)
    if name == "gamma":
        dispersion = sum(v * (y * math.exp(-e) - 1) ** 2 for y, e, v in zip(labels, z, weights)) / (n - p)
    variance = [[v * dispersion for v in line] for line in inverse(information)]
    covariance = glance[0]["vcov"]
    if covariance in ("HC0", "HC1"):
        variance = sandwich(rows, labels, z, family(name, theta)[0], inverse(information), weights)
        if covariance == "HC1":
            variance = [[v * n / (n - p) for v in line] for line in variance]
    raw = [1.0] + [-m / s for m, s in scaling]
    errors = [math.sqrt(sum(raw[i] * raw[j] * variance[i][j] for i in range(p) for j in range(p)))]
    errors += [math.sqrt(variance[j][j]) for j in range(1, p)]
    estimates = [beta[0] - sum(b * m / s for b, (m, s) in zip(beta[1:], scaling))] + beta[1:]
    worst = {"coefficient": 0.0, "share": 0.0, "error": 0.0, "p": 0.0}
    ours = {row["term"]: row for row in terms}
    for j, term in enumerate(["(Intercept)"] + features):
        row = ours[term]
        # Of the intercept the standardised value; errors and p are those of the raw one.
        gap = abs(float(row["estimate.standardised"]) - beta[j])
        worst["coefficient"] = max(worst["coefficient"], gap)
        if row["std.error"] == "NA":
            continue
        scale = 1.0 if j == 0 else scaling[j - 1][1]
        own_error = float(row["std.error"]) * scale
        worst["share"] = max(worst["share"], gap / math.sqrt(variance[j][j]))
        worst["error"] = max(worst["error"], abs(own_error / errors[j] - 1))
        statistic = estimates[j] / errors[j]
        has_t = name == "linear" or name == "gamma" and covariance == "classical"
        expected = student_p(statistic, n - p) if has_t else math.erfc(abs(statistic) / math.sqrt(2))
        worst["p"] = max(worst["p"], abs(float(row["p.value"]) - expected))
    opened = [float(row["logLik"]) for row in glance if row.get("logLik", "NA") not in ("NA", "", None)]
    loglik = "" if not opened else f"{abs(opened[0] / likelihood(name, theta, rows, labels, beta, weights) - 1):.0e}"
    extra = ""
    if theta is not None:
        found = [float(row["theta"]) for row in glance if row.get("theta", "NA") not in ("NA", "", None)]
        extra = f", theta {abs(found[0] / theta - 1):.0e}" if found else ""
        found = [float(row["SE.theta"]) for row in glance if row.get("SE.theta", "NA") not in ("NA", "", None)]
        if found:
            own = theta_error(labels, [math.exp(e) for e in z], weights, theta)
            worst["theta"] = abs(found[0] / own - 1)
            extra += f", its error {worst['theta']:.0e}"
    family_name = name + (f", lambda {penalty:g}" if penalty else "") + (f", l1 {l1:g}" if l1 else "") + (f", {covariance}" if covariance[:2] == "HC" else "")
    family_name += f", weights {column}" if column else ""
    has_errors = worst["error"] > 0
    folds = "" if l1 else validated(results[0], rows, labels, name, penalty, beta, weights)
    cells = [example, family_name, f"{n:,} x {p}", f"{worst['coefficient']:.1e}"]
    cells += [f"{worst['share']:.1e}", f"{worst['error']:.1e}", f"{worst['p']:.0e}"] if has_errors else ["", "", ""]
    print("| " + " | ".join(cells + [loglik + extra, folds]) + " |")
    limit = max(1e-4, 2.0**-12 * worst["coefficient"] / worst["share"]) if has_errors else 1e-4
    if worst["coefficient"] > limit or worst["error"] > 1e-3 or worst["p"] > 1e-3 or worst.get("theta", 0) > 2e-3:
        sys.exit(f"{example} {name}: farther from the fit of the joined table than it should be")


main()
