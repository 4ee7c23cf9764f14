import Jobs
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
        inspectors = { job, facts in try SessionInspectors.make(job, for: facts.purpose, session: facts.session) }
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
}
