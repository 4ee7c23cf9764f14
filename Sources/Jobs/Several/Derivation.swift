import Wire

/// What becomes of a fit of several parties when one of them is lost for good (`protocols/job.md` 8.4).
public enum WithoutLost: String, Sendable, Hashable, CaseIterable, Codable {
    /// It ends.
    case stop
    /// Those who are left may fit again without the lost party's columns, as a job of its own that each of them approves.
    case refit
}

/// From which approved job a job was derived, and whose columns it leaves out.
public struct Derivation: Sendable, Hashable, Codable {
    /// Hash of the job that all parties had approved: 64 lower-case hexadecimal digits.
    public let job: String
    /// Names of the parties that are left out, ascending, so that the order in which they were lost changes nothing.
    public let without: [String]

    init(job: String, without: [String]) {
        self.job = job
        self.without = without.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// "c", "c and d".
    public var names: String {
        let (first, last) = (without.dropLast().joined(separator: ", "), without.last ?? "")
        return first.isEmpty ? last : "\(first) and \(last)"
    }

    /// What a reader of its results must know, in one sentence.
    public var sentence: String {
        "this is job \(job) again without \(names), whose columns are left out: its coefficients answer another question"
    }
}

extension Job {
    /// Whether it says anything of lost parties. Every other job is encoded as if these words did not exist.
    var isOfRefitFormat: Bool { withoutLost == .refit || derivedFrom != nil }

    /// Of a job about lost parties, in plain words for those who approve it; empty for others.
    var wordsOfLoss: [String] {
        var words: [String] = []
        if let derivedFrom {
            let whoever = derivedFrom.without.count == 1 ? "the lost party" : "a lost party"
            words += [
                "\(derivedFrom.sentence.prefix(1).uppercased())\(derivedFrom.sentence.dropFirst()). `moiety job check "
                    + "--derived-from` compares it with that job.",
                "The earlier run counts as it was: its models and bits stay debited, and this run's are debited once more. Where it came "
                    + "as far as the common people, those who are left see now which of them \(whoever) does not have: the people that "
                    + "are new.",
            ]
        }
        if withoutLost == .refit {
            words.append(
                "If a party other than \(active.name) is lost, those who are left may fit again without its columns, as a job of its own "
                    + "that each of them approves (withoutLost: refit). Such a run finds the people whom all that are left have: where "
                    + "the first one came as far as its common people, they see which people the lost party does not have. Nobody checks "
                    + "that it is lost: they may do so at any time, after a result too, without any of the others in turn"
                    + (reveals(.scores) ? "; then sums of scores of two runs can be subtracted." : ".")
                    + (helper == nil ? "" : " Without \(helper ?? "") the next party in the job's order is the helper.")
            )
        }
        return words
    }
}
