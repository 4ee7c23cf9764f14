import Records
import Wire

extension Job {
    /// Reads a canonical encoding and checks it by the same rules as a file.
    ///
    /// - Throws: `DocumentError.tooLarge`, `.notCanonical` for bytes that are no encoding or not the one encoding,
    ///   `.invalid` for a job that breaks a rule.
    public init(canonical bytes: [UInt8]) throws(DocumentError) {
        guard bytes.count <= YAMLValue.largestText else {
            throw .tooLarge(bytes: bytes.count, limit: YAMLValue.largestText)
        }
        let job: Job
        do {
            var decoder = Decoder(bytes)
            job = try Job(from: &decoder)
            try decoder.finish()
        } catch {
            throw .notCanonical("\(error.name)")
        }
        let problems = job.ruleProblems()
        guard problems.isEmpty else { throw .invalid(problems) }
        var sorted = job
        sorted.sort()
        // Order, Unicode form, white space, negative zero: whatever reads the same must be written the same.
        guard sorted.canonical == bytes, job.isClean else { throw .notCanonical("another encoding of the same job") }
        self = job
    }

    private init(from decoder: inout Decoder) throws(WireError) {
        guard try decoder.readFixed(Self.magic.count) == Self.magic else {
            throw .invalidValue("not an encoded job")
        }
        switch try decoder.readUInt16() {
        case Self.formatVersion: self = try Job(fitFrom: &decoder, mostParties: 2)
        case Self.rowsFormatVersion: self = try Job(rowsFrom: &decoder)
        case Self.severalFormatVersion: self = try Job(severalFrom: &decoder)
        case Self.refitFormatVersion: self = try Job(refitFrom: &decoder)
        default: throw .invalidValue("unknown job format")
        }
    }

    /// Reads what ``encodeFit(into:)`` writes.
    init(fitFrom decoder: inout Decoder, mostParties: Int) throws(WireError) {
        title = try decoder.readString(max: JobBounds.titleBytes)
        purpose = try decoder.readString(max: JobBounds.purposeBytes)
        parties = try decoder.readArray(max: mostParties, minimumBytes: 16) { decoder throws(WireError) in
            try Party(from: &decoder)
        }
        alignment = AlignmentTerms(
            method: try decoder.readChoice(),
            sender: try decoder.readOptional { decoder throws(WireError) in try decoder.readString(max: 32) })
        model = Model(
            family: try decoder.readChoice(),
            theta: try decoder.readOptional { decoder throws(WireError) in try decoder.readDouble() },
            l2: try decoder.readDouble(), l1: try decoder.readDouble(),
            tolerance: try decoder.readDouble(), maximumPasses: Int(try decoder.readUInt32()),
            covariance: try decoder.readChoice(),
            ties: try decoder.readOptional { decoder throws(WireError) in try decoder.readChoice() },
            mostEvents: try decoder.readOptional { decoder throws(WireError) in Int(try decoder.readUInt32()) },
            times: try decoder.readTimes(),
            mostStrata: try decoder.readOptional { decoder throws(WireError) in Int(try decoder.readUInt8()) },
            groups: try decoder.readOptional { decoder throws(WireError) in
                try decoder.readString(max: JobBounds.columnBytes)
            })
        keys = Keys(bits: Int(try decoder.readUInt16()), nonces: try decoder.readChoice())
        reveal = try decoder.readArray(max: 16) { decoder throws(WireError) in try decoder.readChoice() }
        holdout = try decoder.readChoice()
        crossValidation = Int(try decoder.readUInt8())
        limits = Limits(
            minimumCohort: Int(try decoder.readUInt32()), minimumCell: Int(try decoder.readUInt32()),
            parametersPerRow: try decoder.readDouble(), maximumSetSize: Int(try decoder.readUInt32()),
            minimumPassiveColumns: Int(try decoder.readUInt32()))
        loosened = try decoder.readArray(max: 16) { decoder throws(WireError) in try decoder.readChoice() }
        payloads = try decoder.readChoice()
        network = Network(
            listener: try decoder.readString(max: 32), connectTimeout: Int(try decoder.readUInt32()),
            messageTimeout: Int(try decoder.readUInt32()))
    }

    /// Every text in the form that the YAML reader gives it.
    private var isClean: Bool {
        var texts = [title, purpose] + [model.groups].compactMap(\.self)
        for party in parties {
            texts += party.identifier.columns + [party.label].compactMap(\.self) + party.beside.all.map(\.column)
            for feature in party.features + [party.group].compactMap(\.self) {
                texts.append(feature.column)
                if case .categorical(let levels, _) = feature.kind { texts += levels }
            }
        }
        return texts.allSatisfy { Array(FieldReader.clean($0).utf8) == Array($0.utf8) }
    }
}

extension Party {
    fileprivate init(from decoder: inout Decoder) throws(WireError) {
        name = try decoder.readString(max: 32)
        role = try decoder.readChoice()
        table = try decoder.readString(max: 64)
        identifier = try Identifier(from: &decoder)
        label = try Self.readColumn(&decoder)
        beside = try OutcomeColumns(from: &decoder)
        group = try decoder.readOptional { decoder throws(WireError) in try Feature(from: &decoder) }
        features = try decoder.readArray(max: JobBounds.features, minimumBytes: 5) { decoder throws(WireError) in
            try Feature(from: &decoder)
        }
    }
}

extension Party {
    /// A column that may not be there.
    static func readColumn(_ decoder: inout Decoder) throws(WireError) -> String? {
        try decoder.readOptional { decoder throws(WireError) in
            try decoder.readString(max: JobBounds.columnBytes)
        }
    }
}

extension Identifier {
    init(from decoder: inout Decoder) throws(WireError) {
        parts = try decoder.readArray(max: JobBounds.identifierParts, minimumBytes: 5) {
            decoder throws(WireError) in
            Identifier.Part(
                column: try decoder.readString(max: JobBounds.columnBytes), normaliser: try decoder.readChoice())
        }
        duplicates = try decoder.readChoice()
    }
}

extension OutcomeColumns {
    init(from decoder: inout Decoder) throws(WireError) {
        offset = try Party.readColumn(&decoder)
        exposure = try Party.readColumn(&decoder)
        weights = try Party.readColumn(&decoder)
        time = try Party.readColumn(&decoder)
        entry = try Party.readColumn(&decoder)
        strata = try Party.readColumn(&decoder)
    }
}

extension Feature {
    init(from decoder: inout Decoder) throws(WireError) {
        column = try decoder.readString(max: JobBounds.columnBytes)
        switch try decoder.readUInt8() {
        case 1: kind = .numeric
        case 2: kind = .binary
        case 3:
            let levels = try decoder.readArray(max: JobBounds.levels.upperBound, minimumBytes: 4) {
                decoder throws(WireError) in
                try decoder.readString(max: JobBounds.columnBytes)
            }
            let reference = Int(try decoder.readUInt32())
            guard levels.indices.contains(reference) else { throw .invalidValue("reference level") }
            kind = .categorical(levels: levels, reference: levels[reference])
        default: throw .invalidValue("feature kind")
        }
    }
}

extension Decoder {
    /// Of the survival curve, after their number.
    mutating func readTimes() throws(WireError) -> [Double] {
        var times: [Double] = []
        for _ in 0..<(try readUInt8()) { times.append(try readDouble()) }
        return times
    }

    mutating func readChoice<Choice: Coded>() throws(WireError) -> Choice {
        guard let choice = Choice(code: try readUInt8()) else { throw .invalidValue("\(Choice.self)") }
        return choice
    }
}
