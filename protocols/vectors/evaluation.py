"""Makes evaluation.json: test vectors of evaluation.md, computed from that page without Moiety.

Needs Python 3 with numpy and scipy. Run in this folder: python3 evaluation.py > evaluation.json
Scores come from fits of the tables in ../../examples, rounded so that some are tied. Everything here compares all pairs or
minimises a likelihood with a general optimiser: slow, and not as the program does it.
"""

import csv
import glob
import json
import math

import numpy as np
from scipy import optimize, special, stats

NORMAL = stats.norm.ppf(0.975)


def table(folder):
    """The rows that both parties have, columns by name, labels among them."""
    parts = []
    for party in ("hospital", "lab"):
        (path,) = glob.glob(f"../../examples/{folder}/{party}/*.csv")
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        key = next(iter(rows[0]))
        parts.append({"".join(filter(str.isalnum, row[key])): row for row in rows})
    found = []
    for key in sorted(set(parts[0]) & set(parts[1])):
        row = {**parts[0][key], **parts[1][key]}
        found.append(row)
    return found


def columns(rows, names):
    chosen = [[float(row[name]) for name in names] for row in rows if all(row[name] not in ("", "NA") for name in names)]
    values = np.array(chosen)
    return values[:, 0], values[:, 1:]


# Families: loss of a row but for terms of the label, mean, expected information of a row.

FAMILIES = {
    "linear": (lambda z, y: (z - y) ** 2 / 2, lambda z: z, lambda z: np.ones_like(z)),
    "logistic": (lambda z, y: np.logaddexp(0, z) - y * z, special.expit, lambda z: special.expit(z) * special.expit(-z)),
    "probit": (
        lambda z, y: -special.log_ndtr(np.where(y > 0.5, z, -z)),
        special.ndtr,
        lambda z: np.exp(2 * stats.norm.logpdf(z) - special.log_ndtr(z) - special.log_ndtr(-z)),
    ),
    "poisson": (lambda z, y: np.exp(z) - y * z, np.exp, np.exp),
    "negativeBinomial": (
        lambda z, y, t: -stats.nbinom.logpmf(y, t, t / (t + np.exp(z))),
        np.exp,
        lambda z, t: np.exp(z) * t / (t + np.exp(z)),
    ),
    "gamma": (lambda z, y: y * np.exp(-z) + z, np.exp, lambda z: np.ones_like(z)),
}


def functions(family, theta):
    loss, mean, weight = FAMILIES[family]
    if theta is None:
        return loss, mean, weight
    return (lambda z, y: loss(z, y, theta)), mean, (lambda z: weight(z, theta))


def minimise(family, theta, offset, X, y):
    """Coefficients with standard errors by the expected information, dispersion by Pearson residuals."""
    loss, mean, weight = functions(family, theta)

    def total(b):
        return float(np.sum(loss(offset + X @ b, y))) / len(y)

    def slope(b):
        """Central differences of the losses, row by row: small errors do not add up."""
        z, h = offset + X @ b, 1e-5
        return X.T @ ((loss(z + h, y) - loss(z - h, y)) / (2 * h)) / len(y)

    b = np.zeros(X.shape[1])
    if family == "linear":
        slope = lambda b: X.T @ (offset + X @ b - y) / len(y)
        b = np.linalg.lstsq(X, y - offset, rcond=None)[0]
    if family in ("poisson", "negativeBinomial", "gamma") and not offset.any():
        b[0] = math.log(y.mean())
    if family != "linear":
        b = optimize.minimize(total, b, method="BFGS", jac=slope, options={"gtol": 1e-7, "maxiter": 500}).x
    for _ in range(30):
        H = X.T @ (weight(offset + X @ b)[:, None] * X) / len(y)
        b = b - np.linalg.solve(H, slope(b))
    z = offset + X @ b
    covariance = np.linalg.inv(X.T @ (weight(z)[:, None] * X))
    if family not in ("linear", "gamma"):
        return b, np.sqrt(np.diag(covariance)), None
    freedom = len(y) - X.shape[1]
    if freedom <= 0:
        return b, None, None
    residual = y - z if family == "linear" else (y - np.exp(z)) / np.exp(z)
    return b, np.sqrt(np.diag(covariance) * np.sum(residual**2) / freedom), freedom


def estimate(value, error, freedom=None, low=-math.inf, high=math.inf):
    if error is None:
        return {"estimate": value}
    quantile = NORMAL if freedom is None else stats.t.ppf(0.975, freedom)
    return {
        "estimate": value,
        "standardError": error,
        "confLow": max(low, value - quantile * error),
        "confHigh": min(high, value + quantile * error),
    }


