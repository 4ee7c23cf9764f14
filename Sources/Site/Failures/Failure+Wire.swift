package import Wire

extension Failure {
    package init(describing error: WireError) {
        switch error {
        case .jobMismatch(let peer):
            self.init(
                .peersDisagree, "jobMismatch", "\(peer) runs another job than this site, or another command",
                hint: "both sites need the same command, and the same job: `moiety job explain` must show equal hashes")
        case .versionMismatch(let peer, let name, let ours, let theirs):
            self.init(
                .peersDisagree, "versionMismatch",
                "\(peer) speaks version \(theirs) of the \(PeerReason.protocolName(name)) protocol, this site version \(ours)",
                hint: "both sites need the same release, and the same command: job run, align run or align count")
        case .roleMismatch(let peer, let expected, let found):
            self.init(.peersDisagree, "roleMismatch", "\(peer) acts as \(found), the job says \(expected)")
        case .identityMismatch(let peer), .certificateMismatch(let peer), .bindingMismatch(let peer):
            self.init(
                .permission, error.name, "\(peer) could not prove that it is the peer that this site knows",
                hint: "moiety peer show \(peer)")
        case .unreachable(let peer):
            self.init(.peerUnreachable, "unreachable", "\(peer) cannot be reached")
        case .connectionLost(let peer):
            self.init(
                .peerUnreachable, "connectionLost", "the connection to \(peer) broke during the job",
                hint: "nothing was written; run the job again when the peer is back")
        case .channelClosed:
            self.init(.peerUnreachable, "connectionLost", "the connection was closed")
        case .timeout(let peer, let waitingFor):
            self.init(
                .timeout, "timeout", "\(peer) did not send \(waitingFor) in time",
                hint:
                    "is it stopped, cut off or overloaded? `network.messageTimeout` of the job and the site's timeouts say how long to wait"
            )
        case .recorderFailed:
            self.init(
                .cannotCreate, error.name, "the transcript in the output folder cannot be written",
                hint: "is the disk full, or the folder's file system read-only?")
        case .peerAborted(let peer, let reason):
            self.init(
                // What failed or was stopped at the peer is the job's failure here, not this program's.
                reason.kind == .failure || reason.kind == .cancelled ? .jobFailed : Self.status(of: reason.kind),
                reason.name,
                "\(peer) ended the session: \(PeerReason.words(reason))",
                hint: PeerReason.hint(reason, peer: peer))
        case .unexpectedMessage(let peer, let expected, let found):
            self.init(
                .protocolViolation, error.name, "\(peer) sent message \(found.rawValue); expected: \(expected)")
        case .refused(let peer, let failure):
            self.init(
                .protocolViolation, failure.name,
                "\(peer) broke the protocol (\(failure.check) \(failure.name)): \(failure.sentence)",
                hint: "the transcript that is kept shows the message: moiety verify names it too")
        case .ownMessageRefused(let failure):
            self.init(
                .internalError, failure.name,
                "a message of this site was not sent (\(failure.check) \(failure.name)): \(failure.sentence)",
                hint: "this is a fault of this program; please report it")
        case .equivocation(let peer, let size):
            self.init(
                .protocolViolation, error.name,
                "\(peer) signed another head of its first \(size) records than that of what it sent",
                hint: "the transcript that is kept has both heads in equivocation/: they prove it")
        case .equivocationNotKept(let peer, let size):
            self.init(
                .protocolViolation, "equivocationNotKept",
                "\(peer) signed another head of its first \(size) records than that of what it sent, and the proof of it could "
                    + "not be kept: the transcript in the output folder cannot be written",
                hint: "keep the transcript that is there, whose last record has the signed head; is the disk full?")
        case .checkpointRefused(let peer, let fault):
            self.init(
                .protocolViolation, error.name, "\(peer) broke the protocol: \(Self.sentence(fault))",
                hint: "the transcript that is kept shows the message")
        case .violation(let peer, let name):
            self.init(.protocolViolation, name, "\(peer) broke the protocol: \(name)")
        default:
            self.init(Self.status(of: error.kind), error.name, Self.sentence(error))
        }
    }

    private static func status(of kind: FailureKind) -> ExitStatus {
        switch kind {
        case .failure: .internalError
        case .violation: .protocolViolation
        case .disagreement: .peersDisagree
        case .refusal: .refusedByPolicy
        case .transport: .peerUnreachable
        case .timeout: .timeout
        case .cancelled: .interrupted
        }
    }

    private static func sentence(_ fault: CheckpointFault) -> String {
        switch fault {
        case .checkpointInvalid: "its checkpoint does not carry its signed head of what it sent"
        case .closingInvalid: "its closing does not carry its signed head of what it sent and received"
        case .countersignatureInvalid: "its countersignature is not one"
        }
    }

    private static func sentence(_ error: WireError) -> String {
        switch error.kind {
        case .violation: "the peer broke the protocol: \(error.name)"
        case .cancelled: "the job was stopped"
        default: "the session ended: \(error.name)"
        }
    }
}
