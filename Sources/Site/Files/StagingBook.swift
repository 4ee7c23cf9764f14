import Foundation
import Records
import Wire

/// Where this site's processes collect output before it gets its name. A process that is killed leaves such a folder, with the
/// seed of its session in it, beside wherever `--out` pointed; the site remembers where, so that its next run finds it.
///
/// `staging/<name>.txt` in the site folder: the path, the process and when it started, a line each.
package struct StagingBook: Sendable {
    package struct Entry: Sendable, Equatable {
        package let folder: String
        /// Whether the process that made it runs on this machine now; nil where that cannot be found out.
        package let isAlive: Bool?
        let note: String
    }

    let folder: String

    package init(folder: String) { self.folder = folder }

    /// Remembers a folder that is about to be written to.
    func remember(_ staging: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let process = ProcessInfo.processInfo.processIdentifier
        let lines = [staging, "\(process)", Self.start(of: Int(process)) ?? "?", ProcessInfo.processInfo.hostName]
        try AtomicFile.write(
            Array((lines.joined(separator: "\n") + "\n").utf8), to: note(of: staging), mode: .ownerOnly, replacing: true
        )
    }

    func forget(_ staging: String) { try? FileManager.default.removeItem(atPath: note(of: staging)) }

    /// Folders that are there still. Notes about folders that are gone are removed.
    package func entries() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().compactMap { name in
            let note = "\(folder)/\(name)"
            guard let text = try? PrivateFile.readText(note, limit: 1 << 16) else { return nil }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count >= 4, FileManager.default.fileExists(atPath: lines[0]) else {
                try? FileManager.default.removeItem(atPath: note)
                return nil
            }
            return Entry(folder: lines[0], isAlive: Self.isAlive(lines), note: note)
        }
    }

    /// Removes what killed processes of this machine left, evidence first moved to `kept`.
    ///
    /// - Parameter keep: takes a transcript out of the folder and says where it is now; nil when there is none.
    /// - Returns: a sentence for each folder that was removed, and for each that somebody else must look at.
    package func tidy(keeping keep: (_ folder: String) -> String?) -> [String] {
        entries().compactMap { entry in
            switch entry.isAlive {
            case true?: return nil
            case nil:
                return
                    "\(entry.folder) is of a process of another machine, or of one that cannot be seen from here; it may hold "
                    + "secrets: remove it once that process has ended"
            case false?:
                let kept = keep(entry.folder)
                try? FileManager.default.removeItem(atPath: entry.folder)
                try? FileManager.default.removeItem(atPath: entry.note)
                return "removed \(entry.folder), which a killed process left"
                    + (kept.map { "; what was exchanged is kept: \($0)" } ?? "")
            }
        }
    }

    private func note(of staging: String) -> String {
        "\(folder)/\(Bytes32(hashing: staging.utf8).hex.prefix(32)).txt"
    }

    /// Lines: folder, process, its start, machine.
    private static func isAlive(_ lines: [String]) -> Bool? {
        guard lines[3] == ProcessInfo.processInfo.hostName, let process = Int(lines[1]), lines[2] != "?" else {
            return nil
        }
        // Numbers of processes are used again; the start of one, in ticks since the machine's, is not.
        return start(of: process) == lines[2]
    }

    /// Field 22 of `/proc/<process>/stat`, and the machine's own start; nil where there is no such process or no `/proc`.
    private static func start(of process: Int) -> String? {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat"),
            let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
        else { return nil }
        // The name in parentheses may hold blanks.
        let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19 else { return nil }
        return "\(fields[19]) \(String(decoding: boot, as: UTF8.self).split(separator: "\n").first ?? "")"
    }
}
