package import Foundation

/// One entry of a site's ledger; `protocols/disclosure.md` 6. No identifiers, no values.
package struct LedgerEntry: Sendable, Hashable, Codable {
    /// UTC, ISO 8601, whole seconds.
    package var time: String
    /// ``Event``'s raw value, or the word of an older version.
    package var event: String
    package var job: String?
    package var peer: String?
    /// Fingerprint of the peer's signing key, 64 hexadecimal digits.
    package var peerKey: String?
    /// The session's purpose under the job: `fit`, `alignment`, `count`, `prediction`.
    package var purpose: String?
    /// Root of the identifiers that the peer committed to, 64 hexadecimal digits.
    package var set: String?
    /// Name of the cohort whose rows are charged, 64 hexadecimal digits.
    package var cohort: String?
    /// This site's inputs that are used, by column.
    package var inputs: [String: Input]?
    /// Roots of the peer's inputs by column, 64 hexadecimal digits each.
    package var peerInputs: [String: String]?
    /// ``Charge``'s raw value to its amount.
    package var charges: [String: Int]?
    /// What the event is about: counts, the name of an error.
    package var details: [String: String]

    package init(
        _ event: Event, at time: Date, job: String? = nil, peer: Peer? = nil, purpose: String? = nil,
        set: String? = nil, cohort: String? = nil, charges: [Charge: Int] = [:], details: [String: String] = [:]
    ) {
        self.init(
            event: event.rawValue, at: time, job: job, peer: peer, purpose: purpose, set: set, cohort: cohort,
            charges: charges, details: details)
    }

    package init(
        event: String, at time: Date, job: String? = nil, peer: Peer? = nil, purpose: String? = nil,
        set: String? = nil, cohort: String? = nil, charges: [Charge: Int] = [:], details: [String: String] = [:]
    ) {
        self.time = time.formatted(.iso8601)
        self.event = event
        self.job = job
        self.peer = peer?.name
        peerKey = peer?.key
        self.purpose = purpose
        self.set = set
        self.cohort = cohort
        self.charges =
            charges.isEmpty ? nil : Dictionary(uniqueKeysWithValues: charges.map { ($0.key.rawValue, $0.value) })
        self.details = details
    }

    /// Events that decide something later. Others are for people, under any name.
    package enum Event: String, Sendable, CaseIterable {
        case jobApproved
        case jobRevoked
        case attempt
        case setOpened
        case setRetried
        case cohortOpened
        /// Coefficients of a fit, once more than its bits count.
        case coefficientsOpened
        case scoresOpened
        /// A pooled fit of these rows begins; of all its sites at once.
        case pooledOpened
        /// A sum of a pooled fit is about to be opened.
        case sumOpened
        case ledgerTakenOver
    }

    /// What is counted; `protocols/disclosure.md` 2.
    package enum Charge: String, Sendable, CaseIterable, Hashable {
        case attempts
        case identifiers
        case counts
        case models
        /// Window bits that a fit opens to the peer at most: in all, not spread over the rows.
        case bits
        case scores
        /// Sums over all sites of a job split by rows.
        case sums

        /// Whether it is charged to each row of a cohort.
        package var isPerRow: Bool {
            switch self {
            case .models, .bits, .scores, .sums: true
            case .attempts, .identifiers, .counts: false
            }
        }
    }

    /// One input over the entry's cohort: the root that was sent, if one was, and the name of its row digests in the ledger.
    package struct Input: Sendable, Hashable, Codable {
        package let root: String?
        package let digests: String
    }

    /// Whom an entry is about.
    package struct Peer: Sendable, Hashable {
        package let name: String
        /// Fingerprint of its signing key; nil in entries of the old form.
        package let key: String?

        package init(name: String, key: String?) {
            self.name = name
            self.key = key
        }
    }

    package func amount(of charge: Charge) -> Int { charges?[charge.rawValue] ?? 0 }

    package func `is`(_ event: Event) -> Bool { self.event == event.rawValue }

    /// The time as a date; entries with another form count as the newest there can be, so that nothing expires by it.
    package var date: Date { (try? Date(time, strategy: .iso8601)) ?? .distantFuture }

    /// The bytes that are hashed and stored: JSON with sorted keys.
    func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    init(decoding text: String) throws {
        self = try JSONDecoder().decode(LedgerEntry.self, from: Data(text.utf8))
    }
}
