import Wire

/// One round at one site, driven by messages (`protocols/row-split.md` 5): the running mesh and whoever follows a site's logs go
/// through the same states. It holds what was received, never a session.
struct SumRound: Sendable {
    /// What is wrong with a message of a peer's.
    enum Fault: Error, Sendable, Equatable {
        /// The sender broke the protocol: it is lost to this site, by this name.
        case sender(String)
        /// The job ends.
        case all(SumError)
    }

    /// What all sites of a round have to agree on before it.
    struct Terms: Sendable {
        let settings: SumSettings
        let statements: SumStatements
        /// Identity keys by site.
        let keys: [Int: VerifyingKey]
        let own: Int
        let number: UInt32
        let sites: [Int]
        let opened: Int
        let point: Bytes32
        let count: Int

        var threshold: Int { settings.quorum(of: sites.count) }
        var flags: [Bool] { settings.parties.indices.map { sites.contains($0) } }
    }

    struct Received: Sendable {
        let part: PublicPart
        let bytes: [UInt8]
        let signed: SignedDigest
    }

    /// A secret: by its dealer and its place among the dealer's.
    struct Opening: Sendable, Hashable {
        let dealer: Int
        let secret: Int
        /// With the absent site; nil for the self seed.
        let absent: Int?
    }

    let terms: Terms
    private(set) var vectors: [Int: Received] = [:]
    /// By dealer: this site's shares.
    var shares: [Int: [[UInt8]]] = [:]
    /// By site, what is known of its vector, from itself or from receipts.
    private var known: [Int: SignedDigest] = [:]
    /// By sender: which sites' vectors it has.
    private var receipts: [Int: [Bool]] = [:]
    private(set) var present: [Int]?
    var ownAccord: Bytes32?
    var accords: [Int: Bytes32] = [:]
    /// By site: shares in the order of the openings.
    var released: [Int: [[UInt8]?]] = [:]
    /// Dealers whose shares did not match.
    private(set) var refusedDealers: Set<Int> = []
    /// Senders of vectors of other sites or of another number of opened sums: they were told something else.
    private(set) var outOfStep: Set<Int> = []

    init(_ terms: Terms) { self.terms = terms }

    // MARK: Vectors

    /// A vector of this site's or of another's. One of other sites or of another number of opened sums is passed over: its sender is
    /// out of step.
    mutating func take(_ message: VectorMessage, from sender: Int) throws(Fault) {
        let received = try read(message.publicPart, message.signature, of: sender)
        known[sender] = received.signed
        guard isInStep(received.part) else {
            outOfStep.insert(sender)
            return
        }
        guard received.part.point == terms.point else {
            throw .all(.violation(site: terms.settings.parties[sender], name: "pointMismatch"))
        }
        guard hasShape(received.part), message.shares.count == terms.sites.count else {
            throw .sender("malformedVector")
        }
        for (index, share) in message.shares.enumerated() where !matches(share, received.part, sender, index, terms.own)
        {
            refusedDealers.insert(sender)
            return
        }
        vectors[sender] = received
        shares[sender] = message.shares
    }

    /// This site's own vector, of a log: without the shares that it kept.
    mutating func takeOwn(_ publicPart: [UInt8], _ signature: [UInt8]) throws(Fault) {
        let received = try read(publicPart, signature, of: terms.own)
        guard isInStep(received.part), received.part.point == terms.point, hasShape(received.part) else {
            throw .sender("malformedVector")
        }
        known[terms.own] = received.signed
        vectors[terms.own] = received
    }

    private func read(_ bytes: [UInt8], _ signature: [UInt8], of sender: Int) throws(Fault) -> Received {
        guard let part = try? PublicPart(encoded: bytes) else { throw .sender("malformedVector") }
        let signed = SignedDigest(digest: Bytes32(hashing: bytes), signature: signature)
        guard isVector(signed, of: sender) else { throw .sender("signatureRefused") }
        return Received(part: part, bytes: bytes, signed: signed)
    }

    private func isInStep(_ part: PublicPart) -> Bool {
        part.sites == terms.flags && part.opened == UInt32(clamping: terms.opened)
    }

    private func hasShape(_ part: PublicPart) -> Bool {
        let n = terms.sites.count
        return part.secretHashes.count == n && part.shareHashes.count == n * n && part.values.count == terms.count
    }

