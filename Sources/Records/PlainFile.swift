package import Foundation

/// Opens files that people name.
///
/// Opening a pipe waits for a writer that may never come, so the kind of the file is looked at first.
package enum PlainFile {
    /// Opens a regular file for reading; symbolic links are followed.
    ///
    /// - Throws: `fileNotFound`; `permissionDenied`; `unreadable` with the reason: a folder, a pipe or a device, a link that leads nowhere.
    package static func open(_ path: String) throws(RecordsError) -> FileHandle {
        let link = try attributes(of: path, named: path)
        var type = link[.type] as? FileAttributeType
        if type == .typeSymbolicLink {
            guard FileManager.default.fileExists(atPath: path) else {
                throw .unreadable(path: path, reason: "it is a symbolic link that leads nowhere or in a circle")
            }
            let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            type = try attributes(of: target, named: path)[.type] as? FileAttributeType
        }
        switch type {
        case .typeRegular: break
        case .typeDirectory: throw .unreadable(path: path, reason: "it is a folder")
        default: throw .unreadable(path: path, reason: "it is a pipe, a socket or a device, not a regular file")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw .permissionDenied(path: path)
        }
        return handle
    }

    private static func attributes(
        of path: String, named name: String
    ) throws(RecordsError) -> [FileAttributeKey: Any] {
        do {
            return try FileManager.default.attributesOfItem(atPath: path)
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw .permissionDenied(path: name)
        } catch {
            throw .fileNotFound(path: name)
        }
    }
}
