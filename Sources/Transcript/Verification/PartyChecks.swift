import Jobs
import Wire

/// T03, T04, T18, T25: who the parties are, and what they said before the protocol began.
extension VerificationRun {
    mutating func checkApprovals(_ pass: LogPass, _ parties: PartiesFile) {
        findings.made(.t03)
        for party in parties.parties {
            let name = TranscriptLayout.approval(of: party.name)
            guard layout.exists(name) else {
                if party == parties.keeper || pass.approvals[party.name] != nil {
                    findings.fail(.t03, "approvalMissing", "\(party.name)'s approval of the job is not here.")
                } else {
                    findings.warn(.t03, "approvalNotShown", "\(party.name) did not show its approval.")
                }
                continue
            }
            guard let bytes = try? layout.read(name, limit: SignedNote.maximumLength),
                let text = String(validating: bytes, as: UTF8.self),
                let approval = try? Approval(note: text, signedBy: party.identity), approval.site == party.name
            else {
                findings.fail(.t03, "approvalInvalid", "\(party.name)'s approval is not signed by that site.")
                continue
            }
            checkApproval(approval, text, of: party.name, pass, parties)
        }
    }

    private mutating func checkApproval(
        _ approval: Approval, _ text: String, of party: String, _ pass: LogPass, _ parties: PartiesFile
    ) {
        guard approval.job == (agreed?.job ?? parties.jobHash).hex else {
            findings.fail(.t03, "approvalOfOtherJob", "\(party) approved another job.")
            return
        }
        guard pass.approvals[party] == nil || pass.approvals[party] == text else {
            findings.fail(.t03, "approvalDiffers", "\(party)'s approval is not the one shown to its peer.")
            return
        }
        // A record that nobody signed has no time.
        guard pass.firstTime[party] != nil else { return }
        guard OpeningInspector.isInTime(approval, of: party, pass.firstTime) else {
            findings.fail(.t03, "approvalLate", "\(party) approved the job after its first message.")
            return
        }
    }

    mutating func checkIdentities(_ pass: LogPass, _ parties: PartiesFile) {
        findings.made(.t04, remark: options.pinned.isEmpty ? Self.unpinned : nil)
        findings.made(.t18)
        for party in parties.parties {
            if let pinned = options.pinned[party.name], pinned != party.identity {
                findings.fail(.t04, "identityMismatch", "\(party.name)'s identity is not the one pinned.")
            }
        }
        guard let mine = pass.bindings[parties.keeper.name]?.body, let peer = parties.peers.first,
            let theirs = pass.bindings[peer.name]?.body
        else {
            findings.fail(.t04, "bindingMissing", "A party never signed who it is.")
            return
        }
        for (party, own, other) in [(parties.keeper, mine, theirs), (peer, theirs, mine)] {
            guard (try? own.verified(session: parties.session, against: other.hello)) == party else {
                findings.fail(
                    .t04, "bindingMismatch", "\(party.name)'s signature does not bind it to this session.",
                    at: Reference(from: party.name, to: parties.other(than: party.name).name, sequence: 0))
                continue
            }
            guard own.hello.jobHash == parties.jobHash else {
                findings.fail(.t04, "jobMismatch", "\(party.name) introduced itself for another job.")
                continue
            }
            let other = parties.other(than: party.name).name
            if let job, job.party(named: party.name) != nil, job.sessionRole(of: party.name, with: other) != party.role
            {
                findings.fail(.t04, "roleMismatch", "\(party.name) took a role that the job does not give it.")
            }
        }
        let id = try? SessionBinding.sessionID(
            jobHash: parties.jobHash, (mine.hello, mine.nonce), (theirs.hello, theirs.nonce))
        if id != parties.session {
            findings.fail(.t18, "sessionMismatch", "The session's identity does not follow from its parts.")
        }
        if pass.commitments.count < 2 {
            findings.warn(
                .t25, "commitmentsMissing", "A party did not commit to its inputs: they cannot be audited later.")
        }
    }

    private static var unpinned: String {
        "Both parties proved the identities named here; none was given to compare them with."
    }
}
