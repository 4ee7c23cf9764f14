import Foundation
import Jobs
import PrivateSetIntersection
import ProtocolKit
import Site
import SplitRegression
import Transcript
import Wire

/// What a verifier checks of alignments, descriptions, fits and predictions of several parties beyond their sessions. `protocols/transcript.md` 9.4.
struct JointFollowing: MeshFollowing {
    private typealias Finding = VerificationReport.Finding

    func identity(_ copy: MeshCopy) -> Bytes32? { try? copy.follower().mesh() }

    /// An alignment ends without whoever is lost.
    func lost(_ copy: MeshCopy) -> [String] { [] }

    func unlike(_ copy: MeshCopy, mesh: Bytes32) -> String? {
        guard let report = try? Self.report(copy) else { return nil }
        guard report.job == copy.job.hash.hex, report.mesh == mesh.hex, report.derivedFrom == copy.job.derivedFrom
        else { return "is of another job or run" }
        return report.parties == copy.job.parties.map(\.name) ? nil : "names other parties than the job"
    }

    /// - Returns: nil where there is none.
    private static func report(_ copy: MeshCopy) throws -> JointReport? {
        let path = "\(copy.folder)/\(MeshFolder.result)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try ResultFiles.decoder.decode(
            JointReport.self, from: Data(PrivateFile.readBytes(path, limit: 1 << 20)))
    }

    func together(_ copies: [MeshCopy]) -> VerificationReport.Finding? {
        Self.modelsDiffer(copies.flatMap(\.pairs.values))
    }

    /// M05 where a party commits to different parts of a model in these sessions, as far as they came.
    static func modelsDiffer(_ sessions: some Sequence<MeshCopy.Pair>) -> VerificationReport.Finding? {
        var named: [String: Bytes32] = [:]
        for (party, root) in sessions.flatMap(\.models).sorted(by: { $0.key < $1.key }) {
            guard let first = named.updateValue(root, forKey: party), first != root else { continue }
            return Finding(
                check: .m05, status: .failed, error: "modelsDiffer",
                sentence: "\(party) named different parts of the model to different parties.")
        }
        return nil
    }

    func outcome(_ copy: MeshCopy) -> VerificationReport.Finding {
        func failed(_ error: String, _ sentence: String) -> Finding {
            Finding(check: .m05, status: .failed, error: error, sentence: sentence)
        }
        func unseen(_ reason: String) -> Finding {
            Finding(check: .m05, status: .notEvaluated, sentence: "Not evaluated for \(copy.keeper): \(reason).")
        }
        // What follows from messages first: a file that is taken away hides nothing of them.
        let found: (mesh: Bytes32, rows: Int)
        do {
            let outcome = try copy.follower().outcome()
            found = (outcome.mesh, outcome.rows)
        } catch {
            return failed(
                Failure(describing: error).code,
                "The alignment does not follow from \(copy.keeper)'s logs: \(Failure(describing: error).message).")
        }
        let isFit = copy.purpose == JointFitProtocol().purpose
        guard !isFit || copy.announcementsAgree else {
            return failed(
                "announcedDiffers", "In \(copy.keeper)'s logs the numbers that the fit opened are not the same for all."
            )
        }
        if let failed = Self.modelsDiffer(copy.pairs.values) { return failed }
        let isDescription = copy.purpose == JointDescriptionProtocol().purpose
        let table: DescriptionTable?
        do { table = isDescription ? try copy.describedTable() : nil } catch {
            return failed(
                Failure(describing: error).code,
                "The table does not follow from \(copy.keeper)'s logs: \(Failure(describing: error).message).")
        }
        if let table, let objection = copy.objection(to: table) { return failed("resultMismatch", objection) }
        let report: JointReport
        do {
            guard let read = try Self.report(copy) else { return unseen("\(MeshFolder.result) is not at hand") }
            report = read
        } catch {
            return failed(
                "resultUnreadable", "\(copy.keeper)'s \(MeshFolder.result) is not what a run of the job writes.")
        }
        guard found.mesh.hex == report.mesh, found.rows == report.aligned else {
            return failed(
                "resultMismatch",
                "The messages in \(copy.keeper)'s logs come to another result than the one beside them.")
        }
        guard isFit == (report.fit != nil) else {
            return failed(
                "resultOfOthers", "\(copy.keeper)'s \(MeshFolder.result) is \(isFit ? "not " : "")that of a fit.")
        }
        guard report.described == table.map(JointReport.Described.init) else {
            return failed(
                "resultMismatch", "\(copy.keeper)'s \(MeshFolder.result) says something else of the description.")
        }
        guard report.scored == (copy.purpose == JointPredictionProtocol().purpose ? found.rows : nil) else {
            return failed("resultMismatch", "\(copy.keeper)'s \(MeshFolder.result) says something else of scores.")
        }
        if let table { return copy.outcome(of: table, unseen: unseen) }
        guard let fit = report.fit else {
            return Finding(
                check: .m05, status: .passed,
                sentence:
                    "The common rows and their order follow from the messages, as does the result. (\(copy.keeper))"
            )
        }
        // What both parties of each session signed: a holder's sessions show by their messages that it is so (T15).
        let counts = copy.pairs.values.compactMap(\.counts)
        guard counts.allSatisfy(fit.agrees) else {
            return failed(
                "resultMismatch",
                "\(copy.keeper)'s \(MeshFolder.result) says other figures of the fit than its sessions' outcomes.")
        }
        guard counts.count == copy.pairs.count else { return unseen("a session has no outcome") }
        return Finding(
            check: .m05, status: .passed,
            sentence:
                "The common rows and their order follow from the messages; all were told the same opened numbers. "
                + "(\(copy.keeper))")
    }
}

