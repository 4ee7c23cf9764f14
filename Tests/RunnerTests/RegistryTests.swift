import Foundation
import Jobs
import ProtocolKit
import Records
import Site
import TestSupport
import Testing

@testable import Runner

@Suite struct RegistryTests {
    private static let file = Repository.protocols("purposes.json")

    /// `protocols/purposes.json` is what the program follows.
    @Test func itsDocumentIsThePublishedOne() throws {
        let jobs = try ModelFamily.allCases.map(\.rawValue).flatMap { family in
            let time = family == ModelFamily.cox.rawValue ? ", time: days" : ""
            let yaml = SmallJob.yaml.replacing("logistic", with: family)
                .replacing("label: outcome", with: "label: outcome\(time)")
            return [
                (name: family, job: try Job(yaml: yaml)),
                (name: family + " ecdh-p256", job: try Job(yaml: yaml + "\nalignment: {protocol: ecdh-p256}\n")),
            ]
        }
        let rows = (name: "rows", job: try Job(yaml: SmallJob.rows))
        let several = (name: "several", job: try Job(yaml: JobTemplate.severalText(parties: ["a", "b", "c"])))
        // The helper stands between two others, so that each kind of pair is there.
        let fits = try ModelFamily.allCases.map { family in
            let text = JobTemplate.severalText(parties: ["a", "b", "c", "d"], family: family)
            return (
                name: "several \(family.rawValue)", job: try Job(yaml: text.replacing("helper: b", with: "helper: c"))
            )
        }
        let made = try RegistryDocument(.moiety, jobs: jobs + [rows, several] + fits).encoded()
        if ProcessInfo.processInfo.environment["MOIETY_WRITE_PROTOCOLS"] != nil {
            try Data(made).write(to: Self.file, options: .atomic)
        }
        #expect(try Array(Data(contentsOf: Self.file)) == made)
    }

    /// Names are hashed and stand in ledgers: they never change.
    @Test func namesStay() {
        #expect(
            SiteProtocols.all.map(\.purpose.rawValue) == [
                "fit", "alignment", "count", "describe", "prediction", "pooled", "joint-alignment", "joint-fit",
                "joint-describe", "joint-prediction",
            ])
        #expect(SiteProtocols.named("count") is CountProtocol)
        #expect(failure { _ = try SiteProtocols.demand("covert") }?.code == "unknownPurpose")
    }

    /// Of two protocols with one name the first stays: none can take another's place.
    @Test func aNameIsTakenOnce() throws {
        let registry = SessionRegistry([FitProtocol(), AlignmentProtocol(), FitProtocol()])
        #expect(registry.purposes.map(\.rawValue) == ["fit", "alignment"])
        let job = try SmallJob.file().job.hash
        #expect(registry.first(named: job, under: job)?.purpose == .fit)
        #expect(registry.first(named: CountProtocol().purpose.hash(of: job), under: job) == nil)
    }
}
