import Jobs
import ProtocolKit
import Wire

/// One pass over both logs, each record after everything that it had seen, one message in memory at a time.
struct LogPass {
    typealias Reference = VerificationReport.RecordReference

    /// A session message of one direction with its record, kept because later checks need it.
    struct Kept<Body: Sendable>: Sendable {
        let body: Body
        let record: Record
    }

    let parties: PartiesFile
    private var monitor: ProtocolMonitor?
    private let known: Set<MessageType>?
    /// What every session must keep to, whatever its protocols are. They see every record.
    private var rules: [any PayloadInspector] = [SessionInspector()]
    private var inspectors: [any PayloadInspector] = []
    /// Inspectors that found a failure: they stop there.
    private var stopped: Set<Int> = []
    /// A record has no place in this session: inspectors see neither it nor what follows.
    private var isRejected = false
    private let heads: SignedHeads
    private let judgesUnsigned: Bool
    /// From here on records are nobody's word: only their form is looked at.
    private(set) var isUnsigned = false
    private static let sessionTypes: Set<MessageType> = [
        .binding, .abort, .commitments, .checkpoint, .cosignature, .closing, .approval,
    ]
    private static let rejections: [Check] = [.t08, .t09, .t14, .t27]
    private var contents: [String: [ContentKey: Bytes32]] = [:]

    private(set) var trees: [String: MerkleTree] = [:]
    private(set) var bindings: [String: Kept<BindingMessage>] = [:]
    private(set) var approvals: [String: String] = [:]
    private(set) var commitments: [String: Kept<InputCommitments>] = [:]
    /// Notes of checkpoints and closings, nil for one that does not read as its kind.
    private(set) var notes: [String: [Kept<String?>]] = [:]
    private(set) var cosignatures: [String: [Kept<CosignatureMessage>]] = [:]
    private(set) var aborts: [String: Kept<AbortReason>] = [:]
    private(set) var firstTime: [String: UInt64] = [:]
    private(set) var traffic = TrafficTable()
    private(set) var payloads: PayloadTally
    private(set) var isTorn = false
    /// The job asks for something that the protocols do not have.
    private var isUninspectable = false

    private struct ContentKey: Hashable {
        let type: MessageType
        let round: UInt32
        let chunk: UInt32
    }

    /// Whether anything looks at payloads.
    var isInspected: Bool { !inspectors.isEmpty }

    init(
        parties: PartiesFile, heads: SignedHeads, job: Job?, session: (any SessionProtocol)?,
        options: Verifier.Options
    ) {
        self.parties = parties
        self.heads = heads
        judgesUnsigned = options.judgesUnsigned
        let both = parties.parties
        guard let job, let session else {
            known = nil
            payloads = PayloadTally(bulkTypes: nil)
            return
        }
        let plan = session.plan(for: job, between: both.map(\.name))
        payloads = PayloadTally(bulkTypes: plan.bulkTypes)
        if options.parts.contains(.plan) {
            monitor = ProtocolMonitor(plan: plan, parties: both.map(\.name))
            known = plan.types
        } else {
            known = nil
        }
        rules.append(
            OpeningInspector(
                job: job.hash, committed: session.commitments, trust: job.trust, parties: both))
        guard options.parts.contains(.payloads) else { return }
        let inspected = InspectedSession(session: parties.session, parties: both)
        do { inspectors = try session.inspectors(for: job, in: inspected) } catch { isUninspectable = true }
    }

    mutating func run(_ layout: TranscriptLayout, _ findings: inout FindingList) {
        if isUninspectable {
            findings.fail(.t13, "keySizeMismatch", "No session is possible with keys of the size that the job names.")
        }
        for check in [Check.t05, .t08, .t10, .t17, .t27] { findings.made(check) }
        if monitor != nil { for check in [Check.t09, .t14] { findings.made(check) } }
        var cursors: [LogCursor] = []
        do {
            for (sender, receiver) in parties.directions {
                cursors.append(try LogCursor(layout, from: sender.name, to: receiver.name))
            }
        } catch {
            switch error {
            case .missingFile(let name): findings.fail(.t01, "fileMissing", "\(name) is missing.")
            case .unreadable(let name): findings.fail(.t01, "fileUnreadable", "\(name) cannot be read.")
            default: findings.fail(.t01, "logNotCanonical", "A log does not begin as a log begins.")
            }
            return
        }
        merge(&cursors, &findings)
        if payloads.form == .mixed {
            findings.fail(
                .t01, "payloadsMixed",
                "\(payloads.dropped) payloads were dropped and \(payloads.kept) kept, and these are not all but the bulk ones."
            )
        }
        for cursor in cursors {
            trees[cursor.from] = cursor.tree
            isTorn = isTorn || cursor.isTorn
            cursor.close()
        }
    }

