import Jobs
import ProtocolKit
package import Site
import SplitRegression
package import Transcript
import Wire

extension Verifier.Options {
    /// What this program knows about its own protocols, and what the caller brings.
    package init(job: JobFile?, site: SiteFolder?) throws {
        self.init(registry: .moiety)
        jobHash = job?.job.hash
        guard let site else { return }
        policy = try site.policy()
        self.site = site.name
        pinned[site.name] = try site.identity().key.publicKey
        pinnedSecond[site.name] = try site.secondKey()?.publicKey
        for peer in try site.peers.all() {
            pinned[peer.name] = peer.identity
            pinnedSecond[peer.name] = peer.second
        }
    }
}
