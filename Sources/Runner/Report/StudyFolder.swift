import Foundation
package import Jobs
import Records
import Site
import Transcript

/// What a fit left at one party, as a report reads it: never rows, identifiers or scores.
package struct StudyFolder: Sendable {
    package let path: String
    /// By the other party of the session; those that were removed are not there.
    package let transcripts: [String: String]
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
                    ? "there is no report of an alignment, or of a job split by rows: the files of the folder have all of it"
                    : FileManager.default.fileExists(atPath: "\(path)/\(TranscriptLayout.parties)")
                        ? "this is a transcript: give the folder around it, or ask `moiety verify --explain` about it alone"
                        : Self.hint)
        }
        let approved = try JobFile(reading: "\(path)/job.yaml")
        guard !approved.job.isSplitByRows else {
            throw Failure(
                .usage, "splitByRows",
                "\(path) is of a job split by rows, and a report is of columns of several parties",
                hint: "the files of the folder have all of it")
        }
        self.path = path
        coefficients = try CoefficientSource(path)
        file = approved
        let found = try Self.results("\(path)/metrics.json")
        results = found
        transcripts = Self.transcripts(in: path, peers: found.peers)
        guard results.job == file.hash, results.derivedFrom == approved.job.derivedFrom,
            coefficients.party == results.party,
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
        guard let report = try? ResultFiles.decoder.decode(JobReport.self, from: Data(bytes)), report.isSound else {
            throw Failure(
                .badData, "invalidMetrics", "\(path) is not what `moiety job run` writes",
                hint: "was it edited, or is it of another release? put back a copy, or run the job again")
        }
        return report
    }

    /// Of the session with each of these parties, where it is there.
    static func transcripts(in path: String, peers: [String]) -> [String: String] {
        peers.reduce(into: [:]) { found, peer in
            let folder =
                peers.count == 1 ? "\(path)/transcript" : "\(path)/\(MeshFolder.transcripts)/\(peer)"
            if TranscriptLayout.looksLikeTranscript(folder) { found[peer] = folder }
        }
    }
}

/// What another party handed over for a report: its results folder, or its `coefficients.csv` alone.
package struct StudyPeer: Sendable {
    package let path: String
    /// By the other party of the session.
    package let transcripts: [String: String]
    let coefficients: CoefficientSource
    /// What became of its rows, where its folder is at hand.
    let results: JobReport?
    /// Whether the transcript beside it, with its salt, shows that its session wrote these coefficients.
    let isBound: Bool

    var name: String { coefficients.party }

    /// - Parameter study: that it is handed over for.
    /// - Throws: `Failure` 66 or 65 for what is no such file.
    package init(reading path: String, for study: StudyFolder) throws {
        self.path = path
        coefficients = try CoefficientSource(path)
        let metrics = "\(path)/metrics.json"
        results = FileManager.default.fileExists(atPath: metrics) ? try StudyFolder.results(metrics) : nil
        let name = coefficients.party
        transcripts = StudyFolder.transcripts(
            in: path, peers: study.job.parties.map(\.name).filter { $0 != name })
        isBound = ResultChecks.isAsWritten(coefficients.file) == true
    }
}