def ranking(score, y):
    ones, zeros = score[y > 0.5], score[y <= 0.5]
    m, n = len(ones), len(zeros)
    if m == 0 or n == 0:
        return {}
    # DeLong, DeLong, Clarke-Pearson (1988): psi of all pairs, its row and column means.
    psi = (ones[:, None] > zeros[None, :]) + 0.5 * (ones[:, None] == zeros[None, :])
    auc = psi.mean()
    places = np.unique(score)
    ks = max(abs((ones <= c).mean() - (zeros <= c).mean()) for c in places)
    found = {"auc": auc, "ks": ks}
    if m > 1 and n > 1:
        variance = psi.mean(axis=1).var(ddof=1) / m + psi.mean(axis=0).var(ddof=1) / n
        if variance > 1e-30:
            e = estimate(auc, math.sqrt(variance), None, 0.0, 1.0)
            found.update(aucStandardError=e["standardError"], aucLow=e["confLow"], aucHigh=e["confHigh"])
    return found


def calibration(family, theta, z, y):
    found = {}
    binary = family in ("logistic", "probit")
    if binary and len(set(y)) < 2:
        return {"withheld": True}
    if family in ("poisson", "negativeBinomial") and not y.any():
        return {"withheld": True}
    one = np.ones((len(y), 1))
    b, error, freedom = minimise(family, theta, z, one, y)
    found["inTheLarge"] = estimate(b[0], None if error is None else error[0], freedom)
    if len(set(z)) == 1:
        return {**found, "withheld": True}
    ones, zeros = z[y > 0.5], z[y <= 0.5]
    if binary and (zeros.max() <= ones.min() or ones.max() <= zeros.min()):
        return {**found, "withheld": True}
    b, error, freedom = minimise(family, theta, np.zeros(len(y)), np.column_stack([one, z]), y)
    for j, name in enumerate(("intercept", "slope")):
        found[name] = estimate(b[j], None if error is None else error[j], freedom)
    return found


def deciles(z, mean, y):
    ranks = stats.rankdata(z)
    group = np.array([math.ceil(round(10 * (2 * r - 1)) / (2 * len(y))) for r in ranks])
    return [
        {
            "group": int(g),
            "n": int((group == g).sum()),
            "predicted": mean[group == g].mean(),
            "observed": y[group == g].mean(),
            "lowest": mean[group == g].min(),
            "highest": mean[group == g].max(),
        }
        for g in sorted(set(group))
    ]


def deviance(family, theta, z, y):
    mu = np.exp(z)
    if family == "poisson":
        return 2 * np.sum(special.xlogy(y, y / mu) - (y - mu))
    if family == "gamma":
        return 2 * np.sum((y - mu) / mu - np.log(y / mu))
    return 2 * np.sum(special.xlogy(y, y / mu) - (y + theta) * np.log((y + theta) / (mu + theta)))


def evaluate(family, theta, z, y):
    loss, mean_of, _ = functions(family, theta)
    mean = mean_of(z)
    found = {"n": len(y), "observed": y.mean(), "predicted": mean.mean()}
    if family in ("logistic", "probit"):
        found.update(
            events=int(y.sum()),
            logLoss=float(np.mean(loss(z, y))),
            brier=float(np.mean((mean - y) ** 2)),
            accuracy=float(np.mean((mean >= 0.5) == (y > 0.5))),
            **ranking(z, y),
        )
    else:
        total = np.sum((y - y.mean()) ** 2)
        if total > 0:
            found["r2"] = 1 - np.sum((y - mean) ** 2) / total
        found["rmse"] = math.sqrt(np.mean((y - mean) ** 2))
        found["mae"] = np.mean(np.abs(y - mean))
        if family != "linear":
            found["deviance"] = deviance(family, theta, z, y)
    found["calibration"] = calibration(family, theta, z, y)
    found["deciles"] = deciles(z, mean, y)
    return found


def case(name, family, z, y, theta=None):
    z, y = np.array(z, float), np.array(y, float)
    entry = {"name": name, "family": family, "score": z.tolist(), "label": y.tolist()}
    if theta is not None:
        entry["theta"] = theta
    return {**entry, "expected": evaluate(family, theta, z, y)}


def scores(family, y, X, theta=None, digits=3, ridge=0.0, rows=None):
    """Joint predictors of a fit, rounded; with `rows` fitted on the first of them and given for the rest: a hold-out."""
    X = np.column_stack([np.ones(len(y)), (X - X.mean(axis=0)) / X.std(axis=0)])
    fitted = slice(0, rows)
    if ridge:
        loss, _, _ = functions(family, theta)
        penalty = np.r_[0, np.full(X.shape[1] - 1, ridge)]
        total = lambda b: float(np.mean(loss(X[fitted] @ b, y[fitted]))) + 0.5 * float(penalty @ b**2)
        b = optimize.minimize(total, np.zeros(X.shape[1]), method="BFGS").x
    else:
        b = minimise(family, theta, np.zeros(len(y[fitted])), X[fitted], y[fitted])[0]
    z = np.round(X @ b, digits)
    return (z, y) if rows is None else (z[rows:], y[rows:])


