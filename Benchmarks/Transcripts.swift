import Bignum
import Foundation
import Jobs
import Paillier
import PrivateSetIntersection
import ProtocolKit
import Records
import SplitRegression
import Synchronization
import Transcript
import Wire

/// A whole job, alignment and training, both parties in this process, each with a transcript that keeps all payloads: what
/// recording costs of the job's CPU time, and what verifying one copy costs, in a process of its own.
///
/// `MOIETY_TRANSCRIPT_SIZE` is `rows x active + passive`, "100000x3+3" by default, a linear job; "10000x3+3:logistic" is a logistic one.
/// With `MOIETY_WITHOUT_INSPECTION` the sessions have no inspectors: the difference of CPU time is what they cost.
let transcripts = Topic(name: "transcripts") { bits in
    let text = ProcessInfo.processInfo.environment["MOIETY_TRANSCRIPT_SIZE"] ?? "100000x3+3"
    let parts = text.split(separator: ":")
    let numbers = parts[0].split { $0 == "x" || $0 == "+" }.compactMap { Int($0) }
    guard numbers.count == 3 else { throw WrongResult.training }
    let plan = transcriptPlan(
        parts.count > 1 ? .logistic : .linear, columns: (numbers[1], numbers[2]), bits: bits)
    if let folder = ProcessInfo.processInfo.environment["MOIETY_VERIFY_FOLDER"] {
        try verifyTranscript(folder, plan)
        return
    }
    let folder = NSTemporaryDirectory() + "moiety-benchmark-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try blocking { try await measureRecording(folder, rows: numbers[0], plan) }
    fflush(nil)
    let child = Process()
    child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    child.arguments = ["transcripts", "--bits", "\(bits)", "--path", ArithmeticPath.current.rawValue]
    var environment = ProcessInfo.processInfo.environment
    environment["MOIETY_VERIFY_FOLDER"] = "\(folder)/hospital"
    environment["MOIETY_TRANSCRIPT_SIZE"] = text
    child.environment = environment
    try child.run()
    child.waitUntilExit()
}

private func transcriptPlan(_ family: ModelFamily, columns: (Int, Int), bits: Int) -> TrainingPlan {
    TrainingPlan(
        family: family, activeColumns: columns.0 + 1, passiveColumns: columns.1, keyBits: bits, standardErrors: true,
        revealScores: false, revealFit: true)
}

private func measureRecording(_ folder: String, rows: Int, _ plan: TrainingPlan) async throws {
    let job = try Job(yaml: JobTemplate.text())
    let (one, other) = InProcessPeerChannel.pair()
    let (keyA, keyB) = (SigningKey(), SigningKey())
    let (activeDesign, passiveDesign, label) = try cohort(rows, plan)
    let identifiers = (0..<rows).map { Array("person-\($0)".utf8) }
    let start = processorSeconds()
    async let passive = recordSide(
        RecordedSide(
            folder: "\(folder)/lab", name: "lab", peer: "hospital", key: keyB, peerKey: keyA.publicKey, channel: other,
            identifiers: identifiers, design: passiveDesign, label: nil), job, plan)
    let active = try await recordSide(
        RecordedSide(
            folder: "\(folder)/hospital", name: "hospital", peer: "lab", key: keyA, peerKey: keyB.publicKey,
            channel: one, identifiers: identifiers, design: activeDesign, label: label), job, plan)
    let recording = try await active.seconds + passive.seconds
    let total = processorSeconds() - start
    // A session hashes each payload at both ends, whether or not anything is kept.
    let block = [UInt8](repeating: 7, count: 1 << 24)
    let perByte = leastTime { _ = Bytes32(hashing: block) } / Double(block.count)
    let hashing = perByte * 2 * Double(active.bytes)
    print("\(plan.family.rawValue), \(plan.keyBits) bits")
    print("rows \(rows), parameters \(plan.activeColumns) + \(plan.passiveColumns)")
    print("records \(active.records), MiB \(active.bytes >> 20)")
    print("inspected while it ran           " + (withoutInspection ? "no" : "yes"))
    print("job, both parties, CPU s         " + format(total))
    print("recorders, both, CPU s           " + format(recording) + "  = " + format(100 * recording / total) + " %")
    print("hashing of payloads, both, CPU s " + format(hashing) + "  = " + format(100 * hashing / total) + " %")
    print("peak MiB of the job              " + format(peakMemory()))
}

