import Jobs
import Paillier
import PrivateSetIntersection
package import Site
import SplitRegression
package import Transcript
import Wire

extension Verifier.Options {
    /// What this program knows about its own protocols, and what the caller brings.
    package init(job: JobFile?, site: SiteFolder?) throws {
        self.init()
        jobHash = job?.job.hash
        plan = { job, purpose in ProtocolPlan(job, for: purpose) }
        inspectors = { job, facts in Self.inspectors(job, facts) + [CommittedSetInspector()] }
        requiredCounts = { Outcome.counts(of: $0) }
        guardFacts = { job, counts in
            guard let rows = counts["fitted"] else { return nil }
            return GuardFacts(job: job, rows: Int(rows), passes: counts["passes"].map { Int($0) })
        }
        guard let site else { return }
        policy = try site.policy()
        pinned[site.name] = try site.identity().key.publicKey
        pinnedSecond[site.name] = try site.secondKey()?.publicKey
        for peer in try site.peers.all() {
            pinned[peer.name] = peer.identity
            pinnedSecond[peer.name] = peer.second
        }
    }

    /// What looks at the payloads of such a session.
    private static func inspectors(_ job: Job, _ facts: Verifier.SessionFacts) -> [any PayloadInspector] {
        let moduli = ModulusRegister()
        func alignment() -> [any PayloadInspector] {
            let inspector = try? AlignmentInspector(
                keyBits: job.keys.bits, subgroupKeys: job.keys.kind == .subgroup,
                maximumSetSize: job.limits.maximumSetSize, session: facts.session, moduli: moduli)
            return [inspector].compactMap(\.self)
        }
        switch facts.purpose {
        case .fit:
            let training = TrainingInspector(session: facts.session, active: job.active.name, moduli: moduli) { rows in
                TrainingPlan(job, rows: rows)
            }
            return [training] + alignment()
        case .alignment: return alignment()
        case .count:
            let count = try? CountInspector(keyBits: job.keys.bits, maximumSetSize: job.limits.maximumSetSize)
            return [count].compactMap(\.self)
        case .prediction:
            return alignment() + [ScoreInspector(areRevealed: job.reveals(.scores))]
        }
    }
}
