import Foundation
import Runner
import Site
import Transcript

/// Verifies what the demo recorded, on both sides, and shows that one changed byte is found.
struct DemoVerification: Sendable {
    /// Where both sites and their results are.
    let folder: String
    let sites: [SiteFolder]

    /// Lines for the report.
    func run() throws -> [String] {
        var lines: [String] = []
        for site in sites {
            let report = Verifier(folder: transcript(of: site), options: try Verifier.Options(job: nil, site: site))
                .verify(against: transcript(of: sites.first { $0.name != site.name } ?? site))
            guard [.valid, .validPruned].contains(report.verdict) else {
                throw Failure(
                    .verificationFailed, "demoFailed", "\(site.name)'s transcript is \(report.verdict.rawValue)")
            }
            let passed = report.findings.count { $0.status == .passed }
            lines.append("\(site.name)'s transcript: \(report.verdict.rawValue), \(passed) checks passed")
        }
        lines.append(try tampered(sites[0]))
        return lines
    }

    private func transcript(of site: SiteFolder) -> String { "\(folder)/\(site.name)-results/transcript" }

    /// Changes one byte in the middle of a copy's first log.
    private func tampered(_ site: SiteFolder) throws -> String {
        let copy = "\(folder)/tampered"
        try FileManager.default.copyItem(atPath: transcript(of: site), toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        guard let name = try FileManager.default.contentsOfDirectory(atPath: "\(copy)/log").sorted().first else {
            throw Failure(.internalError, "demoFailed", "the transcript has no log")
        }
        let path = "\(copy)/log/\(name)"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let report = Verifier(folder: copy, options: try Verifier.Options(job: nil, site: site)).verify()
        guard let failure = report.failure else {
            throw Failure(.internalError, "demoFailed", "a changed byte was not found")
        }
        let place = failure.record.map { " at record \($0.sequence)" } ?? ""
        return "one byte of it changed: moiety verify says [\(failure.check.rawValue)] \(failure.error ?? "")\(place) "
            + "(exit \(ExitStatus.verificationFailed.rawValue))"
    }
}
