import Foundation
import Wire

/// A copy of a transcript that keeps hashes where it kept payloads, and no secrets: what archives keep and others may have.
/// `protocols/transcript.md` section 3.
public enum TranscriptPruning {
    private static let largestFile = 1 << 24

    /// Writes every file of the transcript but `private/`, and the logs with fewer payloads. Verify the original first:
    /// nothing is judged here.
    ///
    /// - Parameters:
    ///   - target: a folder that is there and empty.
    ///   - storage: which payloads the copy keeps, as far as the original has them.
    /// - Throws: `notRegular`, `fileTooLarge`, `notCanonical` for what cannot be of a transcript or is torn; `cannotWrite`.
    public static func prune(_ folder: String, into target: String, keeping storage: PayloadStorage = .pruned) throws {
        let (source, copy) = (TranscriptLayout(folder: folder), TranscriptLayout(folder: target))
        _ = try PartiesFile(folder: folder)
        for name in try names(in: source) {
            let path = URL(fileURLWithPath: copy.path(name))
            do {
                try FileManager.default.createDirectory(
                    at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            } catch { throw TranscriptError.cannotWrite(name) }
            if name.hasPrefix("\(TranscriptLayout.logs)/") {
                try prune(log: name, of: source, into: copy, keeping: storage)
            } else {
                let bytes = try source.read(name, limit: largestFile)
                do { try Data(bytes).write(to: path) } catch { throw TranscriptError.cannotWrite(name) }
            }
        }
    }

    /// The files to copy.
    private static func names(in source: TranscriptLayout) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: source.folder).sorted().flatMap { name in
            guard TranscriptLayout.folders.contains(name) else { return [name] }
            guard name != TranscriptLayout.privateFolder else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: source.path(name)).sorted().map {
                "\(name)/\($0)"
            }
        }
    }

    private static func prune(
        log name: String, of source: TranscriptLayout, into copy: TranscriptLayout, keeping storage: PayloadStorage
    ) throws {
        var reader = try LogReader(source, name)
        defer { reader.close() }
        var writer = try LogWriter(creating: copy.path(name), name: name)
        defer { writer.close() }
        reading: while true {
            switch try reader.next() {
            case .entry(let entry):
                let keeps = storage.keeps(try Record(encoded: entry.record))
                _ = try writer.append(entry.record, payload: keeps ? entry.payload : nil)
            case .torn: throw TranscriptError.notCanonical(file: name)
            case .end: break reading
            }
        }
    }
}
