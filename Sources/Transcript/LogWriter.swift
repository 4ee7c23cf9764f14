import Foundation
import Wire

/// Appends entries to a log file. Each append is one write, so that a killed process leaves whole entries and at most
/// one torn one; `synchronize` makes all of them survive a crash of the machine.
struct LogWriter {
    private let handle: FileHandle
    private(set) var tree = MerkleTree()

    /// A new file, which must not exist.
    init(creating path: String, name: String) throws(TranscriptError) {
        guard !FileManager.default.fileExists(atPath: path) else { throw .alreadyThere(name) }
        guard FileManager.default.createFile(atPath: path, contents: Data(LogEntry.magic)),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw .cannotWrite(name) }
        do { try handle.seekToEnd() } catch { throw .cannotWrite(name) }
        self.handle = handle
    }

    /// A file left by an earlier process: a torn last entry is cut off.
    init(recovering layout: TranscriptLayout, name: String) throws(TranscriptError) {
        var reader = try LogReader(layout, name)
        defer { reader.close() }
        reading: while true {
            switch try reader.next() {
            case .entry(let entry):
                guard MerkleHash.leaf(entry.record) == entry.leaf else { throw .notCanonical(file: name) }
                tree.append(leaf: entry.leaf)
            case .torn, .end: break reading
            }
        }
        guard let handle = FileHandle(forWritingAtPath: layout.path(name)) else { throw .cannotWrite(name) }
        do {
            try handle.truncate(atOffset: reader.wholeBytes)
            try handle.seekToEnd()
        } catch { throw .cannotWrite(name) }
        self.handle = handle
    }

    mutating func append(_ record: [UInt8], payload: [UInt8]?) throws -> TreeHead {
        let leaf = MerkleHash.leaf(record)
        try handle.write(contentsOf: Data(try LogEntry(record: record, leaf: leaf, payload: payload).encoded))
        return tree.append(leaf: leaf)
    }

    func synchronize() throws { try handle.synchronize() }

    func close() { try? handle.close() }
}
