import Foundation

/// Small text files whose mode matters.
enum PrivateFile {
    /// Larger than any certificate or key; a wrong path to a huge file must not fill the memory.
    private static let largest = 64 * 1024

    static func readText(_ path: String) throws(TransportError) -> String {
        // Opening a pipe waits for a writer that may never come.
        guard self.attributes(path)?[.type] as? FileAttributeType == .typeRegular,
            let handle = FileHandle(forReadingAtPath: path)
        else { throw .cannotRead(path: path) }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: self.largest),
            let text = String(validating: data, as: UTF8.self)
        else { throw .cannotRead(path: path) }
        return text
    }

    /// Refuses a file that anyone but its owner may touch; of a symbolic link, its target is judged.
    static func readPrivateText(_ path: String) throws(TransportError) -> String {
        guard let mode = self.mode(path) else { throw .cannotRead(path: path) }
        guard mode & 0o177 == 0 else {
            throw .keyFileNotPrivate(path: path, mode: "0" + String(mode, radix: 8))
        }
        return try self.readText(path)
    }

    /// The mode is set while the file is still empty, and read back, before a secret goes in.
    static func create(_ path: String, text: String, mode: Int) throws(TransportError) {
        let files = FileManager.default
        guard !files.fileExists(atPath: path),
            files.createFile(atPath: path, contents: Data(), attributes: [.posixPermissions: mode]),
            (try? files.setAttributes([.posixPermissions: mode], ofItemAtPath: path)) != nil,
            self.mode(path) == mode,
            let handle = FileHandle(forWritingAtPath: path)
        else { throw .cannotWrite(path: path) }
        defer { try? handle.close() }
        do {
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
        } catch {
            throw .cannotWrite(path: path)
        }
    }

    private static func mode(_ path: String) -> Int? {
        (self.attributes(path)?[.posixPermissions] as? NSNumber)?.intValue
    }

    /// Of the file itself: a link to it, as those of mounted secrets, has a mode of its own that protects nothing.
    private static func attributes(_ path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    }
}
