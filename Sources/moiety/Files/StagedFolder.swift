import Foundation

/// An output folder that appears whole or not at all.
///
/// Everything is written to a hidden sibling, flushed, and renamed in one step; the sibling is removed on any error
/// and on Ctrl-C.
final class StagedFolder {
    let target: String
    let path: String
    private var finished = false

    /// - Throws: `Failure` with exit code 73 if the target exists or its parent cannot be written.
    init(target: String) throws {
        let url = URL(fileURLWithPath: target).standardizedFileURL
        self.target = url.path
        let parent = url.deletingLastPathComponent()
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw Failure(
                .cannotCreate, "outputExists", "\(target) exists already",
                hint: "name a folder that does not exist, nothing is ever overwritten")
        }
        guard Self.isFolder(parent.path) else {
            throw Failure(.cannotCreate, "noParentFolder", "\(parent.path) is not a folder")
        }
        path = parent.appending(path: ".\(url.lastPathComponent).partial-\(UUID().uuidString.prefix(8))").path
        Interruption.remember(folder: path)
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            Interruption.forget(folder: path)
            throw Failure(.cannotCreate, "cannotCreate", "no folder can be made in \(parent.path)")
        }
    }

    deinit { discard() }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        try PrivateFile.create(Data(text.utf8), at: file(name), mode: mode)
    }

    /// Flushes and gives the folder its name.
    func commit() throws {
        Self.flush(path)
        do {
            try FileManager.default.moveItem(atPath: path, toPath: target)
        } catch {
            throw Failure(.cannotCreate, "outputExists", "\(target) cannot be created, or came to exist meanwhile")
        }
        finished = true
        Interruption.forget(folder: path)
        Self.flush(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }

    func discard() {
        guard !finished else { return }
        finished = true
        try? FileManager.default.removeItem(atPath: path)
        Interruption.forget(folder: path)
    }

    private static func isFolder(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }

    /// A folder's entries are on the disk only once the folder itself is flushed.
    private static func flush(_ folder: String) {
        guard let handle = FileHandle(forReadingAtPath: folder) else { return }
        try? handle.synchronize()
        try? handle.close()
    }
}
