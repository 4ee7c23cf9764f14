package import GRPCTransport
package import Jobs
package import Site
package import Wire

/// How this site and its peer reach each other for one job: who listens, with which certificates, for how long.
package struct PeerLink: Sendable {
    package let site: SiteFolder
    package let identity: SiteIdentity
    package let certificate: SiteCertificate
    package let peer: Invitation
    let isListener: Bool
    /// Where to dial, if not where the peer's invitation says.
    package let peerAddress: NetworkAddress?
    package let connectTimeout: Duration
    package let messageTimeout: Duration
    package let observer: any RunObserver
    /// Hears the address once this site listens.
    package let onListening: @Sendable (NetworkAddress) -> Void
    /// A connection that is there already.
    package let given: (any PeerChannel)?

    /// - Parameters:
    ///   - peer: which of the job's other parties; of two the only one.
    ///   - patience: longest wait for a message, if not the job's.
    /// - Throws: `Failure` for an unknown peer, `TransportError` for an unreadable certificate.
    package init(
        _ job: Job, with peer: String? = nil, site: SiteFolder, observer: any RunObserver,
        peerAddress: NetworkAddress? = nil, over given: (any PeerChannel)? = nil, patience: Duration? = nil,
        onListening: @escaping @Sendable (NetworkAddress) -> Void = { _ in }
    ) throws {
        guard let name = peer ?? job.peer(of: site.name)?.name else {
            throw Failure(.configuration, "notAParty", "the job does not name '\(site.name)'")
        }
        self.site = site
        self.observer = observer
        self.peerAddress = peerAddress
        self.onListening = onListening
        self.given = given
        identity = try site.identity()
        certificate = try SiteCertificate.load(
            certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
        self.peer = try site.peers.peer(named: name)
        isListener = job.network.listener == site.name
        connectTimeout = .seconds(min(job.network.connectTimeout, site.settings.timeouts.connect))
        messageTimeout = patience ?? .seconds(min(job.network.messageTimeout, site.settings.timeouts.message))
    }

    /// Connects, opens a session under the terms, runs `body` in it and ends it in order.
    ///
    /// Whatever `body` throws, the peer is told its name before the connection is closed.
    ///
    /// - Parameters:
    ///   - plan: what may come in which order; anything else ends the session.
    ///   - inspectors: make those of this session.
    ///   - finish: runs after the session's last record, with the connection already closed.
    func withSession<R: Sendable>(
        _ terms: SessionTerms, plan: ProtocolPlan? = nil,
        inspectors: (@Sendable (SessionDescription) throws -> [any PayloadInspector])? = nil, seed: SessionSeed,
        recorder: any Recorder,
        finish: @escaping @Sendable (Session, R) throws -> Void = { _, _ in },
        _ body: @escaping @Sendable (Session) async throws -> R
    ) async throws -> R {
        try await withChannel { channel in
            let local = try LocalParty(
                name: identity.name, identity: identity.key, certificateFingerprint: certificate.fingerprint.bytes)
            let remote = try PeerIdentity(
                name: peer.name, publicKey: peer.identity, certificateFingerprint: peer.certificate.fingerprint.bytes)
            let session = try await Session.open(
                over: channel, as: local, expecting: remote, terms: terms, seed: seed, recorder: recorder,
                limits: SessionLimits(wait: messageTimeout), plan: plan, inspectors: inspectors)
            observer.progress("connected to \(peer.name); session \(session.id.hex.prefix(16))")
            return try await session.run { session in
                do {
                    let result = try await body(session)
                    try await session.close()
                    try finish(session, result)
                    return result
                } catch let error as any PeerVisibleError {
                    throw error
                } catch let error as WireError {
                    throw error
                } catch let error as CancellationError {
                    throw error
                } catch {
                    // Local errors get a name for the peer and keep their message for this side.
                    throw Failure(describing: error)
                }
            }
        }
    }

    private func withChannel<R: Sendable>(
        _ body: @escaping @Sendable (any PeerChannel) async throws -> R
    ) async throws -> R {
        if let given { return try await body(given) }
        return isListener ? try await listen(body) : try await dial(body)
    }

    private func listen<R: Sendable>(
        _ body: @escaping @Sendable (any PeerChannel) async throws -> R
    ) async throws -> R {
        let address = try NetworkAddress(site.settings.listen)
        let listener = GRPCListener(
            host: address.host, port: address.port, identity: certificate,
            pinned: [peer.certificate.fingerprint: peer.name], limits: .waiting(messageTimeout))
        return try await listener.withChannel(
            timeout: connectTimeout,
            onListening: { port in
                let bound = NetworkAddress(host: address.host, port: port)
                observer.progress("waiting for \(peer.name) on \(bound)")
                onListening(bound)
            },
            onRefusal: { observer.warning("refused a connection: \($0)") }, body)
    }

    private func dial<R: Sendable>(
        _ body: @escaping @Sendable (any PeerChannel) async throws -> R
    ) async throws -> R {
        guard let address = peerAddress ?? peer.address else {
            throw Failure(
                .configuration, "noAddress", "this site does not know where '\(peer.name)' listens",
                hint: "moiety peer add with --address HOST:PORT")
        }
        let dialer = GRPCDialer(
            peerName: peer.name, host: address.host, port: address.port, identity: certificate,
            pinned: [peer.certificate.fingerprint], limits: .waiting(messageTimeout))
        let reporter = WaitingReporter(observer: observer)
        observer.progress("dialing \(peer.name) at \(address)")
        return try await dialer.withChannel(
            timeout: connectTimeout, onWaiting: { reporter.waiting($0) }, body)
    }
}
