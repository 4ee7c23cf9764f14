/// What can go wrong before two authenticated parties exchange frames. Once they do, errors are `WireError`s.
public enum TransportError: Error, Equatable, Sendable {
    /// The other side showed a certificate that is not pinned here.
    case unknownCertificate(fingerprint: CertificateFingerprint)
    /// The other side refused our certificate: it has not pinned it, or holds another one of ours.
    case certificateRefusedByPeer(own: CertificateFingerprint)
    /// The other side showed a pinned certificate outside its period of validity by our clock.
    case certificateNotValidNow(fingerprint: CertificateFingerprint)
    /// No session with the peer came about until the deadline; the fault is that of the last attempt.
    case unreachable(peer: String, address: String, fault: DialFault)
    /// No pinned peer connected until the deadline.
    case nobodyConnected(address: String)
    /// The peer already has a session with us, or its listener serves one session only and has it.
    case busy(peer: String)
    /// What answered is not this transport, or is another version of it.
    case notThisTransport(address: String)
    /// The address cannot be listened on.
    case cannotListen(address: String, reason: String)
    /// A certificate file that does not hold one certificate of the kind made here.
    case malformedCertificate(path: String)
    /// A key file that does not hold one P-256 private key.
    case malformedKey(path: String)
    /// The key does not belong to the certificate.
    case keyMismatch(certificatePath: String, keyPath: String)
    /// Other users of the machine may read the key: the file's mode must be 0600 (or 0400).
    case keyFileNotPrivate(path: String, mode: String)
    case cannotRead(path: String)
    case cannotWrite(path: String)
    /// A common name that is empty, longer than 64 characters, or not printable.
    case badCommonName
    /// The certificate or its signature could not be made.
    case certificateGenerationFailed
    /// The certificate and the key are sound, but TLS cannot be set up with them.
    case tlsConfigurationFailed
}

extension TransportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownCertificate(let fingerprint):
            "unknown certificate \(fingerprint): not pinned at this site"
        case .certificateRefusedByPeer(let own):
            "the peer refused this site's certificate \(own): it must pin it first"
        case .certificateNotValidNow(let fingerprint):
            "certificate \(fingerprint) is not valid at this time (expired, or a clock is wrong)"
        case .unreachable(let peer, let address, let fault):
            "\(peer) cannot be reached at \(address): \(fault.sentence)"
        case .nobodyConnected(let address): "no pinned peer connected to \(address) in time"
        case .busy(let peer): "\(peer) already has a session"
        case .notThisTransport(let address): "\(address) answers, but not with this transport's version"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .malformedCertificate(let path): "\(path): not a certificate of this transport"
        case .malformedKey(let path): "\(path): not a P-256 private key"
        case .keyMismatch(let certificatePath, let keyPath):
            "\(keyPath) is not the key of the certificate \(certificatePath)"
        case .keyFileNotPrivate(let path, let mode): "\(path) has mode \(mode), must be 0600"
        case .cannotRead(let path): "cannot read \(path)"
        case .cannotWrite(let path): "cannot write \(path)"
        case .badCommonName: "the name for the certificate must have 1 to 64 printable characters"
        case .certificateGenerationFailed: "the certificate could not be made"
        case .tlsConfigurationFailed: "TLS cannot be set up with this certificate and key"
        }
    }
}
