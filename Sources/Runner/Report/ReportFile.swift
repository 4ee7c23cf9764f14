import Foundation
import Records
import Site

/// The file of a report: written whole or not at all. An earlier report in its place is replaced, anything else is not.
package enum ReportFile {
    package static let name = "report.html"
    /// What every report names as the program that wrote it.
    static let generator = "Moiety \(Release.version)"
    private static let mark = "<meta name=\"generator\" content=\"Moiety "

    /// - Throws: `Failure` 73 for a file that is no report, or a place where no output belongs; `RecordsError`.
    package static func check(_ path: String) throws {
        try OutputPlace.check(path)
        guard isTaken(path), !isReport(path) else { return }
        throw Failure(
            .cannotCreate, "outputExists", "\(path) exists, and is no report that moiety wrote",
            hint: "choose another place with --output, or move it away")
    }

    /// - Throws: as `check`.
    package static func write(_ page: String, to path: String) throws {
        try check(path)
        try AtomicFile.write(Array(page.utf8), to: path, replacing: true)
    }

    private static func isTaken(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    /// A plain file, no link, that begins as a report does.
    private static func isReport(_ path: String) -> Bool {
        let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        guard type == .typeRegular, let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        let start = (try? handle.read(upToCount: 2048)) ?? Data()
        return String(decoding: start, as: UTF8.self).contains(mark)
    }
}
