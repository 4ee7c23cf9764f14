"""Makes row-statistics.json: references of row-statistics.md, computed without Moiety.

Needs Python 3 and the packages `cryptography`, `numpy`, `scipy`, `pandas`, `lifelines`, `statsmodels`. Run in this folder:
python3 row-statistics.py > row-statistics.json
"""

import hashlib
import hmac
import json
import math
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

warnings.simplefilter("ignore")
SITES = ["north", "east", "south", "west", "centre"]
TABLES = [pd.read_csv(f"../../examples/rows/{site}.csv") for site in SITES]
POOLED = pd.concat(TABLES, ignore_index=True)


COALITION = 1


def small(count, least):
    return 0 < count < least


def vote(sites, least):
    """Of cells that pass together, from what each site has of them: whether they do, and whether shares were asked."""
    if not any(small(n, least) for cells in sites for n in cells):
        return True, False
    share = -(-least // (len(sites) - COALITION))
    return all(n >= share for cells in sites for n in cells), True


# --- votes -----------------------------------------------------------------------------------------------------------

def vetoes():
    secret, rows, point = bytes(range(32)), hashlib.sha256(b"rows").digest(), hashlib.sha256(b"point").digest()
    prk = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    key = hmac.new(prk, b"moiety/rows/veto/v1" + rows + point + b"\x01", hashlib.sha256).digest()
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    stream = encryptor.update(bytes(16 * 5)) + encryptor.finalize()
    return {"secret": secret.hex(), "input": rows.hex(), "point": point.hex(),
            "vetoes": [stream[16 * i:16 * i + 16].hex() for i in range(5)]}


# --- Table 1 ---------------------------------------------------------------------------------------------------------

def missing(table):
    """Some values are taken away, so that there are rows without one: by the row's place at its site."""
    table = table.copy()
    place = np.arange(len(table))
    table.loc[place % 9 == 4, "wtkg"] = np.nan
    table.loc[place % 60 == 7, "age"] = np.nan
    table["karnof"] = table["karnof"].map({70: 0, 80: 1, 90: 2, 100: 3}).astype(float)
    table.loc[place % 11 == 3, "karnof"] = np.nan
    return table


def describe(group, least):
    tables = [missing(t) for t in TABLES]
    out = {}
    for level in [None] + ([] if group is None else [0, 1]):
        parts = [t if level is None else t[t[group] == level] for t in tables]
        rows = sum(len(p) for p in parts)
        numbers = {}
        for name in ["age", "wtkg", "cd40", "cd80"]:
            n = s = q = 0
            # By group first: what is not counted as missing is so within each group.
            for p in parts:
                for part in [p] if group is None or level is not None else [p[p[group] == g] for g in [0, 1]]:
                    x = part[name].dropna().to_numpy()
                    gone = len(part) - len(x)
                    f = len(part) / len(x) if small(gone, least) else 1
                    n, s, q = n + round(len(x) * f), s + x.sum() * f, q + (x * x).sum() * f
            numbers[name] = {"rows": int(n), "missing": int(rows - n), "mean": s / n,
                             "sd": math.sqrt((q - s * s / n) / (n - 1))}
        levels = {}
        for name, count in [("karnof", 4), ("race", 2), ("gender", 2), ("symptom", 2), ("hemo", 2)]:
            values = pd.concat(parts)[name]
            levels[name] = [int((values == v).sum()) for v in range(count)] + [int(values.isna().sum())]
        out["all" if level is None else str(level)] = {"rows": rows, "numbers": numbers, "levels": levels}
    return {"group": group, "least": least, "sets": out}


# --- grids -----------------------------------------------------------------------------------------------------------

def intervals(times, time, event):
    place = np.minimum(np.searchsorted(times, time), len(times) - 1)
    return place, event * (time <= times[-1])


def codes(table, features):
    """Of each row the place of its levels: the first feature's vary slowest."""
    out = np.zeros(len(table), int)
    for name, levels in features:
        out = out * len(levels) + np.array([levels.index(v) for v in table[name]])
    return out


def cells(table, features, after, up_to, end, whole):
    """Rows that leave after one time, up to another: of each group those with an event, all, and of the whole those without."""
    time, event = table["days"].to_numpy(float), table["cens"].to_numpy() * (table["days"] <= end).to_numpy()
    window, group, counts = (time > after) & (time <= up_to), codes(table, features), []
    for level in range(math.prod(len(levels) for _, levels in features)):
        chosen = window & (group == level)
        n, d = int(chosen.sum()), int(event[chosen].sum())
        counts += [d, n] + ([n - d] if whole else [])
    return counts


def grid(times, least, features):
    """The times that are left, and the number of steps of votes."""
    def ask(windows, whole=False):
        bounds = [(times[a - 1] if a else 0, times[z - 1] if z < len(times) else math.inf) for a, z in windows]
        return vote([[n for a, z in bounds for n in cells(t, features, a, z, times[-1], whole)] for t in TABLES], least)

    passed, again = ask([(0, len(times))], True)
    assert passed
    windows, final, steps = [(0, len(times))], [], 1 + again
    while True:
        final += [w for w in windows if w[1] - w[0] == 1]
        windows = [w for w in windows if w[1] - w[0] > 1]
        if not windows:
            return [times[end - 1] for _, end in sorted(final)], steps
        halves = [[(a, a + (z - a) // 2), (a + (z - a) // 2, z)] for a, z in windows]
        answers = [ask(h) for h in halves]
        steps += 1 + any(again for _, again in answers)
        final += [w for w, (passed, _) in zip(windows, answers) if not passed]
        windows = [w for h, (passed, _) in zip(halves, answers) if passed for w in h]


def rounded(times):
    """Rounded up to the grid; what is later is beyond it, without an event."""
    time, event = POOLED["days"].to_numpy(float), POOLED["cens"].to_numpy()
    place, event = intervals(times, time, event)
    return np.where(time <= times[-1], np.array(times)[place], times[-1] + 1), event


# --- curves ----------------------------------------------------------------------------------------------------------

def curves(group, least, declared):
    times, steps = grid(declared, least, [] if group is None else [(group, [0, 1])])
    time, event = rounded(times)
    out = []
    for level in [None] + ([] if group is None else [0, 1]):
        chosen = np.ones(len(time), bool) if level is None else (POOLED[group] == level).to_numpy()
        fit = KaplanMeierFitter().fit(time[chosen], event[chosen])
        survival = [float(fit.predict(t)) for t in times]
        t, d = time[chosen], event[chosen]
        spread, errors = 0.0, []
        for at, s in zip(times, survival):
            dead, risk = d[t == at].sum(), (t >= at).sum()
            spread += dead / (risk * (risk - dead))
            errors.append(s * math.sqrt(spread))
        median = fit.median_survival_time_
        out.append({"level": level, "rows": int(chosen.sum()), "events": int(d.sum()), "survival": survival,
                    "errors": errors, "median": None if math.isinf(median) else float(median)})
    case = {"group": group, "least": least, "declared": declared, "times": times, "steps": steps, "curves": out}
    if group is not None:
        test = multivariate_logrank_test(time, POOLED[group], event)
        case["chiSquared"], case["pValue"] = float(test.test_statistic), float(test.p_value)
    return case


# --- hazards ---------------------------------------------------------------------------------------------------------

def hazards(features, least, declared):
    """The first level of a feature is the reference."""
    times, steps = grid(declared, least, features)
    time, event = rounded(times)
    columns = [f"{name}[{level}]" for name, levels in features for level in levels[1:]]
    raw = np.column_stack([POOLED[name] == level for name, levels in features for level in levels[1:]]).astype(float)
    x = raw - raw.mean(axis=0)
    fit = sm.PHReg(time, x, status=event, ties="breslow").fit(method="newton", maxiter=100, disp=0)
    b = fit.params
    for _ in range(5):
        b = b - np.linalg.solve(fit.model.hessian(b), fit.model.score(b))
    information = -fit.model.hessian(b)
    inverse = np.linalg.inv(information)
    # Influence of rows (Lin, Wei 1989), and the baseline at the means.
    rates, u, cumulative, h0 = np.exp(x @ b), np.zeros_like(x), 0.0, []
    variance, q, errors = 0.0, np.zeros(x.shape[1]), []
    for at in times:
        risk, dead = time >= at, event[time == at].sum()
        s0 = rates[risk].sum()
        m = (rates[risk][:, None] * x[risk]).sum(axis=0) / s0
        u[risk] -= dead / s0 * rates[risk][:, None] * (x[risk] - m)
        u[(time == at) & (event == 1)] += x[(time == at) & (event == 1)] - m
        cumulative += dead / s0
        variance += dead / s0 ** 2
        q += dead / s0 * m
        h0.append(cumulative)
        errors.append(math.sqrt(variance + q @ inverse @ q))
    influence = u @ inverse
    zero = np.zeros(len(columns))
    return {
        "columns": columns, "features": [{"name": name, "levels": levels} for name, levels in features], "least": least, "declared": declared, "times": times,
        "steps": steps, "estimates": b.tolist(), "errors": np.sqrt(np.diag(inverse)).tolist(),
        "robust": np.sqrt((influence ** 2).sum(axis=0)).tolist(), "events": int(event.sum()),
        "logLikelihood": float(fit.model.loglike(b)), "nullLogLikelihood": float(fit.model.loglike(zero)),
        "wald": float(b @ information @ b), "cumulative": h0, "cumulativeErrors": errors,
    }


def steps(width):
    return [float(t) for t in range(width, 1201, width)]


document = {
    "vetoes": vetoes(),
    "tables": [describe(None, 11), describe("symptom", 11), describe("symptom", 1)],
    "curves": [curves(None, 11, steps(60)), curves("symptom", 5, steps(50)), curves("race", 1, steps(30))],
    "hazards": [hazards([(n, [0, 1]) for n in ["drugs", "race", "symptom"]], 1, steps(60)),
                hazards([("karnof", [100, 90, 80, 70]), ("race", [0, 1])], 1, steps(100)),
                hazards([("race", [0, 1])], 5, steps(60))],
}
print(json.dumps(document, indent=1))