extension MeshCopy {
    /// The table that a description's sessions come to at this party.
    ///
    /// - Throws: `DescriptionError`: where it does not follow, or parties were told, or told, different things.
    func describedTable() throws -> DescriptionTable {
        let plan = JointDescriptionPlan(job)
        var sessions: [Int: DescribedReading] = [:]
        for pair in pairs.values {
            guard let index = job.index(of: pair.peer) else { continue }
            var reading = DescribedReading(plan)
            for (record, payload) in pair.records where DescribedReading.reads(record) {
                try reading.take(record, payload)
            }
            sessions[index] = reading
        }
        return try JointDescriptionReading(plan, own: job.index(of: keeper) ?? 0, sessions: sessions).table()
    }

    /// What of a description that is at hand does not follow from its messages, whatever else is missing: counts in outcomes, the table's
    /// files.
    fileprivate func objection(to table: DescriptionTable) -> String? {
        guard pairs.values.compactMap(\.counts).allSatisfy({ $0["shown"] == Int64(table.shownColumns) }) else {
            return "An outcome of \(keeper)'s counts other columns than the messages show."
        }
        do {
            for file in try DescriptionTables(table: table, job: job).files() {
                let path = "\(folder)/\(file.name)"
                guard FileManager.default.fileExists(atPath: path) else { continue }
                guard try PrivateFile.readBytes(path, limit: 1 << 26) == file.bytes else {
                    return "\(keeper)'s \(file.name) is not the table that its sessions come to."
                }
            }
        } catch {
            return "\(keeper)'s table cannot be read: \(Failure(describing: error).message)."
        }
        return nil
    }

    /// M05 of a description to which there is no objection.
    fileprivate func outcome(
        of table: DescriptionTable, unseen: (String) -> VerificationReport.Finding
    ) -> VerificationReport.Finding {
        guard pairs.values.allSatisfy({ $0.counts != nil }) else { return unseen("a session has no outcome") }
        guard FileManager.default.fileExists(atPath: "\(folder)/\(DescriptionFiles.json)") else {
            return unseen("\(DescriptionFiles.json) is not at hand")
        }
        return VerificationReport.Finding(
            check: .m05, status: .passed,
            sentence:
                "The common rows, their order and the table follow from the messages; all know the same of each party's columns. "
                + "(\(keeper))")
    }

    /// Whether all sessions of this party's fit tell the same opened numbers.
    var announcementsAgree: Bool {
        var told: Set<AnnouncedNumbers> = []
        for pair in pairs.values {
            guard let session = JointPair(job, [keeper, pair.peer]) else { return false }
            let plan = { TrainingPlan(job, rows: 0) }
            switch session.training {
            case .shares(let active, _):
                told.insert(AnnouncedNumbers(openedIn: pair.records, active: active, plan: plan()))
            case .columns(let holder, _, _, _):
                told.insert(AnnouncedNumbers(toldIn: pair.records, by: holder, plan: plan()))
            case .nothing: break
            }
        }
        return told.count == 1
    }

    /// Follows the alignment in this party's sessions.
    func follower() throws -> MultipartyFollower {
        var sessions: [Int: Bytes32] = [:]
        for pair in pairs.values { if let index = job.index(of: pair.peer) { sessions[index] = pair.session } }
        var follower = MultipartyFollower(
            settings: try MultipartySettings(job), own: job.index(of: keeper) ?? 0, job: jobHash, sessions: sessions)
        for pair in pairs.values {
            guard let index = job.index(of: pair.peer) else { continue }
            for (record, payload) in pair.records { follower.take(record, payload: payload, with: index) }
        }
        return follower
    }
}
