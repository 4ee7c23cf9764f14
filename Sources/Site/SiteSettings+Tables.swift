import Foundation
import Jobs
import Records

extension SiteSettings {
    /// - Throws: `Failure` 64 for a name that no job can use.
    static func check(table name: String) throws {
        guard Names.isTableName(name) else {
            throw Failure(
                .usage, "invalidTable", "'\(name)' is no name that a job can use: a table's name has \(Names.tableRule)"
            )
        }
    }
}

/// A table as a command line names it: `NAME=FILE`.
package enum TableArgument {
    /// - Throws: `Failure` 64 for another form, a name that no job can use, or a folder.
    package static func parse(_ text: String) throws -> (name: String, file: String) {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex, text.index(after: sign) != text.endIndex
        else { throw Failure(.usage, "invalidTable", "a table is given as NAME=FILE, not as '\(text)'") }
        let name = String(text[..<sign])
        try SiteSettings.check(table: name)
        let url = URL(fileURLWithPath: String(text[text.index(after: sign)...])).standardizedFileURL
        let type = (try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path))?[.type]
        switch type as? FileAttributeType {
        case nil, .typeRegular: return (name, url.path)
        case .typeDirectory:
            throw Failure(
                .usage, "notAFile", "table '\(name)': \(url.path) is a folder", hint: "name the CSV file in it")
        default: throw Failure(.usage, "notAFile", "table '\(name)': \(url.path) is not a plain file")
        }
    }
}

extension SiteFolder {
    /// Adds a table to `site.yaml`, whose other lines and comments stay as they are.
    ///
    /// - Throws: `Failure` 73 for a name that is taken, 78 where the file's form leaves no place for it.
    package func add(table name: String, file: String) throws {
        try SiteSettings.check(table: name)
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
