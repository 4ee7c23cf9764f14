import Jobs
import PrivateSetIntersection
import SplitRegression
import Wire

extension ProtocolPlan {
    /// The protocols of a job in their order, for the running session and for the verifier. Who sends in the alignment
    /// may follow from the set sizes: then both ways are allowed, and a session must follow one of them to its end.
    init(_ job: Job) {
        let training = Part(
            .training(TrainingPlan.Family(job.model.family)),
            parties: ["active": job.active.name, "passive": job.passive.name])
        self.init(alternatives: Self.alignments(job).map { [$0, training] })
    }

    /// Alignment alone.
    init(aligning job: Job) {
        self.init(alternatives: Self.alignments(job).map { [$0] })
    }

    /// A count of common identifiers alone.
    init(counting job: Job) {
        self.init(alternatives: Self.alignments(job, .alignmentCount).map { [$0] })
    }

    private static func alignments(_ job: Job, _ description: ProtocolDescription = .alignment) -> [Part] {
        let names = [job.active.name, job.passive.name]
        let senders = job.alignment.sender.map { [$0] } ?? names
        return senders.map { sender in
            let receiver = sender == names[0] ? names[1] : names[0]
            return Part(description, parties: ["sender": sender, "receiver": receiver])
        }
    }
}
