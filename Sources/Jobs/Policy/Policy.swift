/// What one site allows, whatever a job says. Local, enforced by the site's own process, never shared.
public struct Policy: Sendable, Hashable {
    public static let formatVersion = 1

    /// Fewest aligned rows that a job's limits may name.
    public internal(set) var minimumCohort: Int
    /// Fewest rows in a level that a job's limits may name.
    public internal(set) var minimumCell: Int
    /// Counts that leave the site in reports are rounded to a multiple of this.
    public internal(set) var roundCountsTo: Int
    /// Most coefficients a row that a job's limits may name.
    public internal(set) var parametersPerRow: Double
    /// Smallest Paillier modulus in bits.
    public internal(set) var minimumKeyBits: Int
    /// Shortest nonces of an owner's encryption; short ones rest on one more assumption.
    public internal(set) var minimumNonces: Keys.Nonces
    /// Most identifiers that either side may bring.
    public internal(set) var maximumSetSize: Int
    /// Fewest passive coefficients with which row-wise scores may be opened.
    public internal(set) var minimumPassiveColumns: Int
    /// Peers that may ask; nil: every peer whose certificate is pinned.
    public internal(set) var peers: [String]?
    /// Columns of this site that may serve as parts of identifiers; nil: any one alone. By a match the other side learns that this
    /// site has a person with just these values.
    public internal(set) var identifiers: [String]?
    /// Columns of this site that may serve as features; nil: every one that a job names.
    public internal(set) var features: [String]?
    /// Columns of this site that may serve as label; nil: every one.
    public internal(set) var labels: [String]?
    /// What may be opened; nil: everything that the rules of the job allow.
    public internal(set) var reveal: [Reveal]?
    /// Guards that a job may loosen.
    public internal(set) var loosen: [Guard]
    /// What this site discloses in all.
    public internal(set) var budgets: Budgets

    /// What `moiety init` writes down and what holds for fields that a policy leaves out.
    public static let standard = Policy(
        minimumCohort: 50, minimumCell: 11, roundCountsTo: 5, parametersPerRow: 0.33, minimumKeyBits: 2048,
        minimumNonces: .short, maximumSetSize: 1_000_000, minimumPassiveColumns: 3, peers: nil,
        identifiers: nil, features: nil, labels: nil, reveal: nil, loosen: [], budgets: .standard)

    /// A count as this site reports it: rounded to the nearest multiple of `roundCountsTo`, halves up.
    public func rounded(_ count: Int) -> Int {
        guard roundCountsTo > 1 else { return count }
        return (count + roundCountsTo / 2) / roundCountsTo * roundCountsTo
    }
}

extension Policy {
    /// Reads a policy from YAML; every field but the version may be left out.
    ///
    /// - Throws: `DocumentError`; `.invalid` lists every problem with its path and line.
    public init(yaml text: String) throws(DocumentError) {
        let root = try YAMLValue(parsing: text)
        let problems = ProblemCollector(lines: root.lines())
        let fields = FieldReader(root, path: "", allowed: Self.keys, problems: problems)
        if fields.text("policy") != "\(Self.formatVersion)" {
            problems.add("policy", "must be \(Self.formatVersion)", hint: "the version of this format")
        }
        // A list whose last entry was taken out would allow everything.
        fields.demandValues(hint: "write a value, `any`, or a list ([] for nothing), or drop the line")
        let standard = Self.standard
        self.init(
            minimumCohort: fields.integer("minimumCohort", default: standard.minimumCohort, in: JobBounds.cohort),
            minimumCell: fields.integer("minimumCell", default: standard.minimumCell, in: JobBounds.cell),
            roundCountsTo: fields.integer("roundCountsTo", default: standard.roundCountsTo, in: 1...1000),
            parametersPerRow: fields.number(
                "parametersPerRow", default: standard.parametersPerRow, in: JobBounds.parametersPerRow),
            minimumKeyBits: fields.integer("minimumKeyBits", default: standard.minimumKeyBits, in: 2048...16_384),
            minimumNonces: fields.choice("minimumNonces", default: standard.minimumNonces, fallback: .short),
            maximumSetSize: fields.integer("maximumSetSize", default: standard.maximumSetSize, in: JobBounds.setSize),
            minimumPassiveColumns: fields.integer(
                "minimumPassiveColumns", default: standard.minimumPassiveColumns, in: JobBounds.passiveColumns),
            peers: Self.names("peers", in: fields), identifiers: Self.names("identifiers", in: fields),
            features: Self.names("features", in: fields),
            labels: Self.names("labels", in: fields), reveal: Self.reveal(in: fields),
            loosen: Self.loosened(in: fields), budgets: Budgets(fields))
        guard problems.problems.isEmpty else { throw .invalid(problems.problems) }
    }

    private static let keys =
        [
            "policy", "minimumCohort", "minimumCell", "roundCountsTo", "parametersPerRow", "minimumKeyBits",
            "minimumNonces", "maximumSetSize", "minimumPassiveColumns", "peers", "identifiers", "features", "labels",
            "reveal", "loosen",
        ] + Budget.allCases.map(\.rawValue)

    /// `any` or nothing is nil; a list is exactly that list, an empty one allows nothing.
    private static func names(_ key: String, in fields: FieldReader) -> [String]? {
        guard let value = fields.value(key) else { return nil }
        if case .scalar(let word, _, _) = value,
            ["all", "every", "everybody", "everything"].contains(word.lowercased())
        {
            fields.problems.add(
                key, "'\(word)' alone is no list", hint: "write `any` for no restriction, or a list: [\(word)]")
        }
        let names = fields.list(key).map { fields.text(of: $0.value, at: $0.path) }
        return names == ["any"] ? nil : names
    }

    private static func reveal(in fields: FieldReader) -> [Reveal]? {
        guard names("reveal", in: fields) != nil else { return nil }
        let chosen = fields.list("reveal").compactMap { fields.choice(of: $0.value, at: $0.path) as Reveal? }
        return Reveal.allCases.filter { chosen.contains($0) || $0 == .coefficients }
    }

    private static func loosened(in fields: FieldReader) -> [Guard] {
        let chosen = fields.list("loosen").compactMap { entry -> Guard? in
            let written = fields.text(of: entry.value, at: entry.path)
            if let named = Guard(named: written), named.mayBeLoosened { return named }
            fields.problems.add(
                entry.path, "'\(written.prefix(40))' cannot be loosened", hint: "may be loosened: \(Guard.loosenable)")
            return nil
        }
        return Guard.allCases.filter(chosen.contains)
    }
}
