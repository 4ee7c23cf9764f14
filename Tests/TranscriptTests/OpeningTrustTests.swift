import Jobs
import Testing
import Transcript

@testable import Wire

/// Of a fit of several parties each approval says who is trusted to keep apart (`protocols/job.md` 6).
@Suite struct OpeningTrustTests {
    private static let trust = "a and b do not put their parts together"

    /// What a party is told about an approval with this meaning.
    private func failure(_ meaning: String, trust: String? = Self.trust) throws -> String? {
        let (key, job) = (SigningKey(), Bytes32(hashing: [1]))
        let party = PartyDescription(
            name: "b", role: "passive", attempt: 0, identity: key.publicKey, logKey: key.publicKey,
            witnessKey: key.publicKey,
            certificateFingerprint: .zero)
        let approval = try Approval(
            job: job.hex, site: "b", person: "Ada", time: "2020-01-01T00:00:00Z", meaning: meaning)
        let payload = try ApprovalMessage(note: approval.signed(by: key)).encoded()
        let record = Record(
            session: .zero, from: "b", to: "a", sequence: 0,
            protocolVersion: ProtocolVersion(id: MessageType.approval.protocolID, version: 1), type: .approval,
            round: 0,
            attempt: 0, chunk: .whole, sentAt: 1_600_000_000_000, seen: TreeHead(size: 0, root: .zero), payload: payload
        )
        var inspector = OpeningInspector(job: job, committed: [], trust: trust, parties: [party])
        do {
            try inspector.inspect(record, payload: payload)
            return nil
        } catch {
            return "\(error.check) \(error.name)"
        }
    }

    @Test func anApprovalWithoutItIsRefused() throws {
        #expect(try failure("approved; \(Self.trust)") == nil)
        for meaning in ["approved", "not so: \(Self.trust)", "approved; \(Self.trust), or do they"] {
            #expect(try failure(meaning) == "T03 approvalWithoutTrust", "\(meaning)")
        }
        #expect(try failure("approved", trust: nil) == nil)
    }
}
