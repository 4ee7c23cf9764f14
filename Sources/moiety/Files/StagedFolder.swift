import Foundation
import Records

/// An output folder that appears whole or not at all, and of which nothing is left on an error or on Ctrl-C.
final class StagedFolder {
    private let folder: AtomicFolder
    private var isOpen = true

    /// - Throws: `RecordsError` (exit code 73) if the target exists or its parent cannot be written.
    init(target: String) throws {
        folder = try AtomicFolder(at: target)
        Interruption.remember(folder: folder.stagingPath)
    }

    deinit { discard() }

    /// Hidden folders beside the target with the names that such folders have: of processes that were killed, or of one
    /// that runs now.
    var others: [String] {
        let target = URL(fileURLWithPath: folder.path)
        let parent = target.deletingLastPathComponent().path
        return Leftovers.names(in: parent, of: target.lastPathComponent)
            .map { "\(parent)/\($0)" }.filter { $0 != stagingPath }
    }

    /// What is to be done with it before it is removed, when the process must end at once.
    func rescue(_ rescue: @escaping @Sendable () -> Void) {
        Interruption.remember(folder: folder.stagingPath, rescuing: rescue)
    }

    var target: String { folder.path }
    /// Where others, such as a transcript, may write before `commit`.
    var stagingPath: String { folder.stagingPath }

    func write(_ bytes: [UInt8], to name: String, mode: FileMode = .readable) throws {
        try folder.write(name, bytes, mode: mode)
    }

    func commit() throws {
        try folder.commit()
        isOpen = false
        Interruption.forget(folder: folder.stagingPath)
    }

    func discard() {
        guard isOpen else { return }
        isOpen = false
        folder.discard()
        Interruption.forget(folder: folder.stagingPath)
    }
}
