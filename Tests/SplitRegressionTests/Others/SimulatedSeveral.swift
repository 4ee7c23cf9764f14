import Testing

@testable import SplitRegression

/// Fits over several parties in shares, with decisions and truncation as they are, but without encryption.
struct SimulatedSeveral {
    /// All but the constant, in the order of the parties.
    let columns: [[Double]]
    let label: [Double]
    /// Columns of each party: the active one, the helper, further ones.
    let counts: [Int]
    var offset: [Double]?
    var weight: [Double]?
    /// Of rows kept aside: all columns but the constant, and labels.
    var kept: (columns: [[Double]], label: [Double])?
    var folds = 0
    /// Proportional hazards: whose risk sets, room for events, and points of survival curves.
    var risk: RiskSets?
    var mostEvents: Int?
    var curvePoints = 0
    /// In a test of tests alone.
    var weakness = Weakness()

    struct Fit: Sendable {
        var coefficients: [Double] = []
        var errors: [Double] = []
        var end: TrainingProgram.End
        var passes: Int
        var loss: Double? { if case .fitted(let summary) = end { summary.loss } else { nil } }
        var isConverged: Bool { if case .fitted(let summary) = end { summary.converged } else { false } }
        /// By party: what it saw of each other one with which it has a session, by that party's place.
        var views: [[Int: PartyView]] = []
        /// By party, of a further one: what logs with each holder would hold if nothing were sealed.
        var logs: [[Int: PlainLog]] = []
        /// By party: its columns that were not left out, the constant first at the active one.
        var kept: [[Int]] = []
        /// By party: its coefficients in whitened coordinates.
        var points: [[Double]] = []
        /// At the active party.
        var curve: [Double] = []
        var summary: TrainingProgram.Summary? { if case .fitted(let summary) = end { summary } else { nil } }
    }

    private struct Ended: Sendable {
        let party: Int
        let results: FitShares
        let end: TrainingProgram.End
        let passes: Int
        let views: [Int: PartyView]
        var logs: [Int: PlainLog] = [:]
        let kept: [Int]
    }

    private func own(_ party: Int) -> [[Double]] {
        own(party, of: columns, rows: label.count)
    }

    private func own(_ party: Int, of columns: [[Double]], rows: Int) -> [[Double]] {
        let start = counts[..<party].reduce(0, +)
        let some = Array(columns[start..<start + counts[party]])
        return party == 0 ? [Array(repeating: 1, count: rows)] + some : some
    }

    private func heldOut(_ party: Int) -> HeldOutRows {
        guard let kept else { return HeldOutRows(columns: []) }
        return HeldOutRows(
            columns: own(party, of: kept.columns, rows: kept.label.count), label: party == 0 ? kept.label : [])
    }

    func facts(
        _ family: ResponseFamily, penalty: Double, l1: Double, errors: Bool, isRobust: Bool, _ rows: ActiveRows,
        estimatesTheta: Bool
    ) -> TrainingFacts {
        let bounds = Announcement(
            rows, estimatesTheta: estimatesTheta, heldOut: kept == nil ? nil : heldOut(0))
        return TrainingFacts(
            family: family, rows: label.count, activeColumns: counts[0] + 1, passiveColumns: counts[1],
            otherColumns: Array(counts[2...]), penalty: penalty, l1: l1, tolerance: 1e-3, maximumPasses: 40,
            modulusBits: 2048, computesStandardErrors: errors && penalty == 0 && l1 == 0, opensLoss: family != .linear,
            opensBrier: false, scaleBits: bounds.scaleBits, weightBits: bounds.weightBits, rowBits: bounds.rowBits,
            periodBits: bounds.periodBits, isWeighted: weight != nil, estimatesTheta: estimatesTheta,
            events: family == .cox ? mostEvents ?? label.count : 0, curvePoints: curvePoints,
            isRobust: isRobust, heldOutRows: kept?.label.count ?? 0, folds: folds)
    }

