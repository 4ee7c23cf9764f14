import Crypto
import Wire

/// What one site makes for one round: its seeds, the shares of them, its masked vector (`protocols/row-split.md` 3).
struct RoundDeal: Sendable {
    let publicPart: PublicPart
    /// By receiver: its shares of each secret.
    let shares: [Int: [[UInt8]]]

    /// - Parameters:
    ///   - sites: of the round, in order, this one among them.
    ///   - threshold: shares that give a secret.
    ///   - entropy: 32 secret bytes of this round.
    ///   - seeds: by peer.
    init(
        _ values: [UInt128], opened: Int, point: Bytes32, own: Int, sites: [Int], siteCount: Int, threshold: Int,
        round: UInt32, statements: SumStatements, entropy: [UInt8], seeds: [Int: [UInt8]]
    ) {
        let key = SymmetricKey(data: entropy)
        let selfSeed = MaskStream.derive(key, info: Array("moiety/rows/self/v1".utf8))
        let peers = sites.filter { $0 != own }
        let secrets = [selfSeed] + peers.map { seeds[$0] ?? [] }
        let coefficients = MaskStream.bytes(
            MaskStream.derive(key, info: Array("moiety/rows/shares/v1".utf8)),
            count: secrets.count * ByteShares.length * (threshold - 1))

        var masked = zip(values, MaskStream.numbers(selfSeed, count: values.count)).map { $0 &+ $1 }
        for (peer, seed) in zip(peers, secrets.dropFirst()) {
            let mask = MaskStream.numbers(seed, count: values.count)
            for index in masked.indices { masked[index] = Self.add(mask[index], to: masked[index], peer > own) }
        }

        var shares: [Int: [[UInt8]]] = [:]
        var (secretHashes, shareHashes): ([Bytes32], [Bytes32]) = ([], [])
        let width = ByteShares.length * (threshold - 1)
        for (index, secret) in secrets.enumerated() {
            secretHashes.append(statements.secret(secret, round: round, dealer: own, index: index))
            let dealt = ByteShares.deal(
                secret, to: sites.map { UInt8($0 + 1) }, threshold: threshold,
                coefficients: Array(coefficients[index * width..<(index + 1) * width]))
            for (site, share) in zip(sites, dealt) {
                shares[site, default: []].append(share)
                shareHashes.append(
                    statements.share(share, round: round, dealer: own, secret: index, to: site))
            }
        }
        self.shares = shares
        publicPart = PublicPart(
            opened: UInt32(clamping: opened), sites: (0..<siteCount).map { sites.contains($0) }, point: point,
            secretHashes: secretHashes, shareHashes: shareHashes, values: masked)
    }

    static func add(_ mask: UInt128, to value: UInt128, _ isPositive: Bool) -> UInt128 {
        isPositive ? value &+ mask : value &- mask
    }

    /// Where a dealer's secrets stand: its self seed, then the seeds with the others by index.
    static func secretIndex(of peer: Int, dealer: Int, sites: [Int]) -> Int? {
        sites.filter { $0 != dealer }.firstIndex(of: peer).map { $0 + 1 }
    }
}
