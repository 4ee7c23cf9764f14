import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// What lies on the disk of a process that was killed, at every record that it wrote or received.
@Suite struct CrashTests {
    @Test(arguments: [PayloadStorage.full, .pruned])
    func aKilledProcessLeavesWhatVerifiesUpToItsLastCheckpoint(storage: PayloadStorage) async throws {
        let copies = try TemporaryFolder()
        let toy = try await ToyTranscripts(storage: storage) { SnapshotRecorder($0, into: copies.path) }
        #expect(verify(toy.hospital).failure == nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: copies.path).sorted()
        // Three questions, six answers, a checkpoint's four messages, two closings, two receipts.
        #expect(names.count == 17)
        for name in names {
            let folder = "\(copies.path)/\(name)"
            let report = verify(folder)
            #expect(report.verdict == .notClosed, "\(name): \(outcomeName(report))")
            // Everything countersigned still is.
            for sizes in try #require(report.summary).checkpoints.values { #expect(!sizes.isEmpty) }
            for check in [Check.t05, .t16, .t17] {
                #expect(report.findings.first { $0.check == check }?.status == .passed, "\(name) \(check)")
            }
            // Killed while it wrote that record: the log ends within it.
            let sent = name.hasSuffix("outgoing")
            let log = "\(folder)/log/\(sent ? "hospital~lab" : "lab~hospital").log"
            let whole = try #require(FileManager.default.contents(atPath: log))
            for cut in [1, 40, 100] {
                try whole.dropLast(cut).write(to: URL(fileURLWithPath: log))
                let torn = verify(folder)
                #expect(torn.verdict == .notClosed, "\(name) less \(cut): \(outcomeName(torn))")
                #expect(torn.findings.first { $0.check == .t01 }?.error == "tornLog")
            }
        }
    }
}

/// Copies the hospital's folder after each record that follows the first checkpoint.
private final class SnapshotRecorder: Recorder {
    private let inner: TranscriptWriter
    private let target: String
    private let state = Mutex((checkpoints: 0, copies: 0))

    init(_ inner: TranscriptWriter, into target: String) {
        self.inner = inner
        self.target = target
    }

    func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        let head = try inner.append(record, payload: payload, to: direction)
        try state.withLock { state in
            guard state.checkpoints >= 2, inner.layout.folder.hasSuffix("hospital") else { return }
            state.copies += 1
            let number = String(state.copies + 100).dropFirst()
            try FileManager.default.copyItem(
                atPath: inner.layout.folder, toPath: "\(target)/\(number)-\(direction)")
        }
        return head
    }

    func begin(_ session: SessionDescription) throws { try inner.begin(session) }
    func head(of direction: Direction) -> TreeHead { inner.head(of: direction) }
    func root(of direction: Direction, at size: UInt64) -> Bytes32? { inner.root(of: direction, at: size) }
    func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? { inner.leaf(of: direction, at: sequence) }
    func keep(checkpoint note: String, of direction: Direction) throws {
        try inner.keep(checkpoint: note, of: direction)
        state.withLock { $0.checkpoints += 1 }
    }
    func keep(equivocation notes: [String]) throws { try inner.keep(equivocation: notes) }
}
