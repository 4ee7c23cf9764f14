import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Somebody has both logs of a further party, none of the secrets behind them, and adds them (multiparty-training.md 3 and 7).
@Suite("Logs of both holders, put together", .serialized) struct LogAttackTests {
    /// Payloads that one log keeps of a further party's numbers.
    private struct Log {
        let handovers: [[UInt8]]
        let results: [[UInt8]]
    }

    /// A solver: knows the job, so how many numbers of how many bits each message is about.
    private struct Solver {
        let rows: Int
        let columns: Int
        /// Of a linear fit with weights of 1.
        let coefficientBits: (fraction: Int, all: Int)
        let active: Log
        let helper: Log

        private func words(_ bytes: [UInt8], _ count: Int, bits: Int) -> [ShareWord]? {
            let each = (bits + 7) / 8
            guard bytes.count >= count * each else { return nil }
            return (0..<count).map { index in
                bytes[index * each..<(index + 1) * each].reduce(ShareWord.zero) {
                    ($0.shiftedLeft(8) &+ ShareWord(low: UInt64($1), middle: 0, high: 0))
                }.masked(bits)
            }
        }

        private func sums(_ one: [UInt8], _ other: [UInt8], _ count: Int, bits: Int) -> [ShareWord]? {
            guard let one = words(one, count, bits: bits), let other = words(other, count, bits: bits) else {
                return nil
            }
            return zip(one, other).map { ($0 &+ $1).masked(bits) }
        }

        /// In whitened coordinates, from every result of both holders.
        var coefficients: [[Double]] {
            zip(active.results, helper.results).compactMap { one, other in
                sums(one, other, columns, bits: coefficientBits.all)?.map {
                    $0.signed(coefficientBits.all).asDouble
                        * Double(sign: .plus, exponent: -coefficientBits.fraction, significand: 1)
                }
            }
        }

        /// From every two handovers that are about so many numbers: whitened cells, column by column.
        var cells: [[Double]] {
            let count = rows * columns
            let least = count * 19
            func large(_ log: Log) -> [[UInt8]] { log.handovers.filter { (least...least + 16).contains($0.count) } }
            return large(active).flatMap { one in
                large(helper).compactMap { other in
                    sums(one, other, count, bits: 152)?.map { $0.signed().asDouble * 0x1p-62 }
                }
            }
        }
    }

    private static let counts = [1, 1, 2]
    private static let rows = 60
    private static let table = MadeTable.sample(.linear, rows: rows, active: 1, passive: 3, seed: 8)

    /// The same fit with everything in plain sight, and under the protocol.
    private struct Both {
        let plain: Solver
        let sealed: Solver
        let coefficients: [Double]
        /// Of the party's first column, standardised: its whitened one up to a factor.
        let column: [Double]

        init() async throws {
            let table = LogAttackTests.table
            let names = table.passive.keys.sorted()
            let raw = [table.active["a0"]!] + names.map { table.passive[$0]! }
            let columns = raw.map(SimulatedFitTests.Case.standardised)
            let exponent = try Training.labelExponent(table.label, family: .linear)
            let mean = table.label.reduce(0, +) / Double(table.label.count)
            let unit = Double(sign: .plus, exponent: exponent, significand: 1)
            let simulated = SimulatedSeveral(
                columns: columns, label: table.label.map { ($0 - mean) / unit }, counts: LogAttackTests.counts)
            let fit = try await simulated.fit(.linear)
            let logs = fit.logs[2]
            let bits = try #require(logs[0]?.results.first?.bits)
            let widths = (fraction: bits - TrainingFacts.resultIntegerBits(.linear), all: bits)
            func solver(_ active: Log, _ helper: Log) -> Solver {
                Solver(
                    rows: LogAttackTests.rows, columns: LogAttackTests.counts[2], coefficientBits: widths,
                    active: active, helper: helper)
            }
            func log(_ plain: PlainLog) -> Log {
                Log(handovers: plain.handovers.map(\.bytes), results: plain.results.map(\.bytes))
            }
            plain = solver(log(try #require(logs[0])), log(try #require(logs[1])))
            coefficients = fit.points[2]
            column = columns[2]

            let parties = try SeveralParties(table, counts: LogAttackTests.counts)
            let plan = try parties.plan(TrainingPlan(family: .linear, keyBits: 512))
            let sessions = try await parties.sessions(plan)
            for end in try await parties.train(plan, over: sessions) { _ = try end.get() }
            // What the holders hand out; the party's own copies are the same.
            sealed = solver(
                try Self.kept(sessions.recorders[0][2]), try Self.kept(sessions.recorders[1][2]))
        }

        private static func kept(_ recorder: MemoryRecorder?) throws -> Log {
            let recorder = try #require(recorder)
            func all(_ type: MessageType) throws -> [[UInt8]] {
                try [Direction.outgoing, .incoming].flatMap { direction in
                    try recorder.entries(of: direction).filter { try Record(encoded: $0.record).type == type }
                        // Without the length before them.
                        .map { Array($0.payload.dropFirst(4)) }
                }
            }
            return Log(handovers: try all(.handover), results: try all(.sealedResults))
        }

        func found(_ solver: Solver) -> (coefficients: Int, cells: Int) {
            let known = solver.coefficients.map { found in
                zip(found, coefficients).filter { abs($0 - $1) < 1e-3 }.count
            }
            let cells = solver.cells.map { cells in
                let found = cells.prefix(LogAttackTests.rows)
                // The best factor.
                let factor = zip(found, column).map(*).reduce(0, +) / found.map { $0 * $0 }.reduce(0, +)
                return zip(found, column).filter { abs(factor * $0 - $1) < 1e-3 }.count
            }
            return (known.max() ?? 0, cells.max() ?? 0)
        }
    }

    @Test("In plain sight they give coefficients and cells; sealed they give neither")
    func linear() async throws {
        let both = try await Both()
        let plain = both.found(both.plain)
        #expect(plain.coefficients == Self.counts[2] && plain.cells == Self.rows)
        // As many messages, of the same lengths but for what sealing adds: there is something to try.
        #expect(!both.sealed.coefficients.isEmpty && !both.sealed.cells.isEmpty)
        let sealed = both.found(both.sealed)
        #expect(sealed.coefficients == 0 && sealed.cells <= 3, "\(sealed)")
    }
}
