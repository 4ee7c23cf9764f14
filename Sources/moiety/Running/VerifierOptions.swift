import Jobs
import Paillier
import PrivateSetIntersection
import SplitRegression
import Transcript
import Wire

extension Verifier.Options {
    /// What this program knows about its own protocols, and what the caller brings.
    init(job: JobFile?, site: SiteFolder?) throws {
        self.init()
        jobHash = job?.job.hash
        plan = { job, _ in ProtocolPlan(job) }
        inspectors = { job, facts in
            let moduli = ModulusRegister()
            var all: [any PayloadInspector] = [
                TrainingInspector(session: facts.session, active: job.active.name, moduli: moduli) { rows in
                    TrainingPlan(job, rows: rows)
                }
            ]
            let alignment = try? AlignmentInspector(
                keyBits: job.keys.bits, subgroupKeys: job.keys.kind == .subgroup,
                maximumSetSize: job.limits.maximumSetSize, session: facts.session, moduli: moduli)
            if let alignment {
                all.append(alignment)
            }
            return all
        }
        requiredCounts = Outcome.countsOfATraining
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
