/// How many parties a job has, and how they hold their tables: what can run under it follows from that.
public enum JobKind: Sendable, Hashable, CaseIterable {
    /// Two parties with different columns about the same people.
    case pair
    /// Three to eight such parties.
    case several
    /// Sites with the same columns about different people.
    case rows
}

extension Job {
    public var kind: JobKind { isSplitByRows ? .rows : parties.count > 2 ? .several : .pair }

    public var isSplitByRows: Bool { rows != nil }

    /// Whether a model is fitted under it: several parties may only align.
    public var hasModel: Bool { kind != .several || helper != nil }

    /// Whether each pair of parties has a session of its own, all bound to each other.
    public var isMesh: Bool { kind != .pair }

    /// All parties but the one named, in their order.
    public func others(than name: String) -> [Party] { parties.filter { $0.name != name } }

    /// Where a party stands among the parties: its number in all messages.
    public func index(of name: String) -> Int? { parties.firstIndex { $0.name == name } }

    /// What a party's hello calls it in a session with another: its role, or, of two parties of a mesh without the active one, who stands
    /// first in the job.
    public func sessionRole(of name: String, with other: String) -> String {
        let hasRoles = kind == .pair || kind == .several && [name, other].contains(active.name)
        guard !hasRoles else { return party(named: name)?.role.rawValue ?? "" }
        return (index(of: name) ?? 0) < (index(of: other) ?? 0) ? "first" : "second"
    }
}