private struct RecordedSide: Sendable {
    let folder: String
    let name: String
    let peer: String
    let key: SigningKey
    let peerKey: VerifyingKey
    let channel: InProcessPeerChannel
    let identifiers: [[UInt8]]
    let design: DesignMatrix
    let label: [Double]?

    var role: String { label == nil ? "passive" : "active" }
    var peerRole: String { label == nil ? "active" : "passive" }
}

private func recordSide(
    _ side: RecordedSide, _ job: Job, _ plan: TrainingPlan
) async throws -> (seconds: Double, records: Int, bytes: Int) {
    let writer = try TranscriptWriter(folder: side.folder, storage: .full)
    try writer.addJob(yaml: JobTemplate.text(), canonical: job.canonical)
    let recorder = TimedRecorder(writer)
    let approval = try Jobs.Approval(
        job: job.hash.hex, site: side.name, person: "Ada", time: "2020-01-01T00:00:00Z", meaning: "approved"
    ).signed(by: side.key)
    let inspecting: @Sendable (SessionDescription) throws -> [any PayloadInspector] = {
        try inspectors(job, plan, $0)
    }
    let session = try await Session.open(
        over: side.channel, as: LocalParty(name: side.name, identity: side.key),
        expecting: PeerIdentity(name: side.peer, publicKey: side.peerKey),
        terms: SessionTerms(
            jobHash: job.hash, role: side.role, peerRole: side.peerRole, protocols: [.alignment, .training]),
        seed: SessionSeed(), recorder: recorder, inspectors: withoutInspection ? nil : inspecting)
    try writer.addApproval(of: side.name, note: approval)
    let passes = try await session.run { session in
        try writer.addApproval(of: side.peer, note: try await session.exchangeApprovals(approval))
        let items = try ["identifiers", "rows"].map {
            try InputCommitment(label: $0, values: side.identifiers).item
        }
        _ = try await session.exchangeCommitments(items)
        try await session.checkpoint()
        let settings = AlignmentSettings(keyBits: plan.keyBits, role: side.label == nil ? .sender : .receiver)
        let rows = try await Alignment.run(side.identifiers, over: session, settings: settings).rowIndices
        guard rows.count == side.identifiers.count else { throw WrongResult.intersection }
        try await session.checkpoint()
        let input = Training.Input(design: side.design)
        let outcome: TrainingOutcome
        if let label = side.label {
            outcome = try await Training.active(input, label: label, plan: plan, over: session)
        } else {
            outcome = try await Training.passive(input, plan: plan, over: session)
        }
        try await session.close()
        return outcome.summary.passes
    }
    let rows = Int64(side.identifiers.count)
    try writer.finish(
        session, resultCommitment: .zero,
        counts: ["rows": rows, "fitted": rows, "passes": Int64(passes), "converged": 1])
    return recorder.measured
}

private let withoutInspection = ProcessInfo.processInfo.environment["MOIETY_WITHOUT_INSPECTION"] != nil

/// Those of a session that runs.
private func inspectors(
    _ job: Job, _ plan: TrainingPlan, _ session: SessionDescription
) throws -> [any PayloadInspector] {
    let (moduli, duplicates, local) = (ModulusRegister(), DuplicateFilter(), session.local.name)
    return [
        OpeningInspector(job: job.hash, committed: ["identifiers", "rows"], parties: [session.local, session.peer]),
        TrainingInspector(
            session: session.id, active: "hospital", moduli: moduli, duplicates: duplicates, local: local
        ) { _ in plan },
        try AlignmentInspector(
            keyBits: plan.keyBits, session: session.id, moduli: moduli, duplicates: duplicates, local: local),
        CommittedSetInspector(),
    ]
}

/// The fit's protocol with the training plan of the benchmark.
private struct TimedFit: SessionProtocol {
    let training: TrainingPlan

    var purpose: SessionPurpose { .fit }
    var phrase: String { "a fit" }
    var versions: [ProtocolVersion] { [.alignment, .training] }
    var descriptions: [ProtocolDescription] { [.alignment, .training(training.family)] }
    var commitments: Set<String> { ["identifiers", "rows"] }
    var counts: Set<String> { ["rows", "fitted", "passes", "parameters", "converged"] }
    var hasMetrics: Bool { true }
    var disclosure: Disclosure { .model }
    var phases: [LeakagePhase] { [] }

