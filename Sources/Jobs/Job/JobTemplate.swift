public import Records

/// The text that `moiety job new` writes: a complete job to edit, with every field that has a default in a comment.
public enum JobTemplate {
    public struct LeftOut: Sendable, Hashable {
        public let column: String
        public let reason: String

        public init(column: String, reason: String) {
            self.column = column
            self.reason = reason
        }
    }

    /// Whether a job can name this feature at all.
    public static func allows(_ feature: Feature) -> Bool {
        let draft = Draft(table: "results", identifier: "row identifier", label: nil, features: [feature])
        return (try? Job(yaml: text(passiveDraft: draft))) != nil
    }

    /// What one party's table has to offer, for a job about that table.
    public struct Draft: Sendable, Hashable {
        public var table: String
        public var identifier: String
        /// The active party's only.
        public var label: String?
        /// There too: the time until the event or the end of observation, for a proportional-hazards model.
        public var time: String?
        public var features: [Feature]
        /// Columns that no job can use, each with the reason.
        public var leftOut: [LeftOut]

        public init(
            table: String, identifier: String, label: String?, time: String? = nil, features: [Feature],
            leftOut: [LeftOut] = []
        ) {
            self.table = table
            self.identifier = identifier
            self.label = label
            self.time = time
            self.features = features
            self.leftOut = leftOut
        }
    }

    /// - Parameters:
    ///   - active, passive: names of the two parties.
    ///   - family: which model.
    ///   - activeDraft, passiveDraft: what is known of a party's table; an example stands where nothing is.
    public static func text(
        active: String = "hospital", passive: String = "lab", family: ModelFamily = .logistic,
        activeDraft: Draft? = nil, passiveDraft: Draft? = nil
    ) -> String {
        """
        # A job: what two parties agree on. Shared with the peer; it holds no paths and no secrets.
        # Read `moiety job explain` before you approve it. Fields behind a # have the value shown by default.
        moiety: \(Job.formatVersion)

        title: Outcome explained by both parties' columns
        purpose: >-
          Say here why this is done and under which agreement.

        parties:
        \(activeDraft.map { party(active, "active", $0, family) } ?? activeExample(active, family))
        \(passiveDraft.map { party(passive, "passive", $0, family) } ?? passiveExample(passive))

        # alignment:
        #   protocol: paillier-oprf       # ecdh-p256: cheaper without AVX-512 IFMA, under other assumptions
        #   sender: auto                  # the party with more identifiers, or a party's name

        model:
          family: \(family.rawValue)\(String(repeating: " ", count: 23 - family.rawValue.count))# linear, logistic, probit, poisson, negative-binomial, gamma, cox
          # theta: estimate               # negative-binomial only: a number, or estimate
          # l2: 0                         # lambda of (1/n) sum loss + (lambda/2) |w|^2, standardised features
          # l1: 0                         # linear only, elastic net: l1 |w|_1 beside it; needs correlations revealed
          # tolerance: 0.0001             # in standard errors
          # maxPasses: 30                 # each opens a number: a small job needs few
          # covariance: classical         # standard errors: classical, or robust ones: HC0, HC1\(survival(family))

        # keys:
        #   bits: 3072                    # 2048, 3072
        #   nonces: short                 # half: slower encryption, one assumption less; a site's policy may demand it

        # Each party always gets its own coefficients. More: standard-errors (not with l2), metrics, scores (with 3 or
        # more coefficients at \(passive)), description (Table 1, for both parties).
        reveal: [coefficients, standard-errors]

        # holdout: none                   # hash: a fifth of the rows, chosen by the identifier's hash
        # crossValidation: none           # 2 to 20 parts of the rows, each predicted without itself; needs metrics revealed
        # limits:
        #   minimumCohort: 50
        #   minimumCell: 11
        #   parametersPerRow: 0.33
        #   maximumSetSize: 1000000
        #   minimumPassiveColumns: 3      # for scores
        # loosen: []                      # budget, leverage: if every site's policy allows it
        # transcript:
        #   payloads: hashes              # full: keep every ciphertext, for replays and audits; a gigabyte and more
        # network:
        #   listener: \(active)\(String(repeating: " ", count: max(1, 20 - active.count)))# the other party dials
        #   connectTimeout: 300           # seconds
        #   messageTimeout: 300

        """
    }

