import Jobs
import ProtocolKit
import Wire

extension SessionTerms {
    /// What both hellos must agree on.
    ///
    /// - Parameter attempt: sessions of this purpose under this job that this site started before.
    init(_ inputs: JobInputs, attempt: UInt32) {
        self.init(
            jobHash: inputs.session.purpose.hash(of: inputs.job.hash), role: inputs.own.role.rawValue,
            peerRole: inputs.peer.role.rawValue, protocols: inputs.session.versions, attempt: attempt)
    }
}
