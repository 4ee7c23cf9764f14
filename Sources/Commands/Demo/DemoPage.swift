import Foundation
import Runner
import Site

/// The page about a demo's fit: the first site's, with what the others found, as on this one machine all of it is at hand.
struct DemoPage {
    /// Where the demo runs, with the results of each site in NAME-results.
    let folder: String

    /// Nothing else is left of a demo that nobody wanted to keep.
    ///
    /// - Returns: where it is when all is done.
    func write(_ sites: [SiteFolder], keptIn: String?) throws -> String {
        let names = sites.map { "\($0.name)-results" }
        let study = try StudyFolder(reading: "\(folder)/\(names[0])")
        let report = try StudyReport(
            study, peers: names.dropFirst().map { try StudyPeer(reading: "\(folder)/\($0)", for: study) },
            site: sites[0], verifies: true)
        guard report.verification.status == .ok else {
            throw Failure(
                .verificationFailed, "demoFailed", "the report's transcript is \(report.verification.verdict)")
        }
        guard let keptIn else {
            let path = FileManager.default.temporaryDirectory.appending(path: "moiety-demo-\(UUID()).html").path
            try ReportFile.write(report.html, to: path)
            return path
        }
        try ReportFile.write(report.html, to: "\(folder)/\(names[0])/\(ReportFile.name)")
        return "\(keptIn)/\(names[0])/\(ReportFile.name)"
    }
}
