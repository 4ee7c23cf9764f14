import Foundation

/// What atomic output left where a process was killed, or where one writes now: hidden, under names of its own.
public enum Leftovers {
    /// Their names in a folder, sorted; none where it cannot be read.
    ///
    /// - Parameter target: the name of what they were to become; nil for all.
    public static func names(in folder: String, of target: String? = nil) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            target.map { Disk.isNeighbour(name, of: $0) } ?? Disk.isTemporary(name)
        }.sorted()
    }
}
