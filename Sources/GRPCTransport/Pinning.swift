import Foundation
import NIOCore
import NIOSSL

/// Decides on a certificate during the TLS handshake. Trust is the pinned set and nothing else: no authority, no name.
struct Pinning: Sendable {
    let pinned: Set<CertificateFingerprint>
    /// Hears of the certificate that was accepted, or why it was not. Called on an event loop.
    let verdict: @Sendable (Result<PeerCertificate, TransportError>) -> Void

    func judge(_ chain: [NIOSSLCertificate]) -> Result<PeerCertificate, TransportError> {
        guard let first = chain.first, let bytes = try? first.toDERBytes() else {
            return .failure(.malformedCertificate(path: "peer"))
        }
        let fingerprint = CertificateFingerprint(ofDER: bytes)
        // Before anything in it is parsed: a stranger's certificate is only hashed.
        guard self.pinned.contains(fingerprint) else {
            return .failure(.unknownCertificate(fingerprint: fingerprint))
        }
        do {
            let certificate = try PeerCertificate(derBytes: bytes)
            guard certificate.isValid(at: Date()) else {
                return .failure(.certificateNotValidNow(fingerprint: fingerprint))
            }
            return .success(certificate)
        } catch {
            return .failure(error)
        }
    }

    /// The form that NIOSSL calls in place of its own verification. That the peer holds the key is TLS's to prove
    /// (CertificateVerify, RFC 8446 section 4.4.3).
    var callback: @Sendable ([NIOSSLCertificate], EventLoopPromise<NIOSSLVerificationResultWithMetadata>) -> Void {
        { chain, promise in
            let judgement = self.judge(chain)
            self.verdict(judgement)
            switch judgement {
            case .success:
                promise.succeed(.certificateVerified(VerificationMetadata(ValidatedCertificateChain([chain[0]]))))
            case .failure:
                promise.succeed(.failed)
            }
        }
    }
}