    /// Fields of the model that other families refuse.
    static func survival(_ family: ModelFamily) -> String {
        guard family == .cox else { return "" }
        return """

              # ties: efron                   # events at the same time: efron, breslow
              # mostEvents: rows              # no more events than this among the fitted rows: a number spares work
              # times: none                   # a list, [365, 730]: the survival curve there; needs survival revealed,
              #                               # and with strata also mostStrata, how many there are at most
              # groups: none                  # a yes/no or categorical feature: its levels compared; needs logrank, kaplan-meier
            """
    }

    /// Lines below the label.
    private static func below(_ family: ModelFamily, time: String?) -> [String] {
        guard family == .cox else {
            return [
                "    # Where the model needs them also exposure or offset, weights; for a description a group "
                    + "(protocols/job.md)."
            ]
        }
        let column = quoted(time ?? "time")
        return [
            "    time: \(column)\(String(repeating: " ", count: max(1, 24 - column.count)))# until the event or the end of observation",
            "    # The label says whether the event was seen. Where the model needs them also entry, strata, "
                + "weights, offset; for a", "    # description a group (protocols/job.md).",
        ]
    }

    private static func activeExample(_ name: String, _ family: ModelFamily) -> String {
        """
          - name: \(name)
            role: active                  # has the label
            table: visits                 # logical name; each site's settings say which file it is
            identifier:
              columns: [patient_id]
              normaliser: raw             # raw, trim, upper, digits, nhs: the same at both parties
              # duplicates: error         # error, drop, first
            label: outcome
        \(below(family, time: nil).joined(separator: "\n"))
            features:
              - age                       # a name alone is a numeric column
              - {column: smoker, type: binary}
              - {column: arm, type: categorical, levels: [placebo, low, high], reference: placebo}
        """
    }

    private static func passiveExample(_ name: String) -> String {
        """
          - name: \(name)
            role: passive
            table: results
            identifier:
              columns: [patient_id]
              normaliser: raw
            features: [marker_a, marker_b]
        """
    }

    /// A party whose table was looked at. Levels go to the peer with the job: the comment says so.
    private static func party(_ name: String, _ role: String, _ draft: Draft, _ family: ModelFamily) -> String {
        var lines = [
            "  - name: \(name)",
            "    role: \(role)",
            "    table: \(draft.table)",
            "    identifier:",
            "      columns: [\(quoted(draft.identifier))]",
            "      normaliser: raw             # raw, trim, upper, digits, nhs: the same at both parties",
            "      # duplicates: error         # error, drop, first",
        ]
        if let label = draft.label {
            lines.append("    label: \(quoted(label))")
            lines += below(family, time: draft.time)
        }
        lines.append("    # The peer reads these names and levels. Delete what the model does not need.")
        lines.append(draft.features.isEmpty ? "    features: []" : "    features:")
        for feature in draft.features { lines.append("      - \(entry(feature))") }
        for item in draft.leftOut {
            // A reader that looks for YAML's indicators looks here too.
            let column = item.column.replacing(/[&*!]/, with: "?")
            lines.append("      # left out: \(quoted(column)): \(item.reason)")
        }
        return lines.joined(separator: "\n")
    }

    static func entry(_ feature: Feature) -> String {
        let column = quoted(feature.column)
        switch feature.kind {
        case .numeric: return column
        case .binary: return "{column: \(column), type: binary}"
        case .categorical(let levels, let reference):
            let list = levels.map(quoted).joined(separator: ", ")
            return "{column: \(column), type: categorical, levels: [\(list)], reference: \(quoted(reference))}"
        }
    }

    /// Plain where YAML reads it as the same text, else quoted.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        }
        if plain, !text.isEmpty { return text }
        // Control characters are refused in a job; here they must not end the line.
        let clean = String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
        return "\"" + clean.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
