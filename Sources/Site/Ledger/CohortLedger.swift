import Crypto
import Foundation
import Jobs
package import Records
import Wire

/// Cohorts of earlier jobs with a peer, so that two jobs whose cohorts differ by a few people are refused: the
/// difference of their results would be about those few.
///
/// `cohorts/<job hash>-<start of the cohort's name>.txt` (0600): the peer's name, then one tag an identifier, HMAC-SHA-256 under a key that follows
/// from this site's identity, its first 16 bytes in hexadecimal, sorted. Local; never sent.
package struct CohortLedger: Sendable {
    private let folder: String
    private let key: SymmetricKey
    private let ledger: Ledger
    private let minimumDifference: Int

    package init(site: SiteFolder, identity: SiteIdentity, minimumDifference: Int) {
        folder = site.path + "/cohorts"
        // HKDF-SHA256(ikm: identity key, info: "moiety/cohort-tags/v1")
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: identity.key.rawRepresentation),
            info: Data("moiety/cohort-tags/v1".utf8), outputByteCount: 32)
        ledger = site.ledger
        self.minimumDifference = minimumDifference
    }

    /// - Throws: `Failure` 4 when an earlier cohort with this peer differs by at least one and fewer than the minimum.
    package func check(_ rows: AlignedRows, peer: String) throws {
        let own = tags(rows)
        for earlier in try cohorts(of: peer) {
            let difference = own.symmetricDifference(earlier).count
            guard difference == 0 || difference >= minimumDifference else {
                throw Failure(
                    .refusedByPolicy, "cohortDifference",
                    "this cohort differs from that of an earlier job with \(peer) by fewer than \(minimumDifference) people",
                    hint: "results of both would tell about those few; use the same rows as before")
            }
        }
    }

    package func remember(_ rows: AlignedRows, job: String, peer: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let text = ([peer] + tags(rows).sorted()).joined(separator: "\n") + "\n"
        let path = "\(folder)/\(job)-\(name(of: rows).prefix(16)).txt"
        try AtomicFile.write(Array(text.utf8), to: path, mode: .ownerOnly, replacing: true)
    }

    /// Score vectors about just these rows that were opened before, by jobs or predictions with this peer.
    package func scoreVectors(of rows: AlignedRows, peer: String) throws -> Int {
        let cohort = name(of: rows)
        return try ledger.entries().count {
            $0.event == Self.scoresOpened && $0.peer == peer && $0.details["cohort"] == cohort
        }
    }

    package func rememberScores(of rows: AlignedRows, job: String, peer: String) throws {
        try ledger.append(
            event: Self.scoresOpened, job: job, peer: peer,
            details: ["cohort": name(of: rows), "rows": "\(rows.count)"])
    }

    private static let scoresOpened = "scoresOpened"

    /// SHA-256 over the sorted tags: says whether two cohorts are the same, and to this site only.
    private func name(of rows: AlignedRows) -> String {
        Bytes32(hashing: tags(rows).sorted().joined(separator: "\n").utf8).hex
    }

    private func tags(_ rows: AlignedRows) -> Set<String> {
        Set(
            (0..<rows.count).map { row in
                let code = HMAC<SHA256>.authenticationCode(for: Data(rows.identifier(at: row)), using: key)
                return Hex.encode(Array(code.prefix(16)))
            })
    }

    private func cohorts(of peer: String) throws -> [Set<String>] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }
        return try files.compactMap { file in
            let lines = try PrivateFile.readText("\(folder)/\(file)", limit: 1 << 30).split(separator: "\n")
            return lines.first.map(String.init) == peer ? Set(lines.dropFirst().map(String.init)) : nil
        }
    }
}
