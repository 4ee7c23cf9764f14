import Foundation
import Jobs
import Records
import Runner
import Site
import Synchronization
import TestSupport

/// What an observer heard.
final class Notebook: RunObserver {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    func progress(_ text: String) { kept.withLock { $0.append(text) } }
    func warning(_ text: String) { kept.withLock { $0.append("warning: \(text)") } }
    func sessionFailed(_ failure: Failure) { kept.withLock { $0.append("failed: \(failure.code)") } }
}

/// The hospital's side of a small job, without a site around it.
enum SmallJob {
    static let yaml = """
        moiety: 8
        title: Small
        parties:
          - {name: hospital, role: active, table: patients, identifier: id, label: outcome, features: [age]}
          - {name: lab, role: passive, table: results, identifier: id, features: [m1, m2, m3]}
        model: {family: logistic}
        keys: {bits: 2048}
        reveal: [coefficients, scores]
        """

    static let rows = """
        moiety: 11
        split: rows
        title: Small
        parties: [north, east, south]
        columns: {identifier: id, label: outcome, features: [age]}
        model: {family: logistic}
        """

    static let csv = "id,outcome,age\nP1,0,20\nP2,1,31\nP3,1,45\n"

    static func file(_ replaced: (String, String)...) throws -> JobFile {
        try JobFile(yaml: replaced.reduce(yaml) { $0.replacing($1.0, with: $1.1) })
    }

    static func table(_ job: Job, csv: String = csv, in folder: TemporaryFolder) throws -> PartyTable {
        try PartyTable(
            job, party: job.active, csv: folder.write("hospital.csv", csv), delimiter: nil, missing: .standard)
    }
}

/// A hospital's site in a folder of its own, whose books nobody has been in.
struct HospitalSite {
    let folder: TemporaryFolder
    let site: SiteFolder

    init() throws {
        folder = try TemporaryFolder()
        let made = try NewSite(
            at: folder.path("hospital"), name: "hospital", listen: NetworkAddress(host: "127.0.0.1", port: 7443),
            tables: [])
        try made.create()
        site = try SiteFolder(opening: made.path)
    }
}

/// The failure that `body` ends with.
func failure(_ body: () throws -> Void) -> Failure? {
    do {
        try body()
        return nil
    } catch {
        return error as? Failure
    }
}
