package import GRPCTransport

extension Failure {
    package init(describing error: TransportError) {
        switch error {
        case .unknownCertificate:
            self.init(
                .permission, "unknownCertificate", "\(error)",
                hint: "if the peer renewed its certificate: moiety peer remove, then moiety peer add")
        case .certificateRefusedByPeer:
            self.init(
                .permission, "certificateRefused", "\(error)",
                hint: "give this site's invitation.txt to the peer: moiety peer add")
        case .certificateNotValidNow:
            self.init(.permission, "certificateExpired", "\(error)", hint: "check both clocks: moiety doctor")
        case .unreachable(_, _, let fault):
            self.init(.peerUnreachable, "unreachable", "\(error)", hint: fault.hint)
        case .nobodyConnected:
            self.init(.peerUnreachable, "nobodyConnected", "\(error)", hint: "has the peer started this job?")
        case .busy: self.init(.peerUnreachable, "peerBusy", "\(error)")
        case .notThisTransport: self.init(.protocolViolation, "notThisTransport", "\(error)")
        case .cannotListen:
            self.init(.configuration, "cannotListen", "\(error)", hint: "see `listen` in site.yaml")
        case .keyFileNotPrivate(let path, _):
            self.init(.permission, "secretReadableByOthers", "\(error)", hint: "chmod 600 \(path)")
        case .malformedCertificate, .malformedKey, .keyMismatch, .badCommonName, .tlsConfigurationFailed:
            self.init(.configuration, "invalidCertificate", "\(error)")
        case .cannotRead: self.init(.noInput, "cannotRead", "\(error)")
        case .cannotWrite: self.init(.cannotCreate, "cannotWrite", "\(error)")
        case .certificateGenerationFailed: self.init(.internalError, "certificateGenerationFailed", "\(error)")
        }
    }
}
