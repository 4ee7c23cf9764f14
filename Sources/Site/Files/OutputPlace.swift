import Foundation
package import Records
import Transcript

/// Where commands may write what they are asked for. A file in a transcript makes it invalid, and one among a site's books or
/// keys may decide what the site does.
package enum OutputPlace {
    /// Folders of a site that only its own books write to. Others in it, such as results that a person keeps there, are free.
    private static let books = ["peers", "approvals", "staging", "failed", "cohorts", "pooled"]

    /// - Throws: `Failure` 64 for an empty path; 73 for a place in a transcript or among a site's own files.
    package static func check(_ path: String) throws {
        guard !path.isEmpty else {
            throw Failure(.usage, "emptyPath", "the path of the output is empty", hint: "name a file or a folder")
        }
        guard !path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Failure(
                .usage, "badPath", "the path of the output holds a control character", hint: "name another one")
        }
        let target = URL(fileURLWithPath: path).standardizedFileURL
        // Links of the folders are followed; the target itself is not there yet.
        var folder = target.deletingLastPathComponent().resolvingSymlinksInPath()
        var inside = target.lastPathComponent
        while true {
            if isTranscript(folder.path) {
                throw Failure(
                    .cannotCreate, "insideTranscript", "\(path) would stand in the transcript \(folder.path)",
                    hint: "a transcript with anything more in it is invalid: choose a place outside it")
            }
            if isSite(folder.path), isOwn(inside) {
                throw Failure(
                    .cannotCreate, "insideSite", "\(path) would stand among the site's own files in \(folder.path)",
                    hint: "its keys, peers, approvals and ledger are written by moiety alone: choose another place")
            }
            let parent = folder.deletingLastPathComponent()
            guard parent.path != folder.path, folder.path != "/" else { return }
            inside = folder.lastPathComponent
            folder = parent
        }
    }

    private static func isTranscript(_ folder: String) -> Bool {
        let files = FileManager.default
        return files.fileExists(atPath: "\(folder)/\(TranscriptLayout.parties)")
            && files.fileExists(atPath: "\(folder)/log")
    }

    private static func isSite(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: SiteFolder.settingsFile(in: folder))
    }

    /// Whether the first thing under a site's folder is one of its own, there or not.
    private static func isOwn(_ name: String) -> Bool {
        let ledger = SiteLedger.files(in: "")
        let files = [
            SiteFolder.settingsFile(in: ""), "/policy.yaml", SiteFolder.identityFile(in: ""),
            SiteFolder.secondKeyFile(in: ""),
            SiteFolder.certificateFile(in: ""), SiteFolder.certificateKeyFile(in: ""),
            SiteFolder.invitationFile(in: ""),
            ledger.database, ledger.head, "/ledger.jsonl", "\(ledger.database)-journal", "\(ledger.database)-wal",
        ]
        return books.contains(name) || files.contains("/\(name)")
    }
}

/// A file that a command writes because it was asked to.
package enum OutputFile {
    /// Whole or not at all; nothing that is there is replaced.
    ///
    /// - Throws: as `OutputPlace.check`; `RecordsError`.
    package static func write(_ bytes: [UInt8], to path: String, mode: FileMode = .readable) throws {
        try OutputPlace.check(path)
        try AtomicFile.write(bytes, to: path, mode: mode)
    }
}
