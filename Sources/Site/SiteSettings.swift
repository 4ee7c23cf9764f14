import Jobs
package import Records

/// `site.yaml`: what this site keeps to itself: paths, addresses, waits. Never shared, never hashed into a job.
package struct SiteSettings: Sendable, Equatable {
    /// Where a table's file is and how to read it.
    package struct TableSource: Sendable, Equatable {
        /// Relative to the site folder, or absolute.
        package var file: String
        /// Nil: the one that the header line shows.
        package var delimiter: Delimiter?
        package var missing = MissingTokens.standard
    }

    /// Longest waits of this site, in seconds; a job's own are used when they are shorter.
    package struct Timeouts: Sendable, Equatable {
        /// Until the peer has connected, or answers the dial.
        package var connect = 3600
        /// Until the peer's next message.
        package var message = 3600
        /// Of a whole session of `serve`.
        package var session = 86_400
    }

    package static let currentVersion = 1

    package var name: String
    /// `HOST:PORT`; port 0 lets the system choose.
    package var listen: String
    package var tables: [String: TableSource] = [:]
    package var timeouts = Timeouts()
    /// Sessions that `serve` runs at a time.
    package var sessions = 4
    package var failed = Failed()
    package var payloads = Payloads.job

    /// Which payloads this site's transcripts keep: its own copies may hold more than the jobs ask for, never less.
    package enum Payloads: String, Sendable, CaseIterable {
        /// What each job says.
        case job
        /// All, so that every job can be replayed.
        case full
    }

    /// What is kept of sessions that failed.
    package struct Failed: Sendable, Equatable {
        package var sessions = 50
        package var megabytes = 2000
    }

    /// - Throws: `DocumentError` with every problem found, each with its line and path.
    static func parse(_ yaml: String) throws(DocumentError) -> SiteSettings {
        let document = try YAMLValue(parsing: yaml)
        let problems = ProblemCollector(lines: document.lines())
        let reader = FieldReader(
            document, path: "",
            allowed: ["moiety", "name", "listen", "tables", "timeouts", "serve", "failed", "transcript"],
            problems: problems)
        _ = reader.integer("moiety", default: 0, in: currentVersion...currentVersion)
        if reader.value("moiety") == nil { problems.add("moiety", "is missing", hint: "moiety: \(currentVersion)") }
        var settings = SiteSettings(name: reader.text("name"), listen: reader.text("listen"))
        if !SiteName.isValid(settings.name) { problems.add("name", SiteName.rule) }
        if (try? NetworkAddress(settings.listen)) == nil { problems.add("listen", "must be HOST:PORT") }
        if case .mapping(let tables, _) = reader.value("tables") {
            for table in tables {
                settings.tables[table.key] = parseTable(table.value, path: "tables.\(table.key)", problems)
            }
        } else if reader.value("tables") != nil {
            problems.add("tables", "must be a mapping of names to files")
        }
        if let timeouts = reader.mapping("timeouts", allowed: ["connect", "message", "session"]) {
            settings.timeouts.connect = timeouts.integer("connect", default: 3600, in: 1...86_400)
            settings.timeouts.message = timeouts.integer("message", default: 3600, in: 1...86_400)
            settings.timeouts.session = timeouts.integer("session", default: 86_400, in: 1...2_592_000)
        }
        if let serve = reader.mapping("serve", allowed: ["sessions"]) {
            settings.sessions = serve.integer("sessions", default: 4, in: 1...64)
        }
        if let failed = reader.mapping("failed", allowed: ["sessions", "megabytes"]) {
            settings.failed.sessions = failed.integer("sessions", default: 50, in: 1...100_000)
            settings.failed.megabytes = failed.integer("megabytes", default: 2000, in: 1...10_000_000)
        }
        if let transcript = reader.mapping("transcript", allowed: ["payloads"]) {
            settings.payloads = transcript.choice("payloads", default: Payloads.job, fallback: .job)
        }
        guard problems.problems.isEmpty else { throw DocumentError.invalid(problems.problems) }
        return settings
    }

    /// A mapping, or the file alone.
    private static func parseTable(_ value: YAMLValue, path: String, _ problems: ProblemCollector) -> TableSource {
        if case .scalar(let file, _, _) = value, !file.isEmpty { return TableSource(file: file) }
        let reader = FieldReader(value, path: path, allowed: ["file", "delimiter", "missing"], problems: problems)
        var table = TableSource(file: reader.text("file"))
        if reader.value("delimiter") != nil {
            let written = reader.text("delimiter")
            table.delimiter = written == "tab" ? .tab : Delimiter(rawValue: written)
            if table.delimiter == nil { problems.add(reader.place("delimiter"), "must be ',', ';', '|' or tab") }
        }
        if reader.value("missing") != nil {
            table.missing = MissingTokens(reader.list("missing").map { reader.text(of: $0.value, at: $0.path) })
        }
        return table
    }

    /// The file as `init` writes it, with the explanations that its reader needs.
    static func template(
        name: String, listen: NetworkAddress, tables: [(name: String, file: String)] = []
    ) -> String {
        let entries = tables.map { "  \(quoted($0.name)):\n    file: \(quoted($0.file))\n" }.joined()
        return """
            # Settings of this site. They stay here: no peer ever sees this file.
            moiety: \(currentVersion)
            name: \(name)
            # Where this site listens when a job says that it does.
            listen: "\(listen)"
            # Logical name -> file, relative to this folder or absolute.
            #  patients:
            #    file: patients.csv        # alone: "patients: patients.csv"
            #    delimiter: ","            # or ; or | or tab; without it, the header line shows it
            #    missing: ["", "NA"]       # cells that mean "no value"; without it, the usual ones
            tables:\(entries.isEmpty ? " {}" : "")
            \(entries)# Longest waits in seconds; a job's own count when they are shorter.
            timeouts:
              connect: 3600
              message: 3600
              session: 86400              # of a whole session of `moiety serve`
            serve:
              sessions: 4                 # most at a time, one with each peer
            # What is kept of sessions that failed, in failed/; see protocols/disclosure.md 9.
            failed:
              sessions: 50
              megabytes: 2000
            # Payloads that transcripts of this site keep: what each job says, or "full" for all. Without all of them no job can
            # be replayed or audited; with them a fit of 20,000 rows takes more than a gigabyte.
            transcript:
              payloads: job

            """
    }

    /// A YAML text that can hold anything.
    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
