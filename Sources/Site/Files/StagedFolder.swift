import Foundation
package import Records

/// An output folder that appears whole or not at all, and of which nothing is left on an error or on Ctrl-C.
package final class StagedFolder {
    private let folder: AtomicFolder
    private let book: StagingBook?
    private let open: OpenFolders
    private var isOpen = true

    /// - Parameter book: of the site whose secrets will stand in it: found there if this process is killed.
    /// - Throws: `Failure` for a place where no output belongs; `RecordsError` (exit code 73) if the target exists or its parent
    ///   cannot be written.
    package convenience init(target: String, rememberedIn book: StagingBook? = nil) throws {
        try self.init(target: target, rememberedIn: book, among: .shared)
    }

    init(target: String, rememberedIn book: StagingBook? = nil, among open: OpenFolders) throws {
        try OutputPlace.check(target)
        self.open = open
        self.book = book
        folder = try AtomicFolder(at: target)
        do { try book?.remember(folder.stagingPath) } catch {
            folder.discard()
            throw error
        }
        open.remember(folder.stagingPath)
    }

    deinit { discard() }

    /// Hidden folders beside the target with the names that such folders have: of processes that were killed, or of one
    /// that runs now.
    package var others: [String] {
        let target = URL(fileURLWithPath: folder.path)
        let parent = target.deletingLastPathComponent().path
        return Leftovers.names(in: parent, of: target.lastPathComponent)
            .map { "\(parent)/\($0)" }.filter { $0 != stagingPath }
    }

    /// What is to be done with it before it is removed, when the process must end at once.
    package func rescue(_ rescue: @escaping @Sendable () -> Void) {
        open.remember(folder.stagingPath, rescuing: rescue)
    }

    package var target: String { folder.path }
    /// Where others, such as a transcript, may write before `commit`.
    package var stagingPath: String { folder.stagingPath }

    package func write(_ bytes: [UInt8], to name: String, mode: FileMode = .readable) throws {
        try folder.write(name, bytes, mode: mode)
    }

    package func commit() throws {
        try folder.commit()
        isOpen = false
        book?.forget(folder.stagingPath)
        open.forget(folder.stagingPath)
    }

    /// Moves each thing in it into a folder that is there, one after the other; nothing there is replaced, and a folder that is
    /// there already stays in the place of an empty one.
    ///
    /// - Parameter last: the name of what comes last.
    /// - Throws: `RecordsError.outputExists` before anything is moved, `cannotWrite`.
    func moveAll(into folder: String, last: String) throws(RecordsError) {
        let files = FileManager.default
        // What cannot be listed must not pass for moved.
        guard let all = try? files.contentsOfDirectory(atPath: stagingPath), all.contains(last) else {
            throw .cannotWrite(path: folder, reason: "what was to come into it cannot be read back")
        }
        let names = all.sorted().filter { name in
            let isEmpty = (try? files.contentsOfDirectory(atPath: "\(stagingPath)/\(name)"))?.isEmpty ?? false
            return !isEmpty || (try? files.contentsOfDirectory(atPath: "\(folder)/\(name)")) == nil
        }
        try self.folder.moveAll(names.filter { $0 != last } + names.filter { $0 == last }, into: folder)
        discard()
    }

    package func discard() {
        guard isOpen else { return }
        isOpen = false
        folder.discard()
        book?.forget(folder.stagingPath)
        open.forget(folder.stagingPath)
    }
}