    private func isVector(_ signed: SignedDigest, of sender: Int) -> Bool {
        guard let text = try? terms.statements.vector(signed.digest, round: terms.number, sender: sender) else {
            return false
        }
        return terms.keys[sender]?.isValid(signature: signed.signature, of: text) ?? false
    }

    func matches(_ share: [UInt8], _ part: PublicPart, _ dealer: Int, _ secret: Int, _ site: Int) -> Bool {
        guard let place = terms.sites.firstIndex(of: site) else { return false }
        let hash = terms.statements.share(share, round: terms.number, dealer: dealer, secret: secret, to: site)
        return part.shareHashes[secret * terms.sites.count + place] == hash
    }

    // MARK: Receipts

    /// What this site tells the others.
    var receipt: ReceiptMessage {
        ReceiptMessage(vectors: terms.settings.parties.indices.map { vectors[$0]?.signed })
    }

    mutating func take(_ message: ReceiptMessage, from sender: Int) throws(Fault) {
        guard message.vectors.count == terms.settings.parties.count else { throw .sender("malformedReceipt") }
        for (site, signed) in message.vectors.enumerated() {
            guard let signed, terms.sites.contains(site), signed.digest != known[site]?.digest else { continue }
            guard isVector(signed, of: site) else { throw .sender("receiptRefused") }
            guard let other = known[site] else {
                known[site] = signed
                continue
            }
            let proof = EquivocationProof(
                site: terms.settings.parties[site], mesh: terms.statements.mesh, round: terms.number,
                digests: [other.digest, signed.digest], signatures: [other.signature, signed.signature])
            throw .all(.equivocation(proof))
        }
        receipts[sender] = message.vectors.map { $0 != nil }
    }

    // MARK: Accord

    /// Fixes who is in the sum, after all receipts.
    ///
    /// - Returns: what this site may sign; nil where the round cannot be opened.
    mutating func agree() -> Bytes32? {
        var all = receipts
        all[terms.own] = terms.settings.parties.indices.map { vectors[$0] != nil }
        let present = terms.sites.filter { site in
            known[site] != nil && all.values.count { !$0[site] } <= terms.settings.coalition
        }
        guard present.count >= terms.settings.smallestSum, present.contains(terms.own),
            terms.settings.onLoss == .continue || present.count == terms.settings.parties.count
        else { return nil }
        // Who was told something else is not lost: a sum without it would be one without a site that nobody lost.
        guard outOfStep.isDisjoint(with: Set(terms.sites).subtracting(present)) else { return nil }
        self.present = present
        ownAccord = terms.statements.accord(
            round: terms.number, opened: terms.opened,
            present: terms.settings.parties.indices.map { present.contains($0) },
            digests: present.compactMap { known[$0]?.digest })
        return ownAccord
    }

    /// Bytes of vectors that one message may send on, well below a frame.
    private static let largestForward = 2 << 20

    /// Vectors that a peer lacks and this site has.
    func forwarded(to peer: Int) -> [AccordMessage.Forwarded] {
        guard let has = receipts[peer] else { return [] }
        var left = Self.largestForward
        return (present ?? []).compactMap { site in
            guard site != peer, !has[site], let vector = vectors[site], vector.bytes.count <= left else { return nil }
            left -= vector.bytes.count
            return AccordMessage.Forwarded(
                site: UInt16(clamping: site), publicPart: vector.bytes, signature: vector.signed.signature)
        }
    }

    mutating func take(_ message: AccordMessage, from sender: Int) throws(Fault) {
        if let accord = message.accord {
            guard let text = try? terms.statements.agreed(accord.digest, round: terms.number, sender: sender),
                terms.keys[sender]?.isValid(signature: accord.signature, of: text) ?? false
            else { throw .sender("accordRefused") }
            accords[sender] = accord.digest
        }
        for item in message.forwarded {
            let site = Int(item.site)
            guard vectors[site] == nil, let digest = known[site]?.digest,
                digest == Bytes32(hashing: item.publicPart)
            else { continue }
            let received = try read(item.publicPart, item.signature, of: site)
            guard isInStep(received.part), received.part.point == terms.point, hasShape(received.part) else { continue }
            vectors[site] = received
        }
    }

    /// Whether enough sites stand by the same as this one.
    var hasQuorum: Bool {
        guard let ownAccord else { return false }
        return 1 + accords.count { terms.sites.contains($0.key) && $0.value == ownAccord } >= terms.threshold
    }
}
