import Crypto
import Foundation
internal import Records
internal import Wire

/// A ledger of the first form: `ledger.jsonl` and `cohorts/*.txt`; `protocols/disclosure.md` 8.
struct OldLedger {
    private let folder: String
    private var path: String { "\(folder)/ledger.jsonl" }

    private struct Line: Decodable {
        let time: String
        let event: String
        let job: String?
        let peer: String?
        let details: [String: String]
        /// SHA-256 of the line before.
        let previous: String
    }

    private struct OldCohort {
        let job: String
        let peer: String
        let cohort: Cohort
        /// SHA-256 over the sorted tags in hexadecimal, by which `scoresOpened` names it.
        let oldName: String
    }

    init(in folder: String) { self.folder = folder }

    /// Does nothing when there is none.
    ///
    /// - Throws: `LedgerError` when it is not in order, or is another than the one which was taken over.
    func takeOver(signedBy signer: LedgerSigner) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else { throw LedgerError.oldFormBroken(path: path, line: 1) }
        let digest = Bytes32(hashing: data).hex
        let files = SiteLedger.files(in: folder)
        if !FileManager.default.fileExists(atPath: files.database) {
            guard !FileManager.default.fileExists(atPath: files.head) else {
                throw LedgerError.missing(path: files.database)
            }
            try convert(text, digest: digest, signer: signer)
        }
        // A process that was stopped between two of these steps left the file behind; anything else is another file.
        let ledger = try SiteLedger(connecting: files, signer: signer)
        if !FileManager.default.fileExists(atPath: files.head) {
            try ledger.finish { entries in
                guard let last = entries.last, last.is(.ledgerTakenOver), last.details["digest"] == digest else {
                    throw LedgerError.headMissing(path: files.head)
                }
            }
        }
        guard try ledger.entries().contains(where: { $0.is(.ledgerTakenOver) && $0.details["digest"] == digest }) else {
            throw LedgerError.twice(path: path)
        }
        do {
            try FileManager.default.moveItem(atPath: path, toPath: path + ".taken-over")
        } catch {
            throw LedgerError.unwritable(path: path)
        }
    }

    /// Writes the database under another name first, so that it appears whole.
    private func convert(_ text: String, digest: String, signer: LedgerSigner) throws {
        let lines = try lines(text)
        let cohorts = try cohorts()
        let staging = "\(folder)/.ledger.sqlite.tmp-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.removeItem(atPath: staging)
        defer { try? FileManager.default.removeItem(atPath: staging) }
        try LedgerDatabase.create(at: staging)
        let ledger = try SiteLedger(connecting: (staging, SiteLedger.files(in: folder).head), signer: signer)
        try ledger.fill { transaction in
            try append(lines, cohorts, to: &transaction)
            try transaction.append(
                LedgerEntry(
                    .ledgerTakenOver, at: Date(), details: ["digest": digest, "entries": "\(lines.count)"]))
        }
        do {
            try FileManager.default.moveItem(atPath: staging, toPath: SiteLedger.files(in: folder).database)
        } catch {
            throw LedgerError.unwritable(path: SiteLedger.files(in: folder).database)
        }
    }

    private func append(
        _ lines: [Line], _ cohorts: [OldCohort], to transaction: inout LedgerTransaction
    ) throws {
        for line in lines {
            var entry = LedgerEntry(event: line.event, at: .distantPast, details: line.details)
            entry.time = line.time
            entry.job = line.job
            entry.peer = line.peer
            switch line.event {
            case "countOpened":
                entry.charges = [LedgerEntry.Charge.counts.rawValue: 1]
                try transaction.append(entry)
            case "scoresOpened":
                entry.charges = [LedgerEntry.Charge.scores.rawValue: 1]
                // Where the rows were not kept, no cohort is named, and every row is charged.
                if let kept = cohorts.first(where: { $0.oldName == line.details["cohort"] }) {
                    try transaction.append(entry, charging: kept.cohort)
                } else {
                    try transaction.append(entry)
                }
            case "jobFinished", "alignmentFinished":
                guard let job = line.job, cohorts.contains(where: { $0.job == job }) else {
                    throw LedgerError.cohortMissing(path: "\(folder)/cohorts", cohort: line.job ?? "")
                }
                try transaction.append(entry)
            default: try transaction.append(entry)
            }
        }
        for old in cohorts {
            var entry = LedgerEntry(.cohortOpened, at: Date(), job: old.job, charges: [.models: 1])
            entry.peer = old.peer
            try transaction.append(entry, charging: old.cohort)
        }
    }

    private func lines(_ text: String) throws -> [Line] {
        var previous = ""
        let lines = text.split(separator: "\n").map(String.init)
        guard !lines.isEmpty else { throw LedgerError.oldFormBroken(path: path, line: 1) }
        return try lines.enumerated().map { index, line in
            guard let read = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)),
                read.previous == Hex.encode(SHA256.hash(data: Data(previous.utf8)))
            else { throw LedgerError.oldFormBroken(path: path, line: index + 1) }
            previous = line
            return read
        }
    }

    /// `<job hash>-<start of the cohort's old name>.txt`: the peer's name, then one tag a line, 32 hexadecimal digits.
    private func cohorts() throws -> [OldCohort] {
        let folder = "\(folder)/cohorts"
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }
        return try files.sorted().map { file in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(file)"),
                let text = String(validating: data, as: UTF8.self)
            else { throw LedgerError.cohortMissing(path: "\(folder)/\(file)", cohort: file) }
            let lines = text.split(separator: "\n").map(String.init)
            let tags = lines.dropFirst().compactMap { Hex.decode($0).flatMap { $0.count == 16 ? Cohort.Tag($0) : nil } }
            let oldName = Bytes32(hashing: lines.dropFirst().joined(separator: "\n").utf8).hex
            let job = String(file.prefix { $0 != "-" })
            // The file's name holds the start of its digest, so that an emptied or changed one shows.
            guard let peer = lines.first, !tags.isEmpty, tags.count == lines.count - 1,
                file == "\(job)-\(oldName.prefix(16)).txt"
            else { throw LedgerError.cohortChanged(path: "\(folder)/\(file)", cohort: file) }
            return OldCohort(job: job, peer: peer, cohort: Cohort(tags), oldName: oldName)
        }
    }
}