    func fit(
        _ family: ResponseFamily, penalty: Double = 0, l1: Double = 0, errors: Bool = true, isRobust: Bool = false,
        estimatesTheta: Bool = false, seed: UInt64 = 1
    ) async throws -> Fit {
        let rows = try ActiveRows(
            label: label, offset: offset, weight: weight, columns: own(0), family: family,
            estimatesTheta: estimatesTheta, risk: risk, penalty: Double(label.count) * penalty,
            range: family.firstRange)
        let facts = facts(
            family, penalty: penalty, l1: l1, errors: errors, isRobust: isRobust, rows, estimatesTheta: estimatesTheta)
        let boxes = counts.indices.map { _ in counts.indices.map { _ in Mailbox() } }
        let ended = try await withThrowingTaskGroup(of: Ended.self) { group in
            for party in counts.indices {
                group.addTask {
                    do {
                        return try await run(party, facts, rows, boxes, seed)
                    } catch {
                        for other in counts.indices where other != party { await boxes[party][other].close() }
                        throw error
                    }
                }
            }
            var all: [Ended] = []
            var first: (any Error)?
            while let next = await group.nextResult() {
                switch next {
                case .success(let ended): all.append(ended)
                case .failure(let error): if first == nil || first is OtherPartyEnded { first = error }
                }
            }
            if let first { throw first }
            return all.sorted { $0.party < $1.party }
        }
        #expect(ended.allSatisfy { $0.end == ended[0].end && $0.passes == ended[0].passes })
        return Fit(
            coefficients: ended.flatMap(\.results.coefficients),
            errors: ended.flatMap(\.results.variances).map { $0.squareRoot() }, end: ended[0].end,
            passes: ended[0].passes, views: ended.map(\.views), logs: ended.map(\.logs),
            kept: ended.map(\.kept), points: ended.map(\.results.point), curve: ended[0].results.curve)
    }

    private func run(
        _ party: Int, _ facts: TrainingFacts, _ rows: ActiveRows, _ boxes: [[Mailbox]], _ seed: UInt64
    ) async throws -> Ended {
        func exchange(_ other: Int) -> SimulatedExchange {
            SimulatedExchange(
                inbox: boxes[other][party], outbox: boxes[party][other],
                seed: seed &* 1_000_003 &+ UInt64(party * 8 + other), isActive: party == 0,
                weakness: weakness)
        }
        guard party < 2 else {
            let own = own(party)
            let (active, helper) = (exchange(0), exchange(1))
            var kept = Array(own.indices)
            var machine = try OtherMachine(
                facts: facts, index: party - 2,
                table: try WhitenedTable(own, hasConstant: false, names: own.indices.map { "c\($0)" }, facts: facts),
                centring: own.map { _ in 0 }, heldOut: heldOut(party), active: active, helper: helper)
            let (end, passes) = try await follow(TrainingProgram(facts)) { step in
                guard case .leaveOut(let place) = step else { return try await machine.perform(step) }
                let (next, left) = try machine.leavingOut(
                    of: place, kept.map { own[$0] }, names: kept.map { "c\($0)" })
                machine = next
                if let left { kept.remove(at: left) }
                return nil
            }
            return Ended(
                party: party, results: machine.results, end: end, passes: passes,
                views: [0: active.view, 1: helper.view], logs: [0: active.plain, 1: helper.plain],
                kept: kept)
        }
        let peer = exchange(1 - party)
        let others = (2..<counts.count).map(exchange)
        let ended = try await SimulatedFitTests.Party(
            role: party == 0 ? .active : .passive, facts: facts, own: own(party), rows: party == 0 ? rows : nil,
            heldOut: heldOut(party)
        ).run(over: peer, others: others)
        var views = [1 - party: ended.view]
        for (index, other) in others.enumerated() { views[index + 2] = other.view }
        return Ended(
            party: party, results: ended.results, end: ended.end, passes: ended.passes, views: views, kept: ended.kept)
    }

    private func follow(
        _ program: TrainingProgram, _ perform: (TrainingStep) async throws -> Double?
    ) async throws -> (TrainingProgram.End, Int) {
        var (opened, done) = ([Double](), 0)
        while true {
            let next = program.continuation(after: opened)
            for step in next.steps[done...] {
                if let number = try await perform(step) { opened.append(number) }
            }
            done = next.steps.count
            if let end = next.end { return (end, next.passes) }
        }
    }
}

extension SimulatedSeveral {
    /// The pooled table of two parties, split anew.
    init(_ data: SimulatedFitTests.Case, counts: [Int], weakness: Weakness = Weakness()) {
        self.init(
            columns: data.active + data.passive, label: data.label, counts: counts, offset: data.offset,
            weight: data.weight, risk: data.risk, mostEvents: data.mostEvents,
            curvePoints: data.times.count * data.curveStrata, weakness: weakness)
    }
}
