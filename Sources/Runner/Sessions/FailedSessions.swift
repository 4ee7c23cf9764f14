import Foundation
package import Site
import Transcript

/// `failed/` in the site folder: transcripts of sessions that failed. Evidence of what a peer did must not go with the
/// session; nor may a peer that fails again and again fill the disk.
///
/// Over a bound the oldest goes first. What shows that a peer signed two logs gives way to nothing else, and its newest goes
/// before its oldest: the first proof stays, however many failures follow. `protocols/disclosure.md` 9.
package struct FailedSessions: Sendable {
    private let site: SiteFolder
    private var folder: String { "\(site.path)/failed" }

    package init(at site: SiteFolder) { self.site = site }

    /// Moves a transcript here and makes room for it.
    ///
    /// - Returns: its path in the site folder, nil when it had to give way itself, and the names of what was removed; nil
    ///   when no session was opened.
    package func keep(_ transcript: String, of job: String) throws -> (path: String?, removed: [String])? {
        guard FileManager.default.fileExists(atPath: "\(transcript)/\(TranscriptLayout.parties)") else { return nil }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let time = Timestamp.now().filter { $0.isNumber || $0 == "T" }
        let name = "\(time)-\(job.prefix(16))-\(UUID().uuidString.prefix(8))"
        try FileManager.default.moveItem(atPath: transcript, toPath: "\(folder)/\(name)")
        let removed = try prune(after: name)
        return (removed.contains(name) ? nil : "failed/\(name)", removed)
    }

    /// Makes room for another try with the same peer: what was said in the last one is kept, if a session was opened.
    package func clear(_ transcript: String, of job: String) throws {
        _ = try keep(transcript, of: job)
        guard FileManager.default.fileExists(atPath: transcript) else { return }
        try FileManager.default.removeItem(atPath: transcript)
    }

    private struct Kept {
        let name: String
        let bytes: Int
        /// Whether it has both heads of a peer that signed two logs.
        let isEquivocation: Bool
    }

    /// - Parameter newest: what has just come.
    private func prune(after newest: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        var kept = names.map { name in
            Kept(name: name, bytes: bytes(in: name), isEquivocation: hasEquivocation(name))
        }
        var removed: [String] = []
        let bounds = site.settings.failed
        let most = bounds.megabytes * 1_000_000
        while kept.count > bounds.sessions || kept.reduce(0, { $0 + $1.bytes }) > most {
            guard let index = Self.next(of: kept, after: newest) else { break }
            try FileManager.default.removeItem(atPath: "\(folder)/\(kept[index].name)")
            removed.append(kept.remove(at: index).name)
        }
        return removed
    }

    /// Names begin with their time.
    private static func next(of kept: [Kept], after newest: String) -> Int? {
        if let older = kept.firstIndex(where: { !$0.isEquivocation && $0.name != newest }) { return older }
        // Only proofs and perhaps what has just come are left. One alone stays, whatever its size.
        guard kept.count > 1 else { return nil }
        return kept.firstIndex { !$0.isEquivocation } ?? kept.indices.last
    }

    private func hasEquivocation(_ name: String) -> Bool {
        let notes = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)/equivocation")
        return !(notes ?? []).isEmpty
    }

    private func bytes(in name: String) -> Int {
        let files = FileManager.default.enumerator(atPath: "\(folder)/\(name)")
        var total = 0
        while files?.nextObject() != nil {
            total += (files?.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0
        }
        return total
    }
}
