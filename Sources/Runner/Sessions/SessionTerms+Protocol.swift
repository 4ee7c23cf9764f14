import Jobs
import ProtocolKit
import Wire

extension SessionTerms {
    /// What both hellos must agree on.
    ///
    /// - Parameter attempt: sessions of this purpose under this job that this site started before.
    init(_ inputs: JobInputs, attempt: UInt32) {
        self.init(
            jobHash: inputs.session.purpose.hash(of: inputs.job.hash),
            role: inputs.job.sessionRole(of: inputs.own.name, with: inputs.peer.name),
            peerRole: inputs.job.sessionRole(of: inputs.peer.name, with: inputs.own.name),
            protocols: inputs.session.versions, attempt: attempt)
    }
}
