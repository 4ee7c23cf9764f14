import Foundation

@testable import Jobs
@testable import PrivateSetIntersection
@testable import Records
@testable import SplitRegression
@testable import Transcript
@testable import Wire

// libFuzzer's target for everything that reads bytes of a peer or of a stranger's file: `scripts/fuzz`. Each input goes to
// every decoder. None may trap, and what one accepts it must write again as the same bytes: one value, one encoding.

@_cdecl("LLVMFuzzerTestOneInput")
public func decodeEverything(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(unsafe UnsafeBufferPointer(start: data, count: count))
    for decode in decoders { decode(bytes) }
    if let text = String(validating: bytes, as: UTF8.self) {
        for decode in textDecoders { decode(text) }
    }
    return 0
}

/// Writes the records and payloads of the transcripts in `MOIETY_FUZZ_LOGS` (folders, separated by colons) into
/// `MOIETY_FUZZ_SEEDS`, a file each, then runs as usual.
@_cdecl("LLVMFuzzerInitialize")
public func makeSeeds(_ count: OpaquePointer?, _ arguments: OpaquePointer?) -> CInt {
    let environment = ProcessInfo.processInfo.environment
    guard let seeds = environment["MOIETY_FUZZ_SEEDS"], let folders = environment["MOIETY_FUZZ_LOGS"] else { return 0 }
    var number = 0
    func keep(_ bytes: [UInt8]) {
        number += 1
        try? Data(bytes).write(to: URL(fileURLWithPath: "\(seeds)/log-\(number)"))
    }
    for folder in folders.split(separator: ":").map(String.init) {
        let layout = TranscriptLayout(folder: folder)
        guard let parties = try? PartiesFile(folder: folder) else { continue }
        for (from, to) in parties.parties.flatMap({ one in parties.parties.map { (one, $0) } }) where from != to {
            guard var reader = try? LogReader(layout, TranscriptLayout.log(from: from.name, to: to.name)) else {
                continue
            }
            while case .entry(let entry)? = try? reader.next() {
                keep(entry.record)
                if let payload = entry.payload { keep(payload) }
            }
        }
    }
    return 0
}

private typealias Decode = @Sendable ([UInt8]) -> Void

/// Traps unless what was accepted has exactly the encoding that it came in.
private func expect(_ written: [UInt8]?, toBe bytes: [UInt8], _ what: String) {
    precondition(written == bytes, "\(what) accepts another encoding than it writes")
}

private func message<M: Message>(_ type: M.Type) -> Decode {
    { bytes in
        guard let message = try? M(payload: bytes) else { return }
        expect(try? message.encoded(), toBe: bytes, M.name)
    }
}

