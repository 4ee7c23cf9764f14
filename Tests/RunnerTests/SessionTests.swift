import Jobs
import ProtocolKit
import Records
import Site
import TestSupport
import Testing
import Transcript
import Wire

@testable import Runner

@Suite struct SessionTests {
    private let folder: TemporaryFolder
    private let file: JobFile
    private let table: PartyTable

    init() throws {
        folder = try TemporaryFolder()
        file = try SmallJob.file()
        table = try SmallJob.table(file.job, in: folder)
    }

    private func inputs(_ session: any SiteProtocol) -> JobInputs {
        JobInputs(file, for: session, own: file.job.active, peer: file.job.passive, table: table)
    }

    /// Sessions of two purposes under one job never pass for each other.
    @Test func termsNameThePurpose() {
        let terms = SiteProtocols.all.map { SessionTerms(inputs($0), attempt: 3) }
        #expect(Set(terms.map(\.jobHash)).count == terms.count)
        #expect(terms.allSatisfy { $0.role == "active" && $0.peerRole == "passive" && $0.attempt == 3 })
        #expect(SessionTerms(inputs(FitProtocol()), attempt: 0).jobHash == file.job.hash)
    }

    /// Cells are committed to only where a session computes with them.
    @Test func commitmentsFollowThePurpose() throws {
        #expect(try inputs(FitProtocol()).commitments().map(\.item.label) == ["identifiers", "rows"])
        #expect(try inputs(CountProtocol()).commitments().map(\.item.label) == ["identifiers"])
        let made = try inputs(FitProtocol()).commitments()
        let salts = Dictionary(uniqueKeysWithValues: made.map { ($0.item.label, $0.masterSalt) })
        #expect(try inputs(FitProtocol()).commitments(salts: salts).map(\.item) == made.map(\.item))
        #expect(try inputs(FitProtocol()).commitments().map(\.item) != made.map(\.item))
    }

    /// One cell changed: another commitment to the rows, the same one to the identifiers.
    @Test func committedRowsHoldEveryCell() throws {
        let salts = ["identifiers": [UInt8](repeating: 1, count: 32), "rows": [UInt8](repeating: 2, count: 32)]
        let before = try inputs(FitProtocol()).commitments(salts: salts).map(\.item)
        let changed = try SmallJob.table(file.job, csv: SmallJob.csv.replacing("45", with: "46"), in: folder)
        let after = try JobInputs(
            file, for: FitProtocol(), own: file.job.active, peer: file.job.passive, table: changed
        )
        .commitments(salts: salts).map(\.item)
        #expect(before[0] == after[0] && before[1] != after[1])
        #expect(table.committedColumns == ["id", "age", "outcome"])
        // u32 length || UTF-8, of id, age, outcome
        #expect(try table.committedRows()[0] == [0, 0, 0, 2, 0x50, 0x31, 0, 0, 0, 2, 0x32, 0x30, 0, 0, 0, 1, 0x30])
    }

    @Test func planOfEachPurposeNamesItsMessages() {
        func names(_ session: any SiteProtocol) -> Set<String> {
            Set(session.plan(for: file.job).names.values)
        }
        #expect(names(AlignmentProtocol()).isStrictSubset(of: names(FitProtocol())))
        #expect(names(AlignmentProtocol()).isStrictSubset(of: names(PredictionProtocol())))
        #expect(!names(CountProtocol()).isSubset(of: names(FitProtocol())))
        // What a session may say has a name for those who look at one message.
        for session in SiteProtocols.all {
            let described = Set(session.descriptions.flatMap(\.steps).map(\.name))
            let own = session.plan(for: file.job).types.filter { $0.protocolID != 0 }
            #expect(own.allSatisfy { MessageNames.everyProtocol.name(of: $0).hasPrefix("message ") == false })
            #expect(!described.isEmpty)
        }
    }

    @Test func greetingIsLookedAtAndDelivered() async throws {
        let (one, other) = InProcessPeerChannel.pair()
        async let b = result { try await Sides(protocols: []).openB(one) }
        let peeked = try await PeekedChannel(peeking: other)
        #expect(peeked.jobHash == Bytes32(hashing: Array("job".utf8)))
        let first = try await peeked.receive()
        #expect(first.first == 1)
        await peeked.close()
        #expect(await b.wireError != nil)
    }

    @Test func noiseIsNoGreeting() async throws {
        for frame in [[], [1], [2, 0], [UInt8](repeating: 1, count: 80)] as [[UInt8]] {
            let (one, other) = InProcessPeerChannel.pair()
            try await one.send(frame)
            let peeked = try await PeekedChannel(peeking: other)
            #expect(peeked.jobHash == nil)
            #expect(try await peeked.receive() == frame)
        }
    }

    @Test func recorderCountsBothDirections() throws {
        let inner = MemoryRecorder()
        let recorder = CountingRecorder(inner)
        _ = try recorder.append([1, 2], payload: [3], to: .outgoing)
        _ = try recorder.append([1], payload: [], to: .outgoing)
        #expect(recorder.total(.outgoing) == 4 && recorder.total(.incoming) == 0)
        #expect(recorder.head(of: .outgoing) == inner.head(of: .outgoing))
        #expect(inner.entries(of: .outgoing).count == 2)
    }

    @Test func progressIsALineWithItsTime() {
        let notebook = Notebook()
        ProgressReporter(observer: notebook).say("aligned 3 rows with lab")
        #expect(notebook.lines.count == 1)
        #expect(notebook.lines.first?.hasSuffix(" s  aligned 3 rows with lab") == true)
    }
}
