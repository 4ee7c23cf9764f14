import Foundation
import Wire

/// Names of the files in a transcript. `protocols/transcript.md` section 2.
public struct TranscriptLayout: Sendable, Hashable {
    public let folder: String

    public init(folder: String) {
        self.folder = folder
    }

    public static let job = "job.bin"
    public static let jobText = "job.yaml"
    public static let parties = "parties.bin"
    public static let outcome = "outcome.bin"
    public static let privateFolder = "private"
    static let approvals = "approvals"
    static let logs = "log"
    static let checkpoints = "checkpoint"
    static let equivocations = "equivocation"
    static let build = "build.txt"
    static let results = "results.txt"
    static let secondSignature = "outcome.mldsa"
    public static let timestamps = "timestamps"
    static let folders = [approvals, logs, checkpoints, equivocations, timestamps, privateFolder]

    /// Whether a folder has any of the files that every transcript has: what has none is another folder, and no bad transcript.
    public static func looksLikeTranscript(_ folder: String) -> Bool {
        [parties, job, jobText, logs].contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    }

    public static func approval(of party: String) -> String { "\(approvals)/\(party).txt" }
    public static func log(from: String, to: String) -> String { "\(logs)/\(from)~\(to).log" }
    public static func checkpoint(from: String, to: String) -> String { "\(checkpoints)/\(from)~\(to).txt" }

    public func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Reads a small file whole.
    ///
    /// - Throws: `missingFile`; `unreadable`; `notRegular` for links, pipes and folders; `fileTooLarge`.
    func read(_ name: String, limit: Int) throws(TranscriptError) -> [UInt8] {
        let path = try regularFile(name)
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable(name) }
        defer { try? handle.close() }
        // An empty file is no data at its end; one that cannot be read is not empty.
        let data: Data
        do { data = try handle.read(upToCount: limit + 1) ?? Data() } catch { throw .unreadable(name) }
        guard data.count <= limit else { throw .fileTooLarge(name) }
        return Array(data)
    }

    /// The path of a file that is there and is neither a link nor anything that could block a reader.
    func regularFile(_ name: String) throws(TranscriptError) -> String {
        if let end = name.lastIndex(of: "/") {
            let folder = String(name[..<end])
            let type: FileAttributeType
            do { type = try self.type(of: folder) } catch .missingFile { throw .missingFile(name) }
            guard type == .typeDirectory else { throw .notRegular(folder) }
        }
        guard try type(of: name) == .typeRegular else { throw .notRegular(name) }
        return path(name)
    }

    /// What it is itself: a link is a link, wherever it leads.
    func type(of name: String) throws(TranscriptError) -> FileAttributeType {
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw .unreadable(name)
        } catch {
            throw .missingFile(name)
        }
        guard let type = attributes[.type] as? FileAttributeType else { throw .missingFile(name) }
        return type
    }

    func exists(_ name: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path(name))) != nil
    }
}

/// What can be wrong with a transcript's files before anything in them is judged.
public enum TranscriptError: Error, Equatable, Sendable {
    case missingFile(String)
    /// It is there, and this user may not read it, or the disk does not give it.
    case unreadable(String)
    case notRegular(String)
    case fileTooLarge(String)
    case notCanonical(file: String)
    case cannotWrite(String)
    case alreadyThere(String)
    case invalidApproval(party: String)
    /// A seed that is not the one committed to.
    case otherSeed(party: String)
    /// A record that no countersigned head covers: the head has `size` records.
    case notCountersigned(sequence: UInt64, size: UInt64)
    /// Not an RFC 3161 token, or of something else than this transcript.
    case invalidTimestamp(String)
}