private let decoders: [Decode] = [
    // Frames, records, the session's messages.
    {
        if let frame = try? Frame(encoded: $0) { expect(try? frame.encoded, toBe: $0, "Frame") }
    },
    {
        if let record = try? Record(encoded: $0) { expect(try? record.encoded, toBe: $0, "Record") }
    },
    {
        if let hello = try? Hello(encoded: $0) { expect(try? hello.encoded, toBe: $0, "Hello") }
    },
    message(BindingMessage.self), message(AbortMessage.self), message(ApprovalMessage.self),
    message(InputCommitments.self), message(InputRoots.self), message(ModelCommitment.self),
    message(CheckpointMessage.self),
    message(CosignatureMessage.self),
    message(ClosingMessage.self),
    // Alignment and count.
    message(AlignmentOpening.self), message(VerifierParameters.self), message(SenderKey.self),
    message(EncryptedPRFKey.self), message(HashSalt.self), message(BlindedIdentifiers.self),
    message(Evaluations.self), message(SenderTags.self), message(MatchOutcome.self), message(MatchingTags.self),
    message(MatchProofs.self),
    message(OrderDigest.self), message(MaskedIdentifiers.self), message(MaskedTwice.self), message(CountOpening.self),
    message(MaskedByCounter.self),
    message(MaskedByHelper.self), message(CountTags.self), message(RoundedCount.self),
    // Training.
    message(TrainingSetup.self), message(TrainingParametersMessage.self), message(TrainingKeyMessage.self),
    message(TrainingBounds.self), message(WindowShare.self), message(ResultShares.self), message(ScoreChunk.self),
    message(MaskedScoreChunk.self),
    message(Payload<PredictorSharesKind>.self), message(Payload<PredictorSumsKind>.self),
    message(Payload<KernelVectorsKind>.self), message(Payload<KernelResultsKind>.self),
    message(Payload<RowSharesKind>.self), message(Payload<ColumnSumsKind>.self),
    message(Payload<RowVectorsKind>.self), message(Payload<CrossSumsKind>.self),
    message(Payload<MatrixSharesKind>.self), message(Payload<MatrixProductsKind>.self),
    message(Payload<ElementSharesKind>.self), message(Payload<ElementProductsKind>.self),
    // Description of a cohort.
    message(DescriptionSetup.self), message(GroupsMessage.self), message(HiddenColumns.self),
    message(DescribedNumbersMessage.self), message(ScalesMessage.self), message(Payload<GroupVectorsKind>.self),
    message(Payload<GroupSumsKind>.self), message(Payload<CellSharesKind>.self), message(Payload<CellTestsKind>.self),
    { bytes in
        guard let groups = try? GroupsMessage(payload: bytes).groups else { return }
        for isWeighted in [false, true] {
            let shape = DescriptionShape(
                rows: 1000, active: [], passive: [.levels(2)], groups: groups.count, isWeighted: isWeighted,
                minimumCell: 1, modulusBits: 2048)
            if shape.allows(groups) { _ = shape.numbers(shown: [true], groups) }
        }
    },
    // Files of a transcript.
    {
        if let parties = try? PartiesFile(encoded: $0) { expect(try? parties.encoded, toBe: $0, "PartiesFile") }
    },
    {
        if let outcome = try? Outcome(encoded: $0) { expect(try? outcome.encoded, toBe: $0, "Outcome") }
    },
    {
        if let signature = SecondSignature(encoded: $0) { expect(signature.encoded, toBe: $0, "SecondSignature") }
    },
    { _ = try? TimestampToken(encoded: $0) },
    { bytes in
        guard let proof = try? JSONDecoder().decode(MessageProof.self, from: Data(bytes)) else { return }
        _ = try? proof.verifiedParties()
    },
    // Jobs and tables.
    {
        if let job = try? Job(canonical: $0) { expect(job.canonical, toBe: $0, "Job") }
    },
    { bytes in
        for chunk in [1 << 20, 7] {
            _ = try? Table.read(csv: bytes, named: "table", columns: nil, delimiter: nil, chunk: chunk)
        }
    },
]

private let textDecoders: [@Sendable (String) -> Void] = [
    { text in
        guard let note = try? SignedNote(encoded: text) else { return }
        expect(Array(note.encoded.utf8), toBe: Array(text.utf8), "SignedNote")
    },
    { text in
        guard let checkpoint = try? Checkpoint(text: text) else { return }
        expect(Array(checkpoint.text.utf8), toBe: Array(text.utf8), "Checkpoint")
    },
    { text in
        guard let note = BuildNote(text: text) else { return }
        expect(Array(note.text.utf8), toBe: Array(text.utf8), "BuildNote")
    },
    { text in
        guard let approval = try? Approval(text: text) else { return }
        expect(Array(approval.text.utf8), toBe: Array(text.utf8), "Approval")
    },
    { text in
        // What is read from a text means the same after its canonical encoding.
        guard let job = try? Job(yaml: text) else { return }
        precondition((try? Job(canonical: job.canonical)) == job, "a job changes with its encoding")
    },
    { _ = try? Policy(yaml: $0) },
]
