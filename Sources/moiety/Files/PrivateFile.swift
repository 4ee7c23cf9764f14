import Foundation

/// Files that only their owner may read, and files that must appear whole.
enum PrivateFile {
    /// Reads a file that holds a secret; refuses one that others could read.
    static func readSecret(_ path: String) throws -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue else {
            throw Failure(.noInput, "fileNotFound", "\(path) does not exist", hint: "run `moiety init` to make a site")
        }
        guard mode & 0o077 == 0 else {
            throw Failure(
                .permission, "secretReadableByOthers",
                "\(path) holds a secret and others may read it (mode \(String(mode & 0o777, radix: 8)))",
                hint: "chmod 600 \(path)")
        }
        return try readText(path)
    }

    /// Reads a text file of at most `limit` bytes.
    static func readText(_ path: String, limit: Int = 1 << 20) throws -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            throw exists
                ? Failure(.permission, "cannotRead", "\(path) cannot be read")
                : Failure(.noInput, "fileNotFound", "\(path) does not exist")
        }
        defer { try? handle.close() }
        let data = try handle.read(upToCount: limit + 1) ?? Data()
        guard data.count <= limit else {
            throw Failure(.badData, "fileTooLarge", "\(path) is larger than \(limit) bytes")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.badData, "notUTF8", "\(path) is not UTF-8 text")
        }
        return text
    }

    /// Writes beside the target and renames, so that a reader sees the old file or the new one. Not for secrets: those
    /// are created once, with `create`.
    static func replace(_ path: String, with text: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure(.cannotCreate, "cannotWrite", "\(path) cannot be written")
        }
    }

    /// Creates a file that must not exist yet, with its mode from the first moment, and flushes it to the disk.
    static func create(_ data: Data, at path: String, mode: Int) throws {
        // The umask, not a later chmod: there is no moment at which others could open a secret.
        let former = umask(0o077)
        defer { umask(former) }
        guard !FileManager.default.fileExists(atPath: path),
            FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: mode]),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            throw Failure(.cannotCreate, "cannotCreate", "\(path) cannot be created")
        }
        defer { try? handle.close() }
        try handle.write(contentsOf: data)
        try handle.synchronize()
    }
}
