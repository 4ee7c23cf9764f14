import Foundation

/// The few calls that atomic output needs, with our errors. Through Foundation, because the C calls take pointers.
enum Disk {
    /// An empty folder of mode 0700 beside `target`, so that a later rename stays within the file system. Made before
    /// anything is written, it also covers the moment in which a new file has not yet its own mode.
    static func privateNeighbour(of target: URL) throws(RecordsError) -> String {
        let parent = target.deletingLastPathComponent()
        let name = ".\(target.lastPathComponent)\(mark)\(UInt64.random(in: 0 ... .max))"
        let staging = parent.appendingPathComponent(name).path
        try attempt(target.path) {
            try FileManager.default.createDirectory(
                atPath: staging, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        return staging
    }

    private static let mark = ".tmp-"

    /// Whether a name is one that `privateNeighbour` gives to a neighbour of that target.
    static func isNeighbour(_ name: String, of target: String) -> Bool {
        let start = ".\(target)\(mark)"
        return name.hasPrefix(start) && UInt64(name.dropFirst(start.count)) != nil
    }

    /// Whether a name is one that `privateNeighbour` gives, or Foundation to what `replace` writes before it renames.
    static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix(".") else { return false }
        if name.hasPrefix(".dat.nosync") { return true }
        return name.range(of: mark, options: .backwards).map { UInt64(name[$0.upperBound...]) != nil } ?? false
    }

    /// Whether anything has the name, be it a link that leads nowhere.
    static func isTaken(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    static func makeFolder(_ path: String) throws(RecordsError) {
        try attempt(path) {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    static func writeNew(_ path: String, _ bytes: [UInt8], mode: FileMode) throws(RecordsError) {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode.bits]
        guard !FileManager.default.fileExists(atPath: path) else { throw .outputExists(path: path) }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: attributes),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw .cannotWrite(path: path, reason: "it cannot be created") }
        defer { try? handle.close() }
        try attempt(path) {
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
        }
    }

    /// fsync of a file or folder.
    static func flush(_ path: String) throws(RecordsError) {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw .cannotWrite(path: path, reason: "it cannot be flushed to the disk")
        }
        defer { try? handle.close() }
        try attempt(path) { try handle.synchronize() }
    }

    /// Everything in a folder, then the folder.
    static func flushTree(_ path: String) throws(RecordsError) {
        var paths = [path]
        if let inside = FileManager.default.enumerator(atPath: path) {
            for case let name as String in inside { paths.append(path + "/" + name) }
        }
        for path in paths.reversed() { try flush(path) }
    }

    static func move(_ source: String, to target: String) throws(RecordsError) {
        try attempt(target) { try FileManager.default.moveItem(atPath: source, toPath: target) }
    }

    /// Overwrites a file in one step. Foundation's atomic write flushes and renames, but makes its temporary file with
    /// the default mode; so a file for the owner only is replaced only inside a folder that keeps others out.
    /// (`FileManager.replaceItemAt` is no way: on Linux, in Swift 6.3, it renames the old file over the new one.)
    static func replace(_ target: URL, with bytes: [UInt8], mode: FileMode) throws(RecordsError) {
        let parent = target.deletingLastPathComponent().path
        if mode == .ownerOnly {
            let attributes = try? FileManager.default.attributesOfItem(atPath: parent)
            guard let bits = attributes?[.posixPermissions] as? Int, bits & 0o077 == 0 else {
                throw .cannotWrite(path: target.path, reason: "its folder is open to others; its mode must be 0700")
            }
        }
        try attempt(target.path) {
            try Data(bytes).write(to: target, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: mode.bits], ofItemAtPath: target.path)
        }
    }

    private static func attempt(_ path: String, _ body: () throws -> Void) throws(RecordsError) {
        do {
            try body()
        } catch {
            throw .cannotWrite(path: path, reason: SystemReason.words(error))
        }
    }
}
