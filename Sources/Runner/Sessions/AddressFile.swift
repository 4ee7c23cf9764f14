import Foundation
import Records
package import Site

/// A file that tells whoever waits for it where this site listens.
package enum AddressFile {
    /// What writes the address, once the site listens.
    ///
    /// - Parameter path: `nil` where nobody waits.
    /// - Throws: `RecordsError` (exit code 73) for a file that cannot be written. To be asked for before anything that
    ///   takes long: whoever waits for the file would wait in vain.
    package static func announcer(
        _ path: String?, _ observer: any RunObserver
    ) throws -> @Sendable (NetworkAddress) -> Void {
        guard let path else { return { _ in } }
        try OutputPlace.check(path)
        try AtomicFile.checkWritable(path)
        // What an earlier run announced may be replaced, and nothing else.
        if FileManager.default.fileExists(atPath: path) {
            let text = try? String(contentsOfFile: path, encoding: .utf8)
            guard let line = text?.split(separator: "\n").first, (try? NetworkAddress(String(line))) != nil else {
                throw RecordsError.outputExists(path: path)
            }
        }
        return { address in
            do {
                try AtomicFile.write(Array("\(address)\n".utf8), to: path, replacing: true)
            } catch {
                // The site listens by now, and the peer may come without being told where.
                observer.warning("\(error); this site listens on \(address)")
            }
        }
    }
}
