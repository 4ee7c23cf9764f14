import Foundation
import Synchronization

/// Staged folders that this process writes now, for whoever must end it at once.
package final class OpenFolders: Sendable {
    /// Those of this process.
    package static let shared = OpenFolders()

    private let folders = Mutex<[String: @Sendable () -> Void]>([:])

    init() {}

    package var isEmpty: Bool { folders.withLock { $0.isEmpty } }

    /// A folder that must not survive an interruption, until `forget` is called.
    ///
    /// - Parameter rescue: runs before the folder is removed when the process ends at once.
    func remember(_ folder: String, rescuing rescue: @escaping @Sendable () -> Void = {}) {
        folders.withLock { $0[folder] = rescue }
    }

    func forget(_ folder: String) {
        folders.withLock { _ = $0.removeValue(forKey: folder) }
    }

    /// Rescues what the folders hold and removes them.
    ///
    /// - Parameter end: ends the process; no folder can be opened or named before it has.
    package func discardAll(then end: () -> Void) {
        folders.withLock { folders in
            for (folder, rescue) in folders {
                rescue()
                try? FileManager.default.removeItem(atPath: folder)
            }
            folders = [:]
            end()
        }
    }
}
