import Foundation
package import Jobs
package import ProtocolKit
import Records
package import Site
package import Transcript
package import Wire

/// What a party's messages follow from, beside its table: its seed and the salts of its commitments.
package struct OpenedSecrets: Sendable {
    package let seed: SessionSeed
    /// By label of the commitment: `identifiers`, `rows`.
    package let salts: [String: [UInt8]]
    /// The cohort salt of the input roots; `nil` where the session ended before them.
    let columnSalt: [UInt8]?
    /// Of the commitment to the result; `nil` where it is kept back, which R03 does not accept beside an outcome.
    let resultSalt: Bytes32?

    /// Reads a transcript's `private/`, or an opened bundle.
    ///
    /// - Throws: `Failure` 66 for a missing file, 65 for one of another length.
    package init(folder: String, of session: any SessionProtocol) throws {
        guard let seed = SessionSeed(rawRepresentation: try Self.secret("seed", folder)) else {
            throw Failure(.badData, "invalidSeed", "\(folder)/seed is not a seed")
        }
        self.seed = seed
        salts = Dictionary(
            uniqueKeysWithValues: try session.commitments.map { ($0, try Self.secret("salt-\($0)", folder)) })
        let hasColumns = FileManager.default.fileExists(atPath: "\(folder)/\(Self.columnSaltFile)")
        columnSalt = hasColumns ? try Self.secret(Self.columnSaltFile, folder) : nil
        let hasResult = FileManager.default.fileExists(atPath: "\(folder)/salt-result")
        resultSalt = hasResult ? Bytes32(try Self.secret("salt-result", folder)) : nil
    }

    static let columnSaltFile = "salt-columns"

    /// - Throws: `Failure` 66 where input roots were sent and their salt is kept back.
    func demandColumnSalt() throws -> [UInt8] {
        guard let columnSalt else {
            throw Failure(.noInput, "saltMissing", "\(Self.columnSaltFile), the salt of the input roots, is missing")
        }
        return columnSalt
    }

    private static func secret(_ name: String, _ folder: String) throws -> [UInt8] {
        let bytes = try PrivateFile.readBytes("\(folder)/\(name)", limit: 64)
        guard bytes.count == 32 else {
            throw Failure(.badData, "invalidSecret", "\(folder)/\(name) has \(bytes.count) bytes instead of 32")
        }
        return bytes
    }

    /// Name and contents of each file.
    package var files: [(name: String, bytes: [UInt8])] {
        [("seed", seed.rawRepresentation)] + salts.sorted { $0.key < $1.key }.map { ("salt-\($0.key)", $0.value) }
            + (columnSalt.map { [(Self.columnSaltFile, $0)] } ?? [])
            + (resultSalt.map { [("salt-result", $0.bytes)] } ?? [])
    }
}

/// What a party hands to an auditor so that all that it sent can be derived again: seed, salts, the rows of its
/// table that went into the alignment and, for a prediction, its part of the model. `protocols/transcript.md` section 11.
package struct Opening: Sendable {
    package let party: String
    package let secrets: OpenedSecrets
    /// `table.csv` in the bundle.
    package let table: String
    /// `model.json`, in the bundle of a prediction.
    let scoring: JobInputs.Scoring?

    static let notice = "opening.txt"
    static let tableFile = "table.csv"
    static let modelFile = "model.json"
    private static let magic = "moiety opening 2"

    /// - Throws: `Failure` 66 or 65 for what is no bundle, 2 for one of another session.
    init(reading folder: String, of parties: PartiesFile, _ session: any SiteProtocol) throws {
        let text = try PrivateFile.readText("\(folder)/\(Self.notice)", limit: 4096)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == 5, lines[0] == Self.magic, lines[4].isEmpty,
            lines[3].hasPrefix("party "), let party = parties.party(named: String(lines[3].dropFirst(6)))
        else {
            throw Failure(
                .badData, "invalidOpening", "\(folder) is not what `moiety log open` writes for this transcript")
        }
        guard text == Self.text(party: party.name, parties) else {
            throw Failure(
                .verificationFailed, "openingOfOtherSession", "\(folder) opens another session than this transcript's")
        }
        self.party = party.name
        secrets = try OpenedSecrets(folder: folder, of: session)
        table = "\(folder)/\(Self.tableFile)"
        let hasModel = session.commitments.contains(ModelBinding.label)
        scoring =
            hasModel
            ? JobInputs.Scoring(model: try SavedModel.read("\(folder)/\(Self.modelFile)"), table: table) : nil
    }

    private static func text(party: String, _ parties: PartiesFile) -> String {
        "\(magic)\nsession \(parties.session.hex)\njob \(parties.jobHash.hex)\nparty \(party)\n"
    }

    /// Writes a bundle of the keeper of `parties`.
    package static func write(
        _ secrets: OpenedSecrets, _ inputs: JobInputs, _ parties: PartiesFile, into folder: StagedFolder
    ) throws {
        try folder.write(
            Array(text(party: parties.keeper.name, parties).utf8), to: notice, mode: .ownerOnly)
        for file in secrets.files { try folder.write(file.bytes, to: file.name, mode: .ownerOnly) }
        try folder.write(try inputs.table.committedCSV(), to: tableFile, mode: .ownerOnly)
        if let scoring = inputs.scoring {
            try folder.write(try ResultFiles.json(scoring.model), to: modelFile, mode: .ownerOnly)
        }
    }
}

extension SessionProtocol {
    /// Only sessions that compute with columns are opened to an auditor in this version.
    ///
    /// - Throws: `Failure` 65 for any other session.
    package func demandOpenable() throws {
        guard !commitments.contains("rows") else { return }
        throw Failure(
            .badData, "notOpenable", "this transcript is of \(phrase), which cannot be opened to an auditor",
            hint: "fits, descriptions and predictions can; its own keeper replays it: moiety verify --replay")
    }
}

extension PartyTable {
    /// The rows that were committed to, with the columns that were: cells as they stand in the table, usable rows only.
    func committedCSV() throws -> [UInt8] {
        var names: [String] = []
        for name in committedColumns where !names.contains(name) { names.append(name) }
        let columns = try names.map { try table.column(named: $0) }
        var writer = try CSVWriter(header: names, isVerbatim: true)
        for row in identifiers.rowIndices { try writer.append(columns.map { .text($0.text(at: row)) }) }
        return writer.bytes
    }

    /// An opened party's rows: all of them usable, so that nothing in them means "no value".
    ///
    /// - Parameter hasLabel: whether the session computed with the active party's outcome.
    package init(opened path: String, _ job: Job, party: Party, hasLabel: Bool) throws {
        if hasLabel {
            try self.init(job, party: party, csv: path, delimiter: .comma, missing: MissingTokens([]))
        } else {
            try self.init(scoring: party, csv: path, delimiter: .comma, missing: MissingTokens([]))
        }
    }
}
