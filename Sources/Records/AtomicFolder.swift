import Foundation

/// Who may read a file that is written.
public enum FileMode: Sendable, Hashable {
    /// 0600: identifiers, keys, anything about single people.
    case ownerOnly
    /// 0644, inside a folder that may be narrower.
    case readable

    var bits: Int { self == .ownerOnly ? 0o600 : 0o644 }
}

/// A folder that appears whole or not at all: everything is written to a hidden neighbour (mode 0700), flushed to the
/// disk and renamed. A process that dies before `commit` leaves the neighbour, never a part of the folder.
public struct AtomicFolder: Sendable {
    /// Where the folder will stand.
    public let path: String
    /// Where its content is collected until `commit`; others (a transcript) may write there themselves.
    public let stagingPath: String

    /// - Throws: `outputExists` if anything stands at `path`; `cannotWrite` if its parent cannot be written to.
    public init(at path: String) throws(RecordsError) {
        let target = URL(fileURLWithPath: path).standardizedFileURL
        if Disk.isTaken(target.path) { throw .outputExists(path: path) }
        self.path = target.path
        stagingPath = try Disk.privateNeighbour(of: target)
    }

    /// Writes one file; `name` may name folders inside, which are made.
    public func write(_ name: String, _ bytes: [UInt8], mode: FileMode = .readable) throws(RecordsError) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw .cannotWrite(path: name, reason: "not a name inside the output folder")
        }
        let file = URL(fileURLWithPath: stagingPath).appendingPathComponent(name)
        try Disk.makeFolder(file.deletingLastPathComponent().path)
        try Disk.writeNew(file.path, bytes, mode: mode)
    }

    /// Flushes every file and folder and gives the folder its name.
    public func commit() throws(RecordsError) {
        try Disk.flushTree(stagingPath)
        if Disk.isTaken(path) { throw .outputExists(path: path) }
        try Disk.move(stagingPath, to: path)
        try Disk.flush(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Moves what was collected, in the order of the names, into another folder of the same disk. Nothing there is replaced.
    ///
    /// - Throws: `outputExists` before anything is moved, `cannotWrite`.
    package func moveAll(_ names: [String], into folder: String) throws(RecordsError) {
        try Disk.flushTree(stagingPath)
        for name in names where Disk.isTaken("\(folder)/\(name)") { throw .outputExists(path: "\(folder)/\(name)") }
        for name in names { try Disk.move("\(stagingPath)/\(name)", to: "\(folder)/\(name)") }
        try Disk.flush(folder)
    }

    /// Removes what was collected.
    public func discard() { try? FileManager.default.removeItem(atPath: stagingPath) }
}

/// One file, whole or not at all.
public enum AtomicFile {
    /// - Parameter replacing: whether a file that stands there may be replaced; one for the owner only is replaced only in
    ///   a folder of mode 0700.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: FileMode = .readable, replacing: Bool = false
    ) throws(RecordsError) {
        let target = URL(fileURLWithPath: path).standardizedFileURL
        if FileManager.default.fileExists(atPath: target.path) {
            guard replacing else { throw .outputExists(path: path) }
            try Disk.replace(target, with: bytes, mode: mode)
        } else {
            let staging = try Disk.privateNeighbour(of: target)
            defer { try? FileManager.default.removeItem(atPath: staging) }
            let file = staging + "/" + target.lastPathComponent
            try Disk.writeNew(file, bytes, mode: mode)
            try Disk.move(file, to: target.path)
        }
        try Disk.flush(target.deletingLastPathComponent().path)
    }

    /// Throws what `write` with `replacing` would throw, as far as that shows before there is anything to write. Leaves
    /// nothing behind.
    public static func checkWritable(_ path: String) throws(RecordsError) {
        let target = URL(fileURLWithPath: path).standardizedFileURL
        let resolved = target.resolvingSymlinksInPath().path
        let type = (try? FileManager.default.attributesOfItem(atPath: resolved))?[.type] as? FileAttributeType
        guard type == nil || type == .typeRegular else {
            throw .cannotWrite(path: target.path, reason: "it is not a plain file")
        }
        let staging = try Disk.privateNeighbour(of: target)
        try? FileManager.default.removeItem(atPath: staging)
    }
}
