import Jobs
import Paillier
import PrivateSetIntersection
import ProtocolKit
import Records
import SplitRegression
import Wire

/// What the plans of several protocols are made of.
extension ProtocolPlan {
    /// The opening, then the job's alignment, then the rest.
    init(aligning job: Job, then rest: [Part] = []) {
        self.init(job, aligning: .alignment(of: job.alignment.method), then: rest)
    }

    /// The opening, then an alignment or a count, then the rest. Who sends in the alignment may follow from the set sizes: then both
    /// ways are allowed, and a session must follow one of them to its end.
    init(_ job: Job, aligning description: ProtocolDescription, then rest: [Part] = []) {
        let names = [job.active.name, job.passive.name]
        let senders = job.alignment.sender.map { [$0] } ?? names
        self.init(
            alternatives: senders.map { sender in
                let receiver = sender == names[0] ? names[1] : names[0]
                return [
                    Part(.opening, ofEach: names),
                    Part(description, parties: ["sender": sender, "receiver": receiver]),
                ] + rest
            })
    }
}

extension ProtocolPlan {
    /// Of a session of two of several parties, by whatever names they are given: the opening, the alignment and what both fix, the rest,
    /// and the heads of all logs. Nothing may come where the job has no such session.
    ///
    /// - Parameter rest: of the two, in the job's order, by number and name.
    init(_ job: Job, ofSeveral parties: [String], then rest: ([Int], [String]) -> [Part]) {
        let numbers = parties.compactMap { job.index(of: $0) }.sorted()
        guard numbers.count == 2, let settings = try? MultipartySettings(job) else {
            self.init([])
            return
        }
        let names = numbers.map { job.parties[$0].name }
        self.init(
            [
                Part(.opening, ofEach: names),
                MultipartyAlignment.part(of: settings, between: (numbers[0], numbers[1])),
                Part(.inputs, parties: ["active": names[0], "passive": names[1]]), Part(.checkpoint, ofEach: names),
            ] + rest(numbers, names) + [
                Part(.meshHeads, parties: ["first": names[0], "second": names[1]]), Part(.checkpoint, ofEach: names),
            ])
    }
}

extension ProtocolPlan.Part {
    static func checkpoint(_ job: Job) -> Self { Self(.checkpoint, ofEach: [job.active.name, job.passive.name]) }

    /// A description whose parties are the active and the passive one.
    init(_ description: ProtocolDescription, of job: Job) {
        self.init(description, parties: ["active": job.active.name, "passive": job.passive.name])
    }
}

/// What one session's inspectors know together: no modulus and no ciphertext may come twice in it.
struct InspectionLedger {
    let moduli = ModulusRegister()
    let duplicates = DuplicateFilter()
}

extension ProtocolDescription {
    static func alignment(of method: AlignmentTerms.Method) -> ProtocolDescription {
        switch method {
        case .paillierOPRF: .alignment
        case .ecdhP256: .curveAlignment
        }
    }

    /// Of every method that a job may name.
    static let alignments = AlignmentTerms.Method.allCases.map { alignment(of: $0) }
}

extension InspectionLedger {
    /// What looks at the payloads of the job's alignment.
    func alignmentInspector(_ job: Job, in session: InspectedSession) throws -> any PayloadInspector {
        let (largest, id, local) = (job.limits.maximumSetSize, session.session, session.local)
        return switch job.alignment.method {
        case .paillierOPRF:
            try AlignmentInspector(
                keyBits: job.keys.bits, maximumSetSize: largest, session: id, moduli: moduli, duplicates: duplicates,
                local: local)
        case .ecdhP256:
            try CurveAlignmentInspector(maximumSetSize: largest, session: id, duplicates: duplicates, local: local)
        }
    }
}

extension Keys.Nonces {
    var length: NonceLength {
        switch self {
        case .short: .short
        case .half: .half
        }
    }
}

extension InputRootsInspector {
    /// - Parameter label: whether the session computes with the label.
    init(_ job: Job, label: Bool) {
        let columns = job.parties.map { party in
            let beside = (label ? party.beside.all : party.beside.ofPrediction).map(\.column)
            return (
                party.name,
                (label ? [party.label].compactMap(\.self) : []) + beside
                    + (label ? [party.groupAlone?.column].compactMap(\.self) : []) + party.features.map(\.column)
            )
        }
        self.init(columns: Dictionary(columns, uniquingKeysWith: { first, _ in first }))
    }
}
