"""Messages that have to come from each party, in order: with their round, their chunks, their widths."""

from collections import deque

from verifier.layouts import up
from verifier.reading import demand

ACTIVE, PASSIVE = "active", "passive"
CHECKPOINT = 0x0004


class Expected:
    """A message from one party: of one type and round, with a width in bits, several of them, or a cut into chunks."""

    def __init__(self, kind, number, size=None):
        self.kind, self.round, self.size, self.chunk = kind, number, size, 0


class Expectations:
    def __init__(self, active, passive):
        self.names = {ACTIVE: active, PASSIVE: passive}
        self.expected = {active: deque(), passive: deque()}
        self.round = 0

    # What came

    def next(self, record):
        """What had to come from its sender, if it is this."""
        queue = self.expected[record["from"]]
        demand(queue, "T23", "stepMismatch")
        demand(queue[0].kind != CHECKPOINT, "T16", "checkpointMissing")
        demand(queue[0].kind == record["type"], "T23", "stepMismatch")
        demand(queue[0].round == record["round"], "T10", "wrongRound")
        return queue[0]

    def take_numbers(self, record, count):
        """A chunk of them."""
        self.take_chunk(record, self.next(record).size, count)

    def take_chunk(self, record, cut, count):
        next, (index, chunks) = self.next(record), record["chunk"]
        demand(chunks == cut.count and index == next.chunk, "T10", "wrongCount")
        demand(count == cut.numbers(index), "T10", "wrongCount")
        next.chunk += 1
        if next.chunk == cut.count:
            self.expected[record["from"]].popleft()

    def take_results(self, record, content):
        """Numbers of just these widths, each in whole bytes."""
        widths, numbers = self.next(record).size, []
        demand(len(content) == sum(up(bits, 8) for bits in widths), "T24", "openedTooMuch")
        for bits in widths:
            number, content = int.from_bytes(content[: up(bits, 8)], "big"), content[up(bits, 8) :]
            demand(number >> bits == 0, "T24", "openedTooMuch")
            numbers.append(number)
        self.expected[record["from"]].popleft()
        return numbers

    def take_checkpoint(self, record):
        queue = self.expected[record["from"]]
        if queue:
            demand(queue[0].kind == CHECKPOINT, "T23", "stepMismatch")
            queue.popleft()

    # What comes next

    def expect_checkpoints(self):
        for sender in (ACTIVE, PASSIVE):
            self.expect(sender, CHECKPOINT)

    def expect(self, role, kind, size=None):
        self.expected[self.names[role]].append(Expected(kind, self.round, size))
