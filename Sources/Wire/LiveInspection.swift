import Synchronization

/// The verifier's inspectors in a running session: they see every record of both directions in the order of the log,
/// which is the order in which a verifier of this party's folder shows them to it (`protocols/wire.md` 8.1).
///
/// Two tasks may send and receive at once. `line` is held while a record is appended to its log and put in the queue, so
/// that the queue has the order of the logs; `turn` while inspectors work, which may take long.
final class LiveInspection: Sendable {
    /// A failure with the party whose record it is about.
    struct Finding: Error, Sendable {
        let from: String
        let failure: InspectionFailure
    }

    private struct Entry: Sendable {
        let record: Record
        let payload: [UInt8]
    }

    private struct Line: Sendable {
        var entries: [Entry] = []
        private var next = 0

        var isDrained: Bool { next == entries.count }

        mutating func takeFirst() -> Entry? {
            guard next < entries.count else { return nil }
            next += 1
            let entry = entries[next - 1]
            // What was shown need not be kept.
            if next == entries.count || next >= 16 {
                entries.removeFirst(next)
                next = 0
            }
            return entry
        }
    }

    private struct Bench: Sendable {
        var inspectors: [any PayloadInspector] = []
        var finding: Finding?
    }

    private let line = Mutex(Line())
    private let turn = AsyncLock()
    private let bench = Mutex(Bench())
    private let isActive: Bool

    /// - Parameter inspectors: nil where a session is not inspected (a ping, a replay): then only the order is kept.
    init(_ inspectors: [any PayloadInspector]?) {
        isActive = inspectors != nil
        if let inspectors { bench.withLock { $0.inspectors = [SessionInspector()] + inspectors } }
    }

    /// Appends a record to its log and gives it its place in the queue. For what the peer sent, which may be anything and
    /// is evidence, and for farewells, which wait for nobody.
    func log<Result: Sendable>(
        _ record: Record, _ payload: [UInt8], _ append: () throws -> Result
    ) throws -> Result {
        try line.withLock { line in
            let result = try append()
            if isActive { line.entries.append(Entry(record: record, payload: payload)) }
            return result
        }
    }

    /// For what this side is about to say: the record is made, inspected at its place, and only then appended.
    ///
    /// - Returns: what `append` gives, or the first failure of the session, now or before: then nothing was appended.
    func logOwn<Output: Sendable>(
        _ payload: [UInt8], _ make: () throws -> Record, _ append: (Record) throws -> Output
    ) async throws -> Result<Output, Finding> {
        guard isActive else {
            return try line.withLock { _ in .success(try append(try make())) }
        }
        try await turn.acquire()
        defer { turn.release() }
        while true {
            if let finding = drain() { return .failure(finding) }
            let result: Result<Output, Finding>? = try line.withLock { line in
                // Something came in since: its place is before this record's.
                guard line.isDrained else { return nil }
                let record = try make()
                let finding = bench.withLock { bench in
                    Self.show(Entry(record: record, payload: payload), &bench)
                    return bench.finding
                }
                if let finding { return .failure(finding) }
                return .success(try append(record))
            }
            if let result { return result }
        }
    }

    /// Shows the inspectors all that was logged until now.
    ///
    /// - Returns: the first failure of the session, now or before.
    func catchUp() async throws -> Finding? {
        guard isActive else { return nil }
        try await turn.acquire()
        defer { turn.release() }
        return drain()
    }

    /// The caller holds `turn`.
    private func drain() -> Finding? {
        bench.withLock { bench in
            while bench.finding == nil, let entry = line.withLock({ $0.takeFirst() }) { Self.show(entry, &bench) }
            return bench.finding
        }
    }

    /// After the last record, with what this party is about to declare as its outcome.
    func finish(counts: [String: Int64]) -> Finding? {
        bench.withLock { bench in
            for index in bench.inspectors.indices where bench.finding == nil {
                do throws(InspectionFailure) { try bench.inspectors[index].finish(counts: counts) } catch {
                    // Counts come from what was exchanged: a peer can spoil them, this side cannot by itself.
                    bench.finding = Finding(from: "", failure: error)
                }
            }
            return bench.finding
        }
    }

    /// The first answer that an inspector has.
    func ask<Answer>(_ question: (any PayloadInspector) -> Answer?) -> Answer? {
        bench.withLock { bench in
            for inspector in bench.inspectors {
                if let answer = question(inspector) { return answer }
            }
            return nil
        }
    }

    var unfinished: [String: String] {
        bench.withLock { bench in
            bench.inspectors.reduce(into: [:]) { $0.merge($1.unfinished, uniquingKeysWith: { first, _ in first }) }
        }
    }

    /// Every inspector sees the record; of several failures the one whose check a verifier names first counts.
    private static func show(_ entry: Entry, _ bench: inout Bench) {
        var failures: [InspectionFailure] = []
        for index in bench.inspectors.indices {
            do { try bench.inspectors[index].inspect(entry.record, payload: entry.payload) } catch {
                failures.append(error)
            }
        }
        guard let first = failures.min(by: { $0.check < $1.check }) else { return }
        bench.finding = Finding(from: entry.record.from, failure: first)
    }
}
