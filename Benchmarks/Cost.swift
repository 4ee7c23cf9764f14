import Bignum
import Foundation
import Paillier
import PrivateSetIntersection
import Records
import SplitRegression

/// What a job takes, counted from the plans that its parties would follow, at prices measured now:
///
/// `benchmark cost --rows 100000 --columns 15+15 --bits 2048 --family logistic --nodes 1 --cores 2 --line 1000`
///
/// Columns are those of each party, the active one's first and without the constant; three numbers are three parties. `--columns 30
/// --parties 3` deals them out. More options are in `Benchmarks/README.md`.
struct Cost {
    var rows = 100_000
    var identifiers: Int?
    var columns = [15, 15]
    var bits = 2048
    var nonces = NonceLength.short
    var family = ModelFamily.logistic
    var course = AssumedCourse(passes: 6, refreshes: 1)
    var events: Int?
    var heldOut = 0
    var l2 = 0.0
    var opensFit = false
    var hasErrors = true
    var alignment: AlignmentScheme? = .paillierOPRF
    var isFitted = true
    var cluster = Cluster()
    var isTypical = false
    var isTable = false

    /// - Parameter arguments: after the topic's name.
    init(_ arguments: [String]) throws {
        var parties: Int?
        var (passes, refreshes, isHard, isLong) = (6, 1, false, false)
        var rest = arguments.makeIterator()
        func number<Value: LosslessStringConvertible>(_ name: String) throws -> Value {
            guard let value = rest.next().flatMap({ Value($0) }) else { throw CostOptionError(option: name) }
            return value
        }
        while let option = rest.next() {
            switch option {
            case "--rows": rows = try number(option)
            case "--bits": bits = try number(option)
            case "--identifiers": identifiers = try number(option)
            case "--columns":
                let text: String = try number(option)
                columns = text.split(separator: "+").compactMap { Int($0) }
            case "--parties": parties = try number(option)
            case "--family":
                guard let found = ModelFamily(rawValue: try number(option)) else {
                    throw CostOptionError(option: option)
                }
                family = found
            case "--passes": passes = try number(option)
            case "--refreshes": refreshes = try number(option)
            case "--hard": isHard = true
            case "--long": isLong = true
            case "--events": events = try number(option)
            case "--held-out": heldOut = try number(option)
            case "--l2": l2 = try number(option)
            case "--fit-statistics": opensFit = true
            case "--no-errors": hasErrors = false
            case "--nonces": nonces = try number(option) == "half" ? .half : .short
            case "--alignment":
                let text: String = try number(option)
                alignment = text == "none" ? nil : text == "ecdh" ? .curve : .paillierOPRF
                isFitted = text != "only"
            case "--nodes": cluster.nodes = try number(option)
            case "--cores": cluster.cores = try number(option)
            case "--line": cluster.line = try number(option)
            case "--delay": cluster.delay = try number(option)
            case "--typical": isTypical = true
            case "--table": isTable = true
            default: throw CostOptionError(option: option)
            }
        }
        course = AssumedCourse(passes: passes, refreshes: refreshes, isHard: isHard, isLong: isLong)
        if let parties, columns.count != parties { columns = Self.dealt(columns.reduce(0, +), over: parties) }
        guard columns.count >= 2, columns.dropFirst().allSatisfy({ $0 > 0 }), rows > 0 else {
            throw CostOptionError(option: "--columns")
        }
    }

    private static func dealt(_ columns: Int, over parties: Int) -> [Int] {
        (0..<parties).map { columns / parties + ($0 < columns % parties ? 1 : 0) }
    }

    var plan: TrainingPlan {
        TrainingPlan(
            family: family, mostEvents: events, activeColumns: columns[0] + 1, passiveColumns: columns[1],
            otherColumns: Array(columns.dropFirst(2)), l2: l2, keyBits: bits, nonces: nonces,
            standardErrors: hasErrors && l2 == 0, revealScores: false, revealFit: opensFit)
    }

    func run() throws {
        let prices =
            isTypical
            ? WorkPrices.typical(keyBits: bits, nonces: nonces, relativeCost: ArithmeticPath.current.relativeCost)
            : try WorkPrices.measured(bits: bits, nonces: nonces)
        print("prices, microseconds (\(isTypical ? "typical" : "measured now"), \(ArithmeticPath.current.rawValue)):")
        print(prices.text)
        guard isTable else { return try report(prices) }
        print(
            "\n" + pad("rows", 12) + pad("nodes", 8) + pad("core s, all", 14) + pad("by the clock", 16)
                + pad("bytes", 12)
                + pad("on the line", 14) + "memory a node")
        for rows in [100_000, 1_000_000, 10_000_000] {
            for nodes in [1, 8, 64] {
                var cost = self
                (cost.rows, cost.identifiers, cost.cluster.nodes) = (rows, rows, nodes)
                print(pad("\(rows)", 12) + pad("\(nodes)", 8) + cost.line(prices))
            }
        }
    }

