"""Makes levels.json: log-rank tests and product-limit curves by level, computed from their definitions without Moiety, and the
shapes of training.md 5.13.

Needs numpy, scipy and pandas; compares itself with lifelines and statsmodels where these know the case. Run in this folder:
python3 levels.py > levels.json
"""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.duration.api as duration
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from scipy.stats import chi2

TABLES = Path(__file__).resolve().parent / "../../examples/actg175"
ABOUT = [
    "tests: of each row its time, event, level, entry (nil: before all times) and stratum; codes as digits.",
    "rows, observed, expected: of each level. covariance: of observed less expected, all levels.",
    "curves: of each level the survival at these times, its events since the time before, and its rows under observation after.",
    "signs: m, stretched iterations, iterations in all. reciprocals: rows, iterations.",
    "suffixes: places, and the rounds of products [place, other place].",
    "numbers: levels, and how many numbers a test opens.",
]


def comparison(time, event, codes, levels, entry=None, stratum=None):
    """From the definition: at each event time of each stratum the table of levels by whether they have an event."""
    n = len(time)
    entry = np.full(n, -1) if entry is None else entry
    stratum = np.zeros(n, int) if stratum is None else stratum
    observed = np.array([sum(event[codes == g]) for g in range(levels)])
    expected, covariance = np.zeros(levels), np.zeros((levels, levels))
    for s in sorted(set(stratum)):
        for t in sorted(set(time[(event == 1) & (stratum == s)])):
            at_risk = (stratum == s) & (entry < t) & (time >= t)
            total, deaths = at_risk.sum(), ((time == t) & (event == 1) & (stratum == s)).sum()
            part = np.array([(at_risk & (codes == g)).sum() for g in range(levels)]) / total
            expected += deaths * part
            if total > 1:
                factor = deaths * (total - deaths) / (total - 1)
                covariance += factor * (np.diag(part) - np.outer(part, part))
    difference = (observed - expected)[:-1]
    statistic = difference @ np.linalg.solve(covariance[:-1, :-1], difference)
    return observed, expected, covariance, statistic, chi2.sf(statistic, levels - 1)


def curve(time, event, times, entry):
    """The product-limit estimate, the events since the time before, and the rows under observation after."""
    found, counts, after, before = [], [], [], -math.inf
    for limit in times:
        value = 1.0
        for t in sorted(set(time[(event == 1) & (time <= limit)])):
            at_risk = ((entry < t) & (time >= t)).sum()
            value *= 1 - ((time == t) & (event == 1)).sum() / at_risk
        found.append(value)
        counts.append(int(((time > before) & (time <= limit) & (event == 1)).sum()))
        after.append(int(((time > limit) & (entry <= limit)).sum()))
        before = limit
    return found, counts, after


def case(name, time, event, codes, levels, times=(), entry=None, stratum=None):
    observed, expected, covariance, statistic, p = comparison(time, event, codes, levels, entry, stratum)
    if entry is None:
        other = duration.survdiff(time, event, codes, strata=stratum)
        assert abs(other[0] / statistic - 1) < 1e-9 and abs(other[1] - p) < 1e-9, name
    if entry is None and stratum is None:
        assert abs(multivariate_logrank_test(time, codes, event).test_statistic / statistic - 1) < 1e-9, name
    curves = []
    for g in range(levels if len(times) else 0):
        own = codes == g
        starts = np.full(own.sum(), -1) if entry is None else entry[own]
        survival, counts, after = curve(time[own], event[own], times, starts)
        fitter = KaplanMeierFitter().fit(time[own], event[own], entry=None if entry is None else entry[own])
        if entry is None:
            assert np.allclose(fitter.survival_function_at_times(list(times)), survival, atol=1e-12), name
        curves.append({"survival": survival, "events": counts, "after": after})
    return {
        "name": name, "time": [int(t) for t in time], "event": digits(event), "codes": digits(codes), "levels": levels,
        "entry": None if entry is None else [int(t) for t in entry],
        "stratum": None if stratum is None else digits(stratum), "times": list(times),
        "rows": [int((codes == g).sum()) for g in range(levels)], "observed": [int(o) for o in observed],
        "expected": list(expected), "covariance": [list(row) for row in covariance], "statistic": statistic, "p": p,
        "curves": curves,
    }