    func plan(for job: Job) -> ProtocolPlan {
        ProtocolPlan([
            ProtocolPlan.Part(.opening, ofEach: ["hospital", "lab"]),
            ProtocolPlan.Part(.alignment, parties: ["sender": "lab", "receiver": "hospital"]),
            ProtocolPlan.Part(.checkpoint, ofEach: ["hospital", "lab"]),
            ProtocolPlan.Part(.training(training.family), parties: ["active": "hospital", "passive": "lab"]),
        ])
    }

    func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        [
            TrainingInspector(session: session.session, active: "hospital") { _ in training },
            try AlignmentInspector(keyBits: training.keyBits, session: session.session),
        ]
    }
}

private func verifyTranscript(_ folder: String, _ training: TrainingPlan) throws {
    let options = Verifier.Options(registry: SessionRegistry([TimedFit(training: training)]))
    let (start, wall) = (processorSeconds(), Date())
    let report = Verifier(folder: folder, options: options).verify()
    print("verify, CPU s                    " + format(processorSeconds() - start))
    print("verify, wall s                   " + format(-wall.timeIntervalSinceNow))
    print("verify, peak MiB                 " + format(peakMemoryOfThisProgram()))
    print(report.verdict.rawValue + (report.failure.map { " \($0.check.rawValue) \($0.error ?? "")" } ?? ""))
}

/// Highest resident memory since this program started, MiB; `getrusage` counts what the process was before too.
private func peakMemoryOfThisProgram() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split { !$0.isNumber }.first.flatMap { Double($0) } ?? 0) / 1024
}

/// Another recorder, and the CPU time of the thread while it is at work.
private final class TimedRecorder: Recorder {
    private let inner: TranscriptWriter
    private let totals = Mutex<(seconds: Double, records: Int, bytes: Int)>((0, 0, 0))

    init(_ inner: TranscriptWriter) { self.inner = inner }

    var measured: (seconds: Double, records: Int, bytes: Int) { totals.withLock { $0 } }

    private func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = threadSeconds()
        defer {
            let seconds = threadSeconds() - start
            totals.withLock { $0.seconds += seconds }
        }
        return try body()
    }

    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }

    func begin(_ session: SessionDescription) throws { try inner.begin(session) }
    func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        totals.withLock { totals in
            totals.records += 1
            totals.bytes += payload.count
        }
        return try timed { try inner.append(record, payload: payload, to: direction) }
    }
    func head(of direction: Direction) -> TreeHead { inner.head(of: direction) }
    func root(of direction: Direction, at size: UInt64) -> Bytes32? { inner.root(of: direction, at: size) }
    func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? { inner.leaf(of: direction, at: sequence) }
    func keep(checkpoint note: String, of direction: Direction) throws {
        try timed { try inner.keep(checkpoint: note, of: direction) }
    }
    func keep(equivocation notes: [String]) throws { try inner.keep(equivocation: notes) }
}

/// Uniform columns and a label that follows from them.
private func cohort(
    _ rows: Int, _ plan: TrainingPlan
) throws -> (active: DesignMatrix, passive: DesignMatrix, label: [Double]) {
    var generator = SystemRandomNumberGenerator()
    var label = Array(repeating: 0.0, count: rows)
    func design(_ count: Int) throws -> DesignMatrix {
        var text = "id," + (0..<count).map { "c\($0)" }.joined(separator: ",") + "\n"
        for row in 0..<rows {
            text += "p\(row)"
            for _ in 0..<count {
                let value = Double.random(in: -2...2, using: &generator)
                label[row] += value
                text += "," + String(Int(value * 65_536))
            }
            text += "\n"
        }
        let table = try Table.read(csv: Array(text.utf8), named: "synthetic")
        let identifiers = try table.identifiers(IdentifierRule(column: "id", normaliser: .raw))
        return try DesignMatrix(
            try table.rows(at: Array(0..<rows), of: identifiers), columns: (0..<count).map { .numeric("c\($0)") },
            fractionBits: plan.family.featureFractionBits)
    }
    let active = try design(plan.activeColumns - 1)
    let passive = try design(plan.passiveColumns)
    for row in label.indices {
        label[row] += Double.random(in: -4...4, using: &generator)
        if plan.family == .logistic { label[row] = label[row] > 0 ? 1 : 0 }
    }
    return (active, passive, label)
}