    /// By phase, in their order.
    private func phases() throws -> (phases: [CostPhase], memory: (fixed: Double, rows: Double)) {
        var result: [CostPhase] = []
        let own = identifiers ?? rows
        if let alignment {
            let pair = try Workload(aligning: alignment, keyBits: bits, sender: own, receiver: own, common: rows)
            result.append(CostPhase(name: "alignment", work: pair * Double(columns.count - 1), alone: Workload()))
        }
        guard isFitted else { return (result, (180e6, Double(own) * 300)) }
        guard let training = try TrainingWork(plan, rows: rows, heldOut: heldOut, course: course) else {
            throw CostOptionError(option: "--passes")
        }
        for phase in TrainingWork.Phase.allCases {
            guard let work = training.work[phase] else { continue }
            result.append(
                CostPhase(name: phase.rawValue, work: work, alone: training.matrices[phase] ?? Workload()))
        }
        return (result, training.memory)
    }

    private func report(_ prices: WorkPrices) throws {
        let (phases, memory) = try phases()
        print(
            "\n" + pad("phase", 14) + pad("products", 12) + pad("MB", 10) + pad("messages", 11) + pad("turns", 8)
                + pad("core s", 10) + pad("computing s", 13) + "line s")
        for phase in phases + [CostPhase(phases)] {
            print(
                pad(phase.name, 14) + pad(String(format: "%.3g", phase.work.evaluatorProducts), 12)
                    + pad(String(format: "%.1f", phase.work.bytes / 1e6), 10)
                    + pad(String(format: "%.0f", phase.work.messages), 11)
                    + pad(String(format: "%.0f", phase.work.roundTrips), 8)
                    + pad(String(format: "%.2f", prices.seconds(phase.work)), 10)
                    + pad(String(format: "%.1f", cluster.seconds(phase, prices)), 13)
                    + String(format: "%.1f", cluster.lineSeconds(phase.work)))
        }
        print("memory of a node of the party that holds most: about \(Self.bytes(cluster.memory(memory)))")
        if cluster.nodes > 1 { print(Cluster.remark) }
    }

    private func line(_ prices: WorkPrices) -> String {
        do {
            let (phases, memory) = try phases()
            let all = CostPhase(phases)
            let computing = phases.reduce(0) { $0 + cluster.seconds($1, prices) }
            let line = cluster.lineSeconds(all.work)
            return pad(String(format: "%.0f", prices.seconds(all.work)), 14) + pad(Self.time(computing), 16)
                + pad(Self.bytes(all.work.bytes), 12) + pad(Self.time(line), 14) + Self.bytes(cluster.memory(memory))
        } catch { return "refused: \(error)" }
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<100: String(format: "%.0f s", seconds)
        case ..<6000: String(format: "%.0f min", seconds / 60)
        case ..<360_000: String(format: "%.1f h", seconds / 3600)
        default: String(format: "%.0f days", seconds / 86_400)
        }
    }

    private static func bytes(_ value: Double) -> String {
        value < 1e9 ? String(format: "%.0f MB", value / 1e6) : String(format: "%.1f GB", value / 1e9)
    }
}

/// An option without a value, or with one that says nothing.
struct CostOptionError: Error { let option: String }

/// A phase of a job, and what of it one machine does alone.
struct CostPhase {
    let name: String
    var work: Workload
    var alone: Workload

    init(name: String, work: Workload, alone: Workload) {
        (self.name, self.work, self.alone) = (name, work, alone)
    }

    /// The sum.
    init(_ phases: [CostPhase]) {
        self.init(
            name: "all", work: phases.reduce(Workload()) { $0 + $1.work },
            alone: phases.reduce(Workload()) { $0 + $1.alone })
    }
}

/// The machines of each party, and the line between the parties.
struct Cluster {
    var nodes = 1
    var cores = 2
    /// Mbit/s, of both directions together.
    var line = 1000.0
    /// Milliseconds there and back.
    var delay = 20.0

    static let remark =
        "with more nodes this is a model of moiety-mpi that was not run: batches are shared; matrices, keys, sums over risk sets, points of "
        + "the curve, and reading, checking and hashing what travels are rank 0's, and so are the table and all ciphertexts"

    /// By the clock: parties wait for each other, and what ranks do not share stays on one machine.
    func seconds(_ phase: CostPhase, _ prices: WorkPrices) -> Double {
        var serial = Workload()
        serial.singles = phase.work.singles
        var alone = phase.alone
        (alone.keys, alone.bases) = (phase.work.keys, phase.work.bases)
        (alone.transfers, alone.points) = (phase.work.transfers, phase.work.points)
        alone.singles = 0
        let (one, few) = (prices.seconds(serial), prices.seconds(alone))
        let shared = max(0, prices.seconds(phase.work) - one - few)
        return one + few / Double(cores) + shared / Double(cores * nodes)
    }

    func lineSeconds(_ work: Workload) -> Double { work.bytes * 8 / (line * 1e6) + work.roundTrips * delay / 1000 }

    /// Of rank 0: the others have the rows of one batch and the buckets of their sums.
    func memory(_ memory: (fixed: Double, rows: Double)) -> Double { memory.fixed + memory.rows }
}

extension WorkPrices {
    /// Microseconds, a line each.
    var text: String {
        [
            ("key, made and proved", key), ("own bases of an evaluator", bases), ("encryption", encryption),
            ("decryption", decryption), ("mask", mask), ("mask without bases", fullMask),
            ("transfer of a ciphertext", transfer), ("product of powers", power), ("product of tables", table),
            ("product of buckets", bucket), ("single product", single), ("product of the group", groupProduct),
            ("product on the curve", point),
        ].map { "  \(pad($0.0, 26))\(format($0.1 * 1e6))" }.joined(separator: "\n")
    }
}
