"""Scores of new rows that a passive party of several sends the active one under masks (protocols/multiparty-training.md 9): whether the
job reveals them (T14), the sizes of their chunks (T10), and that there is one a row (T15). Every word is a residue."""

from verifier import messages
from verifier.job import SCORES
from verifier.reading import Reader, demand

ROWS_A_CHUNK = 1 << 16


def word_count(payload):
    r = Reader(payload, "masked scores", messages.MALFORMED)
    count = r.number(4)
    r.demand(count <= ROWS_A_CHUNK, "too many")
    r.fixed(8 * count)
    r.finish()
    return count


class MaskedScoresInspector:
    def __init__(self, job):
        self.job, self.words, self.is_pruned = job, 0, False

    def take(self, record):
        if record["type"] != messages.MASKED_SCORES:
            return
        demand(SCORES in self.job.reveals, "T14", "undeclaredMessage")
        if record["payload"] is None:
            self.is_pruned = True
            return
        demand(record["round"] == 1, "T10", "wrongRound")
        count, (index, of) = word_count(record["payload"]), record["chunk"]
        is_last = index == of - 1
        demand(1 <= count <= ROWS_A_CHUNK if is_last else count == ROWS_A_CHUNK, "T10", "wrongCount")
        self.words += count

    def finish(self, counts):
        demand(self.is_pruned or counts is None or self.words == counts["rows"], "T15", "countMismatch")
