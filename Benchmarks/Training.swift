import Bignum
import Foundation
import Paillier
import Records
import SplitRegression
import Synchronization
import Wire

/// Logistic training, both parties in this process over an in-process channel: keys and proofs, then the steps of one pass alone
/// (predictor, residuals, gradient), or where `MOIETY_TRAIN_SIZES` says `fit`, the whole fit with standard errors, whose first pass
/// stands with the start before it.
///
/// Sizes are `rows x active + passive`: "20000x20+20:fit,100000x30+300". Columns are normal deviates, the costliest kind: every entry
/// has all its bits. Default: a pass over 10^4 x (30 + 300), and a fit of 20,000 x (20 + 20) with vector instructions.
/// `MOIETY_NONCES=half` takes half nonces.
let training = Topic(name: "training") { bits in
    print(
        pad("sizes", 24) + pad("passes", 8) + pad("before, CPU s", 14) + pad("a pass, CPU s", 15) + pad("wall s", 9)
            + pad("products a row", 16) + pad("all, CPU s", 12) + pad("MiB sent by", 22) + "peak MiB")
    for size in trainingSizes { try blocking { try await measureTraining(size, bits: bits) } }
}

private struct TrainingSize: Sendable {
    var rows: Int
    var active: Int
    var passive: Int
    var wholeFit: Bool

    init?(_ text: Substring) {
        let parts = text.split(separator: ":")
        let numbers = parts[0].split { $0 == "x" || $0 == "+" }.compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        (rows, active, passive) = (numbers[0], numbers[1], numbers[2])
        wholeFit = parts.count > 1
    }
}

private var trainingSizes: [TrainingSize] {
    let fallback = ArithmeticPath.current == .ifma ? "10000x30+300,20000x20+20:fit" : "2000x30+300"
    return (ProcessInfo.processInfo.environment["MOIETY_TRAIN_SIZES"] ?? fallback)
        .split(separator: ",").compactMap { TrainingSize($0) }
}

private func measureTraining(_ size: TrainingSize, bits: Int) async throws {
    let (activeDesign, passiveDesign, label) = try syntheticCohort(size)
    let (left, right) = InProcessPeerChannel.pair()
    let (activeChannel, passiveChannel) = (CountingChannel(left), CountingChannel(right))
    let (one, other) = (SigningKey(), SigningKey())
    async let opened = openTraining(activeChannel, "active", one, "passive", other.publicKey)
    let passive = try await openTraining(passiveChannel, "passive", other, "active", one.publicKey)
    let active = try await opened
    let plan = TrainingPlan(
        family: .logistic, activeColumns: size.active + 1, passiveColumns: size.passive, maximumPasses: 60,
        keyBits: bits, nonces: ProcessInfo.processInfo.environment["MOIETY_NONCES"] == "half" ? .half : .short,
        standardErrors: size.wholeFit, revealScores: false, revealFit: size.wholeFit)

    let marks = Mutex<[String: (processor: Double, wall: Date, products: Int)]>([:])
    let counter = ProductCount()
    let start = processorSeconds()
    @Sendable func mark(_ name: String) {
        marks.withLock { if $0[name] == nil { $0[name] = (processorSeconds() - start, Date(), counter.soFar) } }
    }
    let report: @Sendable (TrainingProgress) -> Void = { progress in
        switch progress {
        case .keysExchanged where size.wholeFit, .phase("pass"): mark("begun")
        case .pass(1, _): mark("pass")
        default: break
        }
    }
    var passes = 1
    if size.wholeFit {
        async let theirs = passive.run { session in
            try await Training.passive(Training.Input(design: passiveDesign), plan: plan, over: session)
        }
        passes = try await active.run { session in
            try await Training.active(
                Training.Input(design: activeDesign), label: label, plan: plan, over: session, progress: report)
        }.summary.passes
        _ = try await theirs
    } else {
        async let theirs: Void = passive.run { session in
            try await Training.pass(.passive, Training.Input(design: passiveDesign), plan: plan, over: session) { _ in }
        }
        try await active.run { session in
            try await Training.pass(
                .active, Training.Input(design: activeDesign), label: label, plan: plan, over: session, progress: report
            )
        }
        try await theirs
    }
    let all = processorSeconds() - start
    counter.stop()
    let (begun, pass) = marks.withLock { ($0["begun"], $0["pass"]) }
    guard let begun, let pass else { throw WrongResult.training }
    print(
        pad("\(size.rows) x (\(size.active) + \(size.passive))", 24) + pad(String(passes), 8)
            + pad(format(begun.processor), 14) + pad(format(pass.processor - begun.processor), 15)
            + pad(format(pass.wall.timeIntervalSince(begun.wall)), 9)
            + pad(format(Double(pass.products - begun.products) / Double(size.rows)), 16)
            + pad(size.wholeFit ? format(all) : "-", 12)
            + pad("\(activeChannel.mebibytes) + \(passiveChannel.mebibytes)", 22) + format(peakMemory()))
}

private func openTraining(
    _ channel: CountingChannel, _ role: String, _ key: SigningKey, _ peer: String, _ peerKey: VerifyingKey
) async throws -> Session {
    try await Session.open(
        over: channel, as: LocalParty(name: role, identity: key),
        expecting: PeerIdentity(name: peer, publicKey: peerKey),
        terms: SessionTerms(
            jobHash: Bytes32(hashing: Array("benchmark".utf8)), role: role, peerRole: peer, protocols: [.training]),
        seed: SessionSeed(), recorder: MemoryRecorder(keepsPayloads: false))
}

/// Normal deviates and a logistic label, through the same tables and checks as users' data.
private func syntheticCohort(
    _ size: TrainingSize
) throws -> (active: DesignMatrix, passive: DesignMatrix, label: [Double]) {
    var generator = SystemRandomNumberGenerator()
    func normal() -> Double {
        let u = Double.random(in: 0x1p-53..<1, using: &generator)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
    var predictor = Array(repeating: -0.5, count: size.rows)
    func table(_ columns: Int) throws -> AlignedRows {
        var text = "id," + (0..<columns).map { "c\($0)" }.joined(separator: ",") + "\n"
        for row in 0..<size.rows {
            text += "p\(row)"
            for column in 0..<columns {
                let value = normal()
                if column < 10 { predictor[row] += 0.15 * value }
                text += "," + String(Int(value * 65_536))
            }
            text += "\n"
        }
        let table = try Table.read(csv: Array(text.utf8), named: "synthetic")
        let identifiers = try table.identifiers(IdentifierRule(column: "id", normaliser: .raw))
        return try table.rows(at: Array(0..<size.rows), of: identifiers)
    }
    func design(_ columns: Int) throws -> DesignMatrix {
        try DesignMatrix(try table(columns), columns: (0..<columns).map { .numeric("c\($0)") })
    }
    let active = try design(size.active)
    let passive = try design(size.passive)
    let label = predictor.map { Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-$0)) ? 1.0 : 0.0 }
    return (active, passive, label)
}
