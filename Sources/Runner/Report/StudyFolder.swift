import Foundation
package import Jobs
import Records
import Site
import Transcript

/// What a fit left at one party, as a report reads it: never rows, identifiers or scores.
package struct StudyFolder: Sendable {
    package let path: String
    /// nil where it was removed.
    package let transcript: String?
    let file: JobFile
    let results: JobReport
    let coefficients: CoefficientSource

    package var job: Job { file.job }
    package var party: String { results.party }
    /// What people call the folder.
    package var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

    private static let needed = ["coefficients.csv", "metrics.json", "job.yaml"]
    private static let hint = "a report is made of the folder that `moiety job run` wrote for a fit"

    /// - Throws: `Failure` 66 that names what is missing; 65 for a file that is not as the program wrote it.
    package init(reading path: String) throws {
        // As people complete names of folders.
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        try Self.demandFolder(path)
        let missing = Self.needed.filter { !FileManager.default.fileExists(atPath: "\(path)/\($0)") }
        guard missing.isEmpty else {
            let words = missing.joined(separator: ", ")
            throw Failure(
                .noInput, "resultsMissing", "\(path) is no results folder of a fit: it has no \(words)",
                hint: FileManager.default.fileExists(atPath: "\(path)/\(MeshFolder.result)")
                    ? "there is no report of a job of many parties: the files of the folder have all of it"
                    : FileManager.default.fileExists(atPath: "\(path)/\(TranscriptLayout.parties)")
                        ? "this is a transcript: give the folder around it, or ask `moiety verify --explain` about it alone"
                        : Self.hint)
        }
        let approved = try JobFile(reading: "\(path)/job.yaml")
        guard approved.job.kind == .pair else {
            throw Failure(
                .usage, "manyParties", "\(path) is of a fit of many parties, and a report is of two",
                hint:
                    "the files of the folder have all of it; moiety results merge puts the coefficients into one table")
        }
        self.path = path
        transcript = Self.transcript(in: path)
        coefficients = try CoefficientSource(path)
        file = approved
        results = try Self.results("\(path)/metrics.json")
        guard results.job == file.hash, coefficients.party == results.party,
            job.party(named: results.party) != nil, job.others(than: results.party).map(\.name) == results.peers
        else {
            throw Failure(
                .badData, "resultsApart",
                "\(path): metrics.json, job.yaml and coefficients.csv are not of one party and one job",
                hint: "put back a copy of what `moiety job run` wrote")
        }
    }

    private static func demandFolder(_ path: String) throws {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else {
            throw Failure(.noInput, "fileNotFound", "\(path) does not exist", hint: hint)
        }
        guard attributes[.type] as? FileAttributeType == .typeDirectory else {
            throw Failure(.badData, "notAFolder", "\(path) is a file, not a results folder", hint: hint)
        }
    }

    static func results(_ path: String) throws -> JobReport {
        let bytes = try PrivateFile.readBytes(path, limit: 1 << 24)
        do {
            return try ResultFiles.decoder.decode(JobReport.self, from: Data(bytes))
        } catch {
            throw Failure(
                .badData, "invalidMetrics", "\(path) is not what `moiety job run` writes",
                hint: "was it edited, or is it of another release? put back a copy, or run the job again")
        }
    }

    static func transcript(in path: String) -> String? {
        let folder = "\(path)/transcript"
        return TranscriptLayout.looksLikeTranscript(folder) ? folder : nil
    }
}

/// What the other party handed over for a report: its results folder, or its `coefficients.csv` alone.
package struct StudyPeer: Sendable {
    package let path: String
    package let transcript: String?
    let coefficients: CoefficientSource
    /// What became of its rows, where its folder is at hand.
    let results: JobReport?
    /// Whether the transcript beside it, with its salt, shows that its session wrote these coefficients.
    let isBound: Bool

    /// - Throws: `Failure` 66 or 65 for what is no such file.
    package init(reading path: String) throws {
        self.path = path
        coefficients = try CoefficientSource(path)
        let metrics = "\(path)/metrics.json"
        results = FileManager.default.fileExists(atPath: metrics) ? try StudyFolder.results(metrics) : nil
        transcript = StudyFolder.transcript(in: path)
        isBound = ResultChecks.isAsWritten(coefficients.file) == true
    }
}
