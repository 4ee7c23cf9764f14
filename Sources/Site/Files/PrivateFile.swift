import Foundation

/// Text files of a site, and those of them that only their owner may read.
package enum PrivateFile {
    /// Reads a file that holds a secret; refuses one that others could read. Of a link, as those of mounted secrets, the
    /// target is judged.
    static func readSecret(_ path: String) throws -> String {
        guard let mode = SharedModes.mode(of: path) else {
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

    /// Reads a text file of at most `limit` bytes; a byte order mark before it is no part of it.
    package static func readText(_ path: String, limit: Int = 1 << 20) throws -> String {
        let bytes = try readBytes(path, limit: limit)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        guard let text = String(validating: bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0), as: UTF8.self) else {
            throw Failure(.badData, "notUTF8", "\(path) is not UTF-8 text")
        }
        return text
    }

    /// - Throws: `Failure` 77 for the first of these files and folders that is there and that this user may not read.
    package static func demandReadable(_ paths: [String]) throws {
        for path in paths
        where FileManager.default.fileExists(atPath: path) && !FileManager.default.isReadableFile(atPath: path) {
            throw Failure(
                .permission, "cannotRead", "\(path) cannot be read",
                hint: "it is there: may this user read it, and is the disk well?")
        }
    }

    /// Reads a file of at most `limit` bytes.
    package static func readBytes(_ path: String, limit: Int) throws -> [UInt8] {
        // Opening a pipe waits for a writer that may never come.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let type = (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType
        guard type == nil || type == .typeRegular else {
            throw Failure(.badData, "notAFile", "\(path) is not a plain file")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            if exists, FileManager.default.isReadableFile(atPath: path) {
                throw Failure(
                    .permission, "cannotRead", "\(path) cannot be opened, though this user may read it",
                    hint: "are too many files open? `ulimit -n` says how many may be")
            }
            throw exists
                ? Failure(.permission, "cannotRead", "\(path) cannot be read")
                : Failure(.noInput, "fileNotFound", "\(path) does not exist")
        }
        defer { try? handle.close() }
        let data = try handle.read(upToCount: limit + 1) ?? Data()
        guard data.count <= limit else {
            throw Failure(.badData, "fileTooLarge", "\(path) is larger than \(limit) bytes")
        }
        return Array(data)
    }
}