    /// Takes the next record of the log of the party that kept the folder, if it has seen no more than was read of the
    /// other's, else the other's next. In the folder of a session that was inspected as it ran, this is the order in which
    /// the records were written and inspected.
    private mutating func merge(_ cursors: inout [LogCursor], _ findings: inout FindingList) {
        while true {
            var isStuck = false
            var hasMoved = false
            for index in cursors.indices where !hasMoved {
                guard cursors[index].load(&findings), let record = cursors[index].next?.record else { continue }
                guard record.seen.size <= cursors[Self.opposite(of: index, in: cursors)].tree.size else {
                    isStuck = true
                    continue
                }
                hasMoved = true
                take(&cursors, index, &findings)
            }
            if findings.hasFailed(.t01) || findings.hasFailed(.t05) { return }
            if hasMoved { continue }
            if isStuck, let stuck = cursors.first(where: { $0.next != nil }) {
                findings.fail(
                    .t17, "causalityViolation", "A record claims to have seen what was not yet sent.",
                    at: stuck.reference)
            }
            return
        }
    }

    /// The log of the same two parties the other way.
    private static func opposite(of index: Int, in cursors: [LogCursor]) -> Int {
        let direction = cursors[index]
        return cursors.firstIndex { $0.from == direction.to && $0.to == direction.from } ?? index
    }

    private mutating func take(_ cursors: inout [LogCursor], _ index: Int, _ findings: inout FindingList) {
        let reference = cursors[index].reference
        let opposite = cursors[Self.opposite(of: index, in: cursors)].tree
        let (lastSentAt, lastSeen) = (cursors[index].lastSentAt, cursors[index].lastSeen)
        guard let (entry, record) = cursors[index].advance() else { return }
        cursors[index].lastSentAt = max(lastSentAt, record.sentAt)
        cursors[index].lastSeen = max(lastSeen, record.seen.size)
        payloads.add(record, isKept: entry.payload != nil)
        traffic.add(record)
        let standing =
            judgesUnsigned ? .signed : heads.standing(of: record, from: reference.from, at: reference.sequence)
        isUnsigned = isUnsigned || standing == .unsigned
        // Else one such record would end the checks that follow, of a session whose end both signed.
        if standing == .unsigned, heads.closed.contains(reference.from) {
            findings.fail(
                .t09, "outOfOrder", "A message of kind \(record.type) stands after its sender's closing.",
                at: reference)
        }
        if record.seen.size < lastSeen || opposite.root(at: record.seen.size) != record.seen.root {
            findings.fail(
                .t17, "causalityViolation", "A record claims to have seen what was not sent to it.", at: reference)
        }
        if !isUnsigned {
            if firstTime[record.from] == nil { firstTime[record.from] = record.sentAt }
            checkPlace(record, reference, after: lastSentAt, &findings)
            checkContent(record, reference, &findings)
            checkOrder(record, reference, &findings)
        }
        if record.type.protocolID == ProtocolVersion.session.id {
            keep(record, entry.payload ?? [], &findings)
        }
        // A record of another session, or of nobody here, breaks no rule of this one; nor does one that is nobody's word.
        for index in rules.indices where standing == .signed && !isUnsigned && !findings.hasFailed(.t08) {
            do { try rules[index].inspect(record, payload: entry.payload) } catch {
                findings.fail(Check(rawValue: error.check) ?? .t10, error.name, error.sentence, at: reference)
            }
        }
        if !isUnsigned { inspect(record, entry.payload, reference, &findings) }
    }

    private func checkPlace(
        _ record: Record, _ reference: Reference, after lastSentAt: UInt64, _ findings: inout FindingList
    ) {
        if record.session != parties.session || record.from != reference.from || record.to != reference.to {
            findings.fail(.t08, "wrongSession", "A record belongs to another session.", at: reference)
        } else if record.sequence != reference.sequence {
            findings.fail(.t08, "wrongSequence", "A record is missing or out of its place.", at: reference)
        } else if record.sentAt < lastSentAt {
            findings.fail(.t08, "clockWentBack", "A record is older than the one before it.", at: reference)
        } else if record.attempt != parties.party(named: record.from)?.attempt {
            findings.fail(.t08, "wrongAttempt", "A record is of another run of the job.", at: reference)
        }
    }

    private mutating func checkContent(_ record: Record, _ reference: Reference, _ findings: inout FindingList) {
        let key = ContentKey(type: record.type, round: record.round, chunk: record.chunk.index)
        if let earlier = contents[record.from]?[key], earlier != record.payloadHash {
            findings.fail(
                .t27, "rewindDetected", "A message was sent twice in one round with different contents.",
                at: reference)
        }
        contents[record.from, default: [:]][key] = record.payloadHash
    }

