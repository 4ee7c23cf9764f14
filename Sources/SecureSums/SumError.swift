public import Wire

/// Why sums could not be formed. Errors name the site and the thing, never a content.
public enum SumError: Error, Sendable, Equatable {
    case badSettings(String)
    /// The sessions are not those of the settings: our own mistake.
    case badSessions(String)
    /// Two sites say different things about the sessions between them. One of them may have come back while the others set up.
    case meshMismatch(site: String, other: String)
    /// A site has other terms than this one, or is in another mesh amid the rounds: another attempt does not mend that.
    case otherMesh(site: String, other: String)
    /// Not all sites were there when the mesh was made.
    case lostInSetup([Loss])
    /// `onLoss: wait`: these sites are gone. Nothing of the unfinished round was opened; the last state holds.
    case suspended([Loss])
    /// A site ended the job for all, and its reason says why: a refusal or a broken protocol, so waiting does not help.
    case ended(by: Loss)
    /// `onLoss: continue`: so few are left that a sum would say too much.
    case tooFewSites(left: Int, needed: Int, lost: [Loss])
    /// The others went on without this site.
    case leftOut
    /// A site signed two different vectors of one round.
    case equivocation(EquivocationProof)
    /// A site broke the protocol; the name is told to all.
    case violation(site: String, name: String)
    /// Fewer sites than the threshold released shares of a secret.
    case sharesWithheld(by: [String])
    /// Sites saw different things round after round, without anyone being lost.
    case noAccord
    /// A round that was opened before came to another sum with the same sites: a site changed its input.
    case reopenedDiffers(round: Int)
    /// This site's own input differs from what it put in before it stopped.
    case inputChanged(round: Int)
    /// A saved state of another job, or damaged.
    case badState(String)
    /// A value does not fit the fixed point.
    case outOfRange(index: Int)

    /// A site that is gone, and how that was noticed.
    public struct Loss: Sendable, Equatable {
        public let site: String
        public let reason: WireError

        public init(site: String, reason: WireError) {
            self.site = site
            self.reason = reason
        }
    }
}

/// Two statements about one round that one site signed, and that cannot both be true: anyone who has its identity key can check.
public struct EquivocationProof: Sendable, Equatable {
    public let site: String
    public let mesh: Bytes32
    public let round: UInt32
    /// Digests of the two vectors, each with the site's Ed25519 signature (`protocols/row-split.md` 5.2).
    public let digests: [Bytes32]
    public let signatures: [[UInt8]]

    public init(site: String, mesh: Bytes32, round: UInt32, digests: [Bytes32], signatures: [[UInt8]]) {
        self.site = site
        self.mesh = mesh
        self.round = round
        self.digests = digests
        self.signatures = signatures
    }
}
