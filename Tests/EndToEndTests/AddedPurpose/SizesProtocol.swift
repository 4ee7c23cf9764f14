import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
import Runner
import Site
import Wire

// The worked example of CONTRIBUTING.md: a purpose of its own, in one file. Each party tells the other how many usable rows it has,
// which its commitment says too, and nothing else.

/// u64 rows
private struct SizeMessage: Message {
    static let type = MessageType(rawValue: 0x0801)
    static let name = "size"
    let rows: UInt64

    init(rows: UInt64) { self.rows = rows }
    init(from decoder: inout Decoder) throws(WireError) { rows = try decoder.readUInt64() }
    func encode(into encoder: inout Encoder) { encoder.write(rows) }
}

extension ProtocolVersion {
    fileprivate static let sizes = ProtocolVersion(id: 8, version: 1)
}

extension ProtocolDescription {
    fileprivate static let sizes = ProtocolDescription(
        name: "sizes", version: .sizes,
        flow: .sequence([
            .step(ProtocolStep("size", sender: "active", type: SizeMessage.type, maximumPayload: 8)),
            .step(
                ProtocolStep(
                    "size", sender: "passive", type: SizeMessage.type, answers: .message(SizeMessage.type),
                    maximumPayload: 8)),
        ]))
}

/// T10: each party says the number of rows that it committed to.
private struct SizeInspector: PayloadInspector {
    let checks = ["T10"]
    private var committed: [String: UInt64] = [:]

    mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard let payload else { return }
        switch record.type {
        case .commitments: committed[record.from] = (try? InputCommitments(payload: payload))?.items.first?.count
        case SizeMessage.type:
            guard let said = try? SizeMessage(payload: payload), said.rows == committed[record.from] else {
                throw InspectionFailure(
                    check: "T10", name: "wrongCount", sentence: "\(record.from) says another size than it committed to."
                )
            }
        default: return
        }
    }

    mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}
}

/// One site's side of a session.
struct SizesWork: SessionWork {
    let setup: WorkSetup
    /// Of a party that lies about its size, for a test.
    var boast: UInt64 = 0

    func run(over session: Session) async throws -> [String: Int] {
        let set = try await setup.opening.run(over: session)
        // Before anything is said: a session is debited like an alignment of as many identifiers.
        try setup.books.open(SetSizes(own: own, peer: Int(clamping: set.count)), set: set.root)
        let message = SizeMessage(rows: UInt64(own) + boast)
        if setup.inputs.own.role == .active { try await session.send(message) }
        let peer = try await session.receive(SizeMessage.self)
        if setup.inputs.own.role == .passive { try await session.send(message) }
        return ["own": own, "peer": Int(clamping: peer.rows)]
    }

    private var own: Int { setup.inputs.table.identifiers.count }

    func facts(of sizes: [String: Int], salt: Bytes32) throws -> ResultFacts {
        let smaller = Int64(sizes.values.min() ?? 0)
        var encoder = Encoder()
        encoder.write(smaller)
        return ResultFacts(try encoder.finish(), salt: salt, counts: ["smaller": smaller])
    }
}

/// Everything that the program knows about the purpose.
struct SizesProtocol: SiteProtocol {
    var boast: UInt64 = 0

    var purpose: SessionPurpose { SessionPurpose("sizes") }
    var phrase: String { "an exchange of sizes" }
    var versions: [ProtocolVersion] { [.sizes] }
    var descriptions: [ProtocolDescription] { [.sizes] }
    var commitments: Set<String> { ["identifiers"] }
    var counts: Set<String> { ["smaller"] }
    var disclosure: Disclosure { [] }
    var phases: [LeakagePhase] { [.session, .sizes, .early] }

    func plan(for job: Job) -> ProtocolPlan {
        let names = [job.active.name, job.passive.name]
        return ProtocolPlan([
            .init(.opening, ofEach: names),
            .init(.sizes, parties: ["active": names[0], "passive": names[1]]),
        ])
    }

    func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] { [SizeInspector()] }

    func leakage(of job: Job, rows: Int?) -> [LeakageTable.Row] {
        [job.active.name, job.passive.name].map { party in
            LeakageTable.Row(
                phase: .sizes, party: party, sends: ["how many usable rows it has"],
                learns: ["how many usable rows the other party has"])
        }
    }

    func work(_ setup: WorkSetup) -> SizesWork { SizesWork(setup: setup, boast: boast) }

    func results(of finished: FinishedSession<[String: Int]>) throws -> [ResultFile] {
        let lines = finished.result.sorted { $0.key < $1.key }.map { "\($0.key),\($0.value)\n" }
        return [ResultFile("sizes.csv", Array(("party,rows\n" + lines.joined()).utf8))]
    }

    func details(of sizes: [String: Int]) -> [String: String] { sizes.mapValues { "\($0)" } }
}

extension LeakagePhase {
    fileprivate static let sizes = LeakagePhase("sizes", title: "When sizes are exchanged")
}