    private mutating func checkOrder(_ record: Record, _ reference: Reference, _ findings: inout FindingList) {
        guard let known else { return }
        // What the session does not have, `keep` names.
        if record.type.protocolID == ProtocolVersion.session.id, !Self.sessionTypes.contains(record.type) { return }
        guard record.type.protocolID == ProtocolVersion.session.id || known.contains(record.type) else {
            findings.fail(
                .t14, "undeclaredMessage", "A message of kind \(record.type) is none of this job's protocols'.",
                at: reference)
            return
        }
        guard !findings.hasFailed(.t09), !findings.hasFailed(.t14) else { return }
        do { try monitor?.advance(record) } catch {
            findings.fail(
                .t09, "outOfOrder", "A message of kind \(record.type) came where the protocol has no place for it.",
                at: reference)
        }
    }

    /// Session messages, for the checks that come after the pass. What does not read as its kind fails by the rules.
    private mutating func keep(_ record: Record, _ payload: [UInt8], _ findings: inout FindingList) {
        switch record.type {
        case .binding:
            guard record.sequence == 0, let body = try? BindingMessage(payload: payload) else { return }
            bindings[record.from] = Kept(body: body, record: record)
        case .abort:
            guard let body = try? AbortMessage(payload: payload) else { return }
            aborts[record.from] = Kept(body: body.reason, record: record)
        // What a peer that never signed showed is nobody's word.
        case .approval where !isUnsigned: approvals[record.from] = (try? ApprovalMessage(payload: payload))?.note
        case .commitments:
            guard let body = try? InputCommitments(payload: payload) else { return }
            commitments[record.from] = Kept(body: body, record: record)
            findings.made(.t25)
        case .checkpoint, .closing:
            let text = NoteText(payload, of: record.type)?.text
            notes[record.from, default: []].append(Kept(body: text, record: record))
        case .cosignature:
            guard let body = try? CosignatureMessage(payload: payload) else { return }
            cosignatures[record.from, default: []].append(Kept(body: body, record: record))
        default: break
        }
    }

    private mutating func inspect(
        _ record: Record, _ payload: [UInt8]?, _ reference: Reference, _ findings: inout FindingList
    ) {
        // What was rejected may be anything, and so may be what follows it.
        isRejected = isRejected || Self.rejections.contains(where: findings.hasFailed)
        guard !isRejected else { return }
        for index in inspectors.indices where !stopped.contains(index) {
            do { try inspectors[index].inspect(record, payload: payload) } catch {
                stopped.insert(index)
                findings.fail(Check(rawValue: error.check) ?? .t10, error.name, error.sentence, at: reference)
            }
        }
    }

    mutating func finish(outcome: Outcome?, _ findings: inout FindingList) {
        for index in inspectors.indices {
            guard !isRejected, !isUnsigned, !stopped.contains(index) else {
                let reason =
                    isUnsigned
                    ? Self.unsigned : "Not evaluated to the end: what looks at payloads stopped at a failure."
                for check in inspectors[index].checks.compactMap(Check.init(rawValue:)) {
                    findings.withdraw(check, reason)
                }
                continue
            }
            do { try inspectors[index].finish(counts: outcome?.counts) } catch {
                findings.fail(Check(rawValue: error.check) ?? .t15, error.name, error.sentence)
            }
            // An inspector that saw no payload cannot say that a check holds.
            guard payloads.form == .full || payloads.form == .hashes else { continue }
            for name in inspectors[index].checks { if let check = Check(rawValue: name) { findings.made(check) } }
            if payloads.form == .hashes { explainHashes(inspectors[index], &findings) }
            for (name, reason) in inspectors[index].unfinished {
                if let check = Check(rawValue: name) {
                    findings.withdraw(check, "Not evaluated to the end: \(reason).")
                }
            }
        }
        if isUnsigned, monitor != nil { for check in [Check.t09, .t14] { findings.withdraw(check, Self.unsigned) } }
        guard outcome != nil, !isUnsigned, let monitor, !findings.hasFailed(.t09), !findings.hasFailed(.t14) else {
            return
        }
        for party in parties.parties.map(\.name) where !monitor.isComplete(party) {
            findings.fail(.t09, "protocolUnfinished", "\(party) did not send all that the protocol asks of it.")
        }
    }

    /// Of bulk messages kept by hash an inspector saw the place and the length.
    private func explainHashes(_ inspector: any PayloadInspector, _ findings: inout FindingList) {
        let kept = VerificationReport.onlyHashes(of: payloads.dropped)
        for check in inspector.checksOfBulk.compactMap(Check.init(rawValue:)) {
            findings.withdraw(check, "Not evaluated to the end: \(kept).")
        }
        findings.made(.t10, remark: "\(Check.t10.sentence) But \(kept): their place and length were checked.")
    }

    /// T06 names the places.
    private static let unsigned = "Not evaluated to the end: what follows is not signed by its sender."
}
