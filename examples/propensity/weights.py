#!/usr/bin/env python3
"""Stabilised inverse probability weights, from the scores of a propensity model that the active party holds.

Usage: weights.py SCORES TABLE OUT --identifier COLUMN --treatment COLUMN [--estimand ate|att]

SCORES is the scores.csv of a logistic job whose label is the treatment, TABLE the table that the job read. OUT gets the
rows of TABLE that have a score, with one more column, `iptw`. With e the predicted probability of the treatment and p
the share of treated people among those with a score, the weight of a person is

  --estimand ate (all people)       treated: p / e    others: (1 - p) / (1 - e)
  --estimand att (treated people)   treated: 1        others: e / (1 - e) * (1 - p) / p

Both are without a unit. Their means are near 1 in each group, so a weighted group counts about as much as before
(Robins, Hernan and Brumback 2000; Morgan and Todd 2008). A job takes case weights from 0.001 to 10^6 (job.md 1).
Bad input ends with exit code 65 and a message that names file, row and column; rows count from the header line, 1.
"""

import argparse
import csv
import os
import sys
import tempfile

WORDS = {"1": 1, "true": 1, "yes": 1, "y": 1, "0": 0, "false": 0, "no": 0, "n": 0}
SMALLEST, LARGEST = 0.001, 1e6
WEIGHT = "iptw"


class BadInput(Exception):
    """A file, row or column that no weights follow from."""


def place(path, row, column):
    return f'{path}, row {row}, column "{column}"'


def read(path, needed):
    """The header line and the rows, each with the number of its line; `needed` columns must be there."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header, rows = next(reader, []), []
            for cells in reader:
                if len(cells) != len(header):
                    raise BadInput(f"{path}, row {reader.line_num}: {len(cells)} cells, and {len(header)} columns")
                rows.append((reader.line_num, dict(zip(header, cells))))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: {error}") from None
    for column in needed:
        if header.count(column) != 1:
            names = ", ".join(f'"{name}"' for name in header) or "nothing"
            raise BadInput(f'{path} needs one column "{column}"; its header line has {names}')
    return header, rows


def by_identifier(path, rows, column):
    """Each row by its identifier, as the table writes it."""
    found = {}
    for line, row in rows:
        if not row[column]:
            raise BadInput(f"{place(path, line, column)}: no identifier")
        if row[column] in found:
            raise BadInput(f"{place(path, line, column)}: the same identifier as in row {found[row[column]][0]}")
        found[row[column]] = (line, row)
    return found


def probability(path, line, row):
    """The prediction, between 0 and 1: at either end one of the groups cannot have such a person."""
    try:
        value = float(row["prediction"])
    except ValueError:
        value = float("nan")
    if not 0 < value < 1:
        raise BadInput(
            f"{place(path, line, 'prediction')}: {row['prediction']!r} is no probability above 0 and below 1; "
            "a person who is certain to be treated, or not to be, has no weight")
    return value


def treated(path, line, row, column):
    word = row[column].strip().lower()
    if word not in WORDS:
        raise BadInput(f"{place(path, line, column)}: neither yes nor no")
    return WORDS[word]


def weight(e, is_treated, p, estimand):
    if estimand == "ate":
        return p / e if is_treated else (1 - p) / (1 - e)
    return 1.0 if is_treated else e / (1 - e) * (1 - p) / p


def weights(scores, table, identifier, treatment, estimand):
    """The table's columns, its rows with a score, the treatment and weight of each of these."""
    header, rows = read(table, [identifier, treatment])
    if WEIGHT in header:
        raise BadInput(f'{table} has a column "{WEIGHT}" already')
    _, scored = read(scores, [identifier, "prediction"])
    if not scored:
        raise BadInput(f"{scores} has no row under its header line")
    scored = by_identifier(scores, scored, identifier)
    known = {row[identifier] for _, row in rows}
    for text, (line, _) in scored.items():
        if text not in known:
            raise BadInput(f"{place(scores, line, identifier)}: {table} has no row with this identifier")
    cohort = by_identifier(table, [(line, row) for line, row in rows if row[identifier] in scored], identifier)
    groups = [treated(table, line, row, treatment) for line, row in cohort.values()]
    if len(set(groups)) < 2:
        raise BadInput(f'{table}, column "{treatment}": all {len(groups)} people with a score are in one group')
    p, values = sum(groups) / len(groups), []
    for text, group in zip(cohort, groups):
        line, row = scored[text]
        value = weight(probability(scores, line, row), group, p, estimand)
        if not SMALLEST <= value <= LARGEST:
            raise BadInput(
                f"{place(scores, line, 'prediction')}: {row['prediction']} gives the weight {value:g}; a job takes "
                f"{SMALLEST:g} to {LARGEST:g}")
        values.append(value)
    return header, [row for _, row in cohort.values()], groups, values


def write(path, header, rows, values):
    """The whole file or none; a file that exists stays."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".weights-")
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header + [WEIGHT])
            for row, value in zip(rows, values):
                writer.writerow([row[name] for name in header] + [repr(value)])
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        os.unlink(draft)


def effective(values):
    """Kish: as many people with equal weights would tell as much about a mean."""
    return sum(values) ** 2 / sum(v * v for v in values)


def main():
    parser = argparse.ArgumentParser(description="Stabilised inverse probability weights from a job's scores.")
    parser.add_argument("scores", help="scores.csv of the propensity job")
    parser.add_argument("table", help="the table that the job read")
    parser.add_argument("out", help="the table to write; it must not exist")
    parser.add_argument("--identifier", required=True, help="the column that both files have")
    parser.add_argument("--treatment", required=True, help="the table's yes/no column that the job's label was")
    parser.add_argument("--estimand", choices=["ate", "att"], default="ate",
                        help="whose mean effect: of all people, or of those treated (default: ate)")
    given = parser.parse_args()
    try:
        header, rows, groups, values = weights(
            given.scores, given.table, given.identifier, given.treatment, given.estimand)
        write(given.out, header, rows, values)
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 65
    except OSError as error:
        print(f"error: cannot write {given.out}: {error.strerror}", file=sys.stderr)
        return 73
    print(f"weights ({given.estimand}) from {min(values):.4f} to {max(values):.4f}, written to {given.out}")
    for name, wanted in (("no", 0), ("yes", 1)):
        own = [v for v, group in zip(values, groups) if group == wanted]
        print(f"  {given.treatment} {name}: {len(own)} people, {min(own):.4f} to {max(own):.4f}, "
              f"mean {sum(own) / len(own):.4f}, effective size {effective(own):.1f}")
    return 0


sys.exit(main())
