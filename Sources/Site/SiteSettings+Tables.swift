import Foundation
import Jobs
import Records

extension SiteFolder {
    /// Adds a table to `site.yaml`, whose other lines and comments stay as they are.
    ///
    /// - Throws: `Failure` 73 for a name that is taken, 78 where the file's form leaves no place for it.
    package func add(table name: String, file: String) throws {
        guard settings.tables[name] == nil else {
            throw Failure(
                .cannotCreate, "tableExists", "site.yaml has a table '\(name)' already", hint: "nothing was changed")
        }
        let path = Self.settingsFile(in: path)
        var lines = try PrivateFile.readText(path).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let entry = "  \(SiteSettings.quoted(name)): {file: \(SiteSettings.quoted(file))}"
        if let place = lines.firstIndex(where: { $0.hasPrefix("tables:") }) {
            let rest = lines[place].dropFirst(7).trimmingCharacters(in: .whitespaces)
            if rest.isEmpty || rest == "{}" { lines[place] = "tables:" }
            lines.insert(entry, at: place + 1)
        } else {
            lines.insert(contentsOf: ["tables:", entry], at: lines.count - 1)
        }
        let text = lines.joined(separator: "\n")
        // What is written must read as the same settings and this one table more.
        var wanted = settings
        wanted.tables[name] = SiteSettings.TableSource(file: file)
        guard (try? SiteSettings.parse(text)) == wanted else {
            throw Failure(
                .configuration, "cannotAddTable", "the table cannot be added to \(path) as it is written",
                hint: "add it by hand under `tables:`")
        }
        try AtomicFile.write(Array(text.utf8), to: path, replacing: true)
    }
}
