import Jobs
import PrivateSetIntersection
import SplitRegression
import Wire

extension SessionTerms {
    /// What both hellos must agree on.
    ///
    /// - Parameter attempt: sessions of this purpose under this job that this site started before.
    init(_ inputs: JobInputs, attempt: UInt32) {
        self.init(
            jobHash: inputs.purpose.hash(of: inputs.job.hash), role: inputs.own.role.rawValue,
            peerRole: inputs.peer.role.rawValue, protocols: inputs.purpose.protocols, attempt: attempt)
    }
}

extension SessionPurpose {
    /// For sentences: "an alignment".
    var phrase: String {
        switch self {
        case .fit: "a fit"
        case .alignment: "an alignment"
        case .count: "a count of common rows"
        case .prediction: "a prediction"
        }
    }

    fileprivate var protocols: [ProtocolVersion] {
        switch self {
        case .fit, .prediction: [.alignment, .training]
        case .alignment, .count: [.alignment]
        }
    }
}

extension ProtocolPlan {
    /// The protocols of a session in their order, for the running session and for the verifier. Who sends in the alignment
    /// may follow from the set sizes: then both ways are allowed, and a session must follow one of them to its end.
    init(_ job: Job, for purpose: SessionPurpose) {
        let aligning = Self.alignments(job, purpose == .count ? .alignmentCount : .alignment)
        let names = [job.active.name, job.passive.name]
        let (opening, checkpoint) = (Part(.opening, ofEach: names), Part(.checkpoint, ofEach: names))
        let rest: [Part] =
            switch purpose {
            case .fit: [checkpoint, Self.part(.training(job.model.family), job)]
            case .prediction: [checkpoint, Self.part(.prediction, job)]
            case .alignment, .count: []
            }
        self.init(alternatives: aligning.map { [opening, $0] + rest })
    }

    private static func part(_ description: ProtocolDescription, _ job: Job) -> Part {
        Part(description, parties: ["active": job.active.name, "passive": job.passive.name])
    }

    private static func alignments(_ job: Job, _ description: ProtocolDescription) -> [Part] {
        let names = [job.active.name, job.passive.name]
        let senders = job.alignment.sender.map { [$0] } ?? names
        return senders.map { sender in
            let receiver = sender == names[0] ? names[1] : names[0]
            return Part(description, parties: ["sender": sender, "receiver": receiver])
        }
    }
}
