import ArgumentParser
import Foundation
import Jobs
import Records
import Site

struct NewJobReport: Codable, Sendable {
    let file: String?
    let yaml: String
}

struct JobNew: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a job file to start from.",
        discussion: """
            The file is printed unless --file names one. Both parties must hold the same file: send it over. With --site \
            and --table the columns of that table are filled in: names, types and levels, no values of single rows. The \
            peer reads them with the job.
            """)

    @Option(
        help: "columns: two parties with different columns. rows: sites with the same columns about different people.")
    var split = DemoCommand.Split.columns
    @Option(
        help: ArgumentHelp(
            "All parties, in the order of the job: sites with --split rows; else three to eight, the active one first: they align, and with --family fit a model.",
            valueName: "name,name,name"))
    var parties: String?
    @Option(help: "The party that has the outcome.") var active: String?
    @Option(help: "The other party.") var passive: String?
    @Option(help: "Such as logistic or poisson (protocols/job.md); without it, what the outcome suggests.")
    var family: String?
    @Option(name: .customLong("site"), help: ArgumentHelp("This site's folder.", valueName: "dir")) var sitePath:
        String?
    @Option(help: "This site's table, by its name in site.yaml.") var table: String?
    @Option(help: ArgumentHelp("The table's column of identifiers.", valueName: "column")) var identifier: String?
    @Option(help: ArgumentHelp("The table's column of the outcome, if this site has it.", valueName: "column"))
    var label: String?
    @Option(help: "Where to write it; a file that exists is never overwritten.") var file: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (sitePath == nil) != (table == nil) { throw ValidationError("--site and --table go together") }
        if parties != nil, split != .rows, active != nil || passive != nil || sitePath != nil {
            throw ValidationError("--parties without --split rows goes with --family and --file alone")
        }
        if split == .rows, active != nil || passive != nil {
            throw ValidationError("--active and --passive go with --split columns")
        }
        if table == nil, identifier != nil || label != nil {
            throw ValidationError("--identifier and --label need --site and --table")
        }
    }

    func reply(_ console: Console) async throws -> Reply<NewJobReport> {
        let family = try family.map { name in
            guard let family = ModelFamily(rawValue: name) else {
                throw Failure(
                    .usage, "unknownFamily", "'\(name)' is not a family",
                    hint: ModelFamily.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return family
        }
        try checkNames()
        let yaml = try text(family, console)
        // Names go into the text as they are: a bad one must not come out as a job.
        _ = try Job(yaml: yaml)
        guard let file else { return Reply(NewJobReport(file: nil, yaml: yaml), text: yaml) }
        try OutputFile.write(Array(yaml.utf8), to: file)
        return Reply(NewJobReport(file: file, yaml: yaml), text: "wrote \(file)")
    }

    /// Said of the command's own words, not of a line in a file that nobody has seen.
    private func checkNames() throws {
        let all = names ?? [active, passive].compactMap(\.self)
        for name in all where !SiteName.isValid(name) {
            throw Failure(
                .usage, "invalidName", "'\(name)' cannot be a party's name",
                hint: "a name \(SiteName.rule)")
        }
        guard Set(all).count == all.count else {
            throw Failure(.usage, "nameTwice", "a party's name stands twice", hint: "each party has a name of its own")
        }
        guard split != .rows, let count = names?.count, !Job.several.contains(count) else { return }
        throw Failure(
            .usage, "partyCount",
            "--parties names \(count), and such a job has \(Job.several.lowerBound) to \(Job.several.upperBound)",
            hint: "for two, --active and --passive")
    }

    private func text(_ family: ModelFamily?, _ console: Console) throws -> String {
        if split == .rows { return try rowsText(family, console) }
        if let names { return JobTemplate.severalText(parties: names, family: family) }
        guard let sitePath, let table else {
            return JobTemplate.text(
                active: active ?? "hospital", passive: passive ?? "lab", family: family ?? .logistic)
        }
        let site = try SiteFolder(opening: sitePath)
        let isPassive = passive == site.name || active.map { $0 != site.name } ?? false
        guard isPassive ? passive ?? site.name == site.name : active ?? site.name == site.name else {
            throw Failure(.usage, "notAParty", "--site is '\(site.name)', which is neither --active nor --passive")
        }
        // The one peer that this site knows is the other party, unless a name says otherwise.
        let known = try site.peers.names()
        let other = known.count == 1 ? known[0] : nil
        let (path, source) = try site.source(ofTable: table)
        let draft = try TableDraft(
            Table.read(csv: path, delimiter: source.delimiter), missing: source.missing, identifier: identifier,
            label: isPassive ? nil : label ?? "", family: family)
        for note in draft.notes { console.progress(note) }
        let model = family ?? draft.family ?? .logistic
        let parts = draft.parts(table: table)
        return isPassive
            ? JobTemplate.text(
                active: active ?? other ?? "hospital", passive: site.name, family: model, passiveDraft: parts)
            : JobTemplate.text(
                active: site.name, passive: passive ?? other ?? "lab", family: model, activeDraft: parts)
    }

    private var names: [String]? { parties?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }

    /// All sites have the columns of this one's table.
    private func rowsText(_ family: ModelFamily?, _ console: Console) throws -> String {
        guard let sitePath, let table else {
            return JobTemplate.rowsText(parties: names ?? ["north", "east", "south"], family: family ?? .logistic)
        }
        let site = try SiteFolder(opening: sitePath)
        let sites = try names ?? ([site.name] + site.peers.names())
        guard sites.contains(site.name) else {
            throw Failure(.usage, "notAParty", "--site is '\(site.name)', which is not among --parties")
        }
        let (path, source) = try site.source(ofTable: table)
        let draft = try TableDraft(
            Table.read(csv: path, delimiter: source.delimiter), missing: source.missing, identifier: identifier,
            label: label ?? "", family: family)
        for note in draft.notes { console.progress(note) }
        return JobTemplate.rowsText(
            parties: sites, family: family ?? draft.family ?? .logistic, draft: draft.parts(table: table))
    }
}