def main():
    actg, sugar, tumour = table("actg175"), table("diabetes"), table("breast")
    cases = []
    names = ["cens", "age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom", "cd40", "cd80"]
    y, X = columns(actg, names)
    cases.append(case("actg175, fitted rows", "logistic", *scores("logistic", y, X)))
    cases.append(case("actg175, rows held out", "logistic", *scores("logistic", y, X, rows=1300)))
    cases.append(case("actg175, probit", "probit", *scores("probit", y[:600], X[:600])))
    z, y = scores("logistic", y[:400], X[:400])
    cases.append(case("actg175, scores turned, stretched and moved", "logistic", np.round(1 - 2.5 * z, 1), y))
    numeric = [name for name in tumour[0] if name.startswith(("worst_", "mean_", "se_"))]
    y, X = columns(tumour, ["benign"] + numeric)
    cases.append(case("breast, ridge", "logistic", *scores("logistic", y, X, ridge=0.01)))
    numeric = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    y, X = columns(sugar, ["progression"] + numeric)
    cases.append(case("diabetes, fitted rows", "linear", *scores("linear", y, X, digits=1)))
    cases.append(case("diabetes, rows held out", "linear", *scores("linear", y, X, digits=1, rows=300)))
    cases.append(case("diabetes, gamma", "gamma", *scores("gamma", y, X)))
    y, X = columns(actg, ["cd40", "age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom"])
    y = np.floor(y / 40)
    cases.append(case("actg175, forties of cells", "poisson", *scores("poisson", y[:500], X[:500])))
    cases.append(case("the same, overdispersed", "negativeBinomial", *scores("negativeBinomial", y[:500], X[:500], theta=8.0), theta=8.0))
    cases.append(case("the same, rows held out", "poisson", *scores("poisson", y[:800], X[:800], rows=500)))

    cases.append(case("ties across classes", "logistic", [2, 1, 3, 2, 1, 0], [1, 0, 1, 0, 1, 0]))
    cases.append(case("two scores alone", "logistic", [0.5] * 7 + [-0.5] * 8, [1, 1, 1, 1, 0, 0, 1] + [0, 1, 0, 0, 0, 1, 0, 0]))
    cases.append(case("all scores equal", "logistic", [0.25] * 9, [1, 0, 0, 1, 0, 1, 0, 0, 0]))
    cases.append(case("one class, ones", "logistic", [1, 2, 0.5], [1, 1, 1]))
    cases.append(case("one class, zeros", "logistic", [-1, -2, 0.5, 0.5], [0, 0, 0, 0]))
    cases.append(case("separated", "logistic", [-3, -2, -1, 1, 2, 3], [0, 0, 0, 1, 1, 1]))
    cases.append(case("separated but for a tie", "logistic", [-3, -2, 0, 0, 2, 3], [0, 0, 0, 1, 1, 1]))
    cases.append(case("separated the wrong way round", "logistic", [-3, -2, -1, 1, 2, 3], [1, 1, 1, 0, 0, 0]))
    cases.append(case("one positive", "logistic", [-1, 0.5, 0.25, 1, -2, 0.1, 0.3], [0, 1, 0, 0, 0, 0, 0]))
    cases.append(case("one row", "logistic", [0.7], [1]))
    cases.append(case("two rows", "logistic", [0.7, 0.2], [0, 1]))
    cases.append(case("sure and wrong", "logistic", [30, -30, 29, 2, -2, 1], [0, 1, 1, 1, 0, 0]))
    cases.append(case("linear, equal scores", "linear", [2, 2, 2, 2], [1, 2, 4, 3]))
    cases.append(case("linear, equal labels", "linear", [1, 2, 3], [2, 2, 2]))
    cases.append(case("linear, two rows", "linear", [1, 2], [1.5, 3]))
    cases.append(case("linear, large units", "linear", [1e9, 2e9, 4e9, 5e9], [1.5e9, 1.8e9, 4.1e9, 4.9e9]))
    cases.append(case("counts, all zero", "poisson", [0.1, -0.2, 0.4], [0, 0, 0]))
    cases.append(case("counts, few", "poisson", [0.1, -0.2, 0.4, 1], [1, 0, 0, 3]))

    text = json.dumps({"cases": cases}, default=float, separators=(",", ":"))
    print(text.replace('{"name"', '\n{"name"').replace("}]}", "}]\n}"))


main()
