import Crypto
import Foundation
import Records
import Wire

/// What this site ran, appended and never rewritten: one JSON object a line.
///
/// Each entry carries the SHA-256 of the line before it, so that a line taken out or changed shows.
package struct Ledger: Sendable {
    package struct Entry: Codable, Sendable, Equatable {
        /// UTC, ISO 8601.
        package var time: String
        /// `alignmentStarted`, `alignmentFinished`, `jobStarted`, `jobFinished`, `jobFailed`, `approved`, ...
        package var event: String
        package var job: String?
        package var peer: String?
        /// What the event is about: counts, the name of an error. No identifiers, no values.
        package var details: [String: String] = [:]
        /// SHA-256 of the line before this one, without its line break; of nothing at the first.
        var previous: String = ""
    }

    package let path: String

    package func append(event: String, job: String? = nil, peer: String? = nil, details: [String: String] = [:]) throws
    {
        let lines = try lines()
        var entry = Entry(time: Timestamp.now(), event: event, job: job, peer: peer, details: details)
        entry.previous = Self.digest(of: lines.last ?? "")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(entry) + Data("\n".utf8)
        if !FileManager.default.fileExists(atPath: path) {
            try AtomicFile.write([], to: path, mode: .ownerOnly)
        }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw Failure(.cannotCreate, "cannotWriteLedger", "\(path) cannot be written")
        }
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: line)
        try handle.synchronize()
    }

    /// - Throws: `Failure` 65 at the first line whose predecessor is not the one it was written after.
    package func entries() throws -> [Entry] {
        var previous = ""
        return try lines().enumerated().map { index, line in
            guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line.utf8)),
                entry.previous == Self.digest(of: previous)
            else {
                throw Failure(
                    .badData, "ledgerBroken", "\(path): line \(index + 1) does not follow the line before it",
                    hint:
                        "a last line cut short by a crash may be removed by hand; anything else: restore a copy, and ask who wrote there"
                )
            }
            previous = line
            return entry
        }
    }

    private func lines() throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try PrivateFile.readText(path, limit: 1 << 28).split(separator: "\n").map(String.init)
    }

    private static func digest(of line: String) -> String {
        Hex.encode(SHA256.hash(data: Data(line.utf8)))
    }
}
