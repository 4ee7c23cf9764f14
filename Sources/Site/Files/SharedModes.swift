import Foundation

/// What decides for a site must not be anybody's to change.
enum SharedModes {
    /// Refuses files and folders that every user of the machine may write to. What is not there is passed over; of a link,
    /// the target is judged.
    ///
    /// - Throws: `Failure` 77 with the path and the command that mends it.
    static func check(_ paths: [String]) throws {
        for path in paths {
            guard let mode = mode(of: path), mode & 0o002 != 0 else { continue }
            throw Failure(
                .permission, "writableByOthers",
                "\(path) can be changed by every user of this machine (mode \(String(mode & 0o777, radix: 8)))",
                hint: "look at who changed what in it, then: chmod o-w \(path)")
        }
    }

    /// The mode of the file itself, links followed; nil when there is none.
    static func mode(of path: String) -> Int? {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: target)
        return (attributes?[.posixPermissions] as? NSNumber)?.intValue
    }
}
