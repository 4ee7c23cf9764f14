import Foundation
package import Jobs
import Transcript
import Wire

/// Approvals with the word of the ledger about them; `protocols/disclosure.md` 5.
extension SiteFolder {
    /// The approval that a new one takes the place of.
    package func standingApproval(of file: JobFile, by identity: SiteIdentity) -> Approval? {
        guard let note = try? approvals.note(of: file, by: identity) else { return nil }
        return try? Approval(note: note, signedBy: identity.key.publicKey)
    }

    /// Signs that this site may run a job, and enters it.
    package func approve(
        _ file: JobFile, person: String, meaning: String = Approval.standardMeaning, by identity: SiteIdentity
    ) throws -> Approval {
        try checkDerivation(of: file)
        let ledger = try ledger(signedBy: identity)
        let approval = try approvals.approve(file, person: person, meaning: meaning, by: identity)
        let note = try approvals.note(of: file, by: identity)
        // A note that the ledger does not know holds for nothing: so the note first.
        try ledger.transact { transaction in
            // Each peer's entries hold the approvals of jobs with it.
            for peer in try peerEntries(in: file) {
                try transaction.append(
                    LedgerEntry(
                        .jobApproved, at: Date(), job: file.hash, peer: peer,
                        details: ["person": person, "meaning": meaning, "note": Self.digest(of: note)]))
            }
        }
        return approval
    }

    /// - Throws: `Failure` 4 when the ledger has no approval of that job to take back.
    package func demandApproval(of hash: String, by identity: SiteIdentity) throws {
        try ledger(signedBy: identity).read { try Self.demandApproval(of: hash, in: $0) }
    }

    private static func demandApproval(of hash: String, in view: LedgerView) throws {
        guard case .approved = view.approval(of: hash) else {
            throw Failure(
                .refusedByPolicy, "notApproved", "this site has no approval of job \(hash.prefix(16)) to revoke")
        }
    }

    /// Takes an approval back.
    ///
    /// - Throws: `Failure` 4 when there is none.
    package func revoke(_ hash: String, by identity: SiteIdentity) throws {
        try ledger(signedBy: identity).transact { transaction in
            try Self.demandApproval(of: hash, in: transaction.view)
            // Those of the approval: the job's text may be gone, and without it the approval would still hold.
            let approved = transaction.view.entries.filter { $0.is(.jobApproved) && $0.job == hash }
            let peers = Set(approved.map { entry in entry.peer.map { LedgerEntry.Peer(name: $0, key: entry.peerKey) } })
            for peer in peers.sorted(by: { ($0?.name ?? "", $0?.key ?? "") < ($1?.name ?? "", $1?.key ?? "") }) {
                try transaction.append(LedgerEntry(.jobRevoked, at: Date(), job: hash, peer: peer))
            }
        }
    }

    /// The signed note of an approval that holds now.
    ///
    /// - Throws: `Failure` 4 or 77; `PolicyRefusal` when it expired, was revoked or is not the ledger's.
    package func heldApproval(of file: JobFile, by identity: SiteIdentity, in ledger: SiteLedger) throws -> String {
        let note = try approvals.note(of: file, by: identity)
        let approval = try Approval(note: note, signedBy: identity.key.publicKey)
        guard file.job.trust.map({ approval.meaning.hasSuffix("; " + $0) }) ?? true else {
            throw Failure(
                .refusedByPolicy, "approvalWithoutTrust",
                "this site's approval of the job does not say who is trusted to keep apart",
                hint: "approve it again: moiety job approve")
        }
        try checkDerivation(of: file)
        let days = try policy().budgets[.approvalDays]
        try ledger.read {
            try $0.checkApproval(approval, note: Self.digest(of: note), days: days, at: Date())
        }
        return note
    }

    /// The job's other parties as entries name them; without their keys while this site does not know them. Never empty: a job that does
    /// not name this site is entered without a peer.
    private func peerEntries(in file: JobFile) throws -> [LedgerEntry.Peer?] {
        guard file.job.party(named: name) != nil else { return [nil] }
        let known = try peers.names()
        return try file.job.others(than: name).map { party in
            let peer = known.contains(party.name) ? try peers.peer(named: party.name) : nil
            return LedgerEntry.Peer(name: party.name, key: peer?.identity.fingerprint.hex)
        }
    }

    /// The only peer of a job with two parties, else the first.
    package func peerEntry(in file: JobFile) throws -> LedgerEntry.Peer? { try peerEntries(in: file)[0] }

    /// A peer that this site knows.
    package func peerEntry(_ peer: Invitation) -> LedgerEntry.Peer {
        LedgerEntry.Peer(name: peer.name, key: peer.identity.fingerprint.hex)
    }

    private static func digest(of note: String) -> String { Bytes32(hashing: note.utf8).hex }
}