def digits(values):
    return "".join(str(int(v)) for v in values)


def tests():
    ids = (TABLES / "intersection_ids.txt").read_text().split()
    table = pd.read_csv(TABLES / "hospital/hospital.csv").set_index("USUBJID").loc[ids]
    counts = pd.read_csv(TABLES / "lab/lab.csv").set_index("USUBJID").loc[ids]
    days, event = table.days.to_numpy(), table.cens.to_numpy()
    bands = np.digitize(counts.cd40.to_numpy(), [270, 340, 430])
    yield case("two levels", days, event, table.symptom.to_numpy(), 2, (200, 400, 600, 800, 1000))
    yield case("four bands of a count", days, event, bands, 4, (300, 600, 900))
    yield case("strata", days, event, bands, 4, stratum=(table.race + 2 * table.gender).to_numpy())
    some = slice(0, 400)
    entry = (days // (3 + table.age.to_numpy() % 4))[some]
    yield case(
        "delayed entry, tied times", days[some] // 30 + 1, event[some], bands[some] // 2, 2, (13, 21, 29), entry // 30
    )
    few = slice(400, 520)
    yield case("a level of few events", days[few] // 10 + 1, event[few], table.hemo.to_numpy()[few], 2, (50, 90))


def signs():
    for m in (1, 5, 11, 16, 24):
        least, count = 2.0 ** (-m - 1), 0
        while least < 0.12:
            least, count = least * 2.4, count + 1
        worst = max(abs(sign(x, count) - 1) for x in np.geomspace(2.0 ** (-m - 1), 1, 20_000))
        assert worst < 2**-38, (m, worst)
        yield [m, count, count + 10]


def sign(x, stretched):
    for _ in range(stretched):
        x = 13 / 16 * x * (3 - 169 / 64 * x * x)
    for _ in range(10):
        x = x * (3 - x * x) / 2
    return x


def reciprocals():
    for rows in (100, 540, 541, 1728, 10_000, 2**24):
        count, reach = 8, 540.0
        while reach < rows:
            count, reach = count + 1, reach * 3.5
        factors = [15] * (count - 5) + [14, 12, 9, 8, 8]
        for number in np.geomspace(1 / rows, 1, 5000):
            found = 1.0
            for factor in factors:
                found *= factor / 8
                found *= 2 - number * found
            found *= 2 - number * found
            assert abs(found * number - 1) < 2**-34, (rows, number, found * number - 1)
        yield [rows, count + 1]


def suffixes():
    """In each place the product of it and all places after it: a recursion over pairs, of Brent and Kung."""
    for places in (1, 2, 3, 5, 8, 13):
        values, found = [[i] for i in range(places)], rounds(places)
        for pairs in found:
            # All of a round at once.
            values = [
                value + [values[other] for place, other in pairs if place == i][0] if i in [p for p, _ in pairs] else value
                for i, value in enumerate(values)
            ]
        assert [sorted(v) for v in values] == [list(range(i, places)) for i in range(places)]
        yield [places, found]


def rounds(places):
    # Index i from the end: place = places - 1 - i.
    found, step = [], 1
    while step < places:
        found.append([[places - 1 - i, places - 1 - i + step] for i in range(2 * step - 1, places, 2 * step)])
        step *= 2
    while step > 1:
        step //= 2
        found.append([[places - 1 - i, places - 1 - i + step] for i in range(3 * step - 1, places, 2 * step)])
    return [one for one in found if one]


def main():
    document = {
        "about": ABOUT, "tests": list(tests()), "signs": list(signs()), "reciprocals": list(reciprocals()),
        "suffixes": list(suffixes()), "numbers": [[g, 3 * g - 1 + g * (g - 1) // 2] for g in (2, 3, 4, 20)],
    }
    lines = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(one, separators=(",", ":")) for one in values) + "\n ]"
        for name, values in document.items()
    ]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
