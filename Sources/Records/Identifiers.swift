/// What to do with an identifier that stands in several rows which differ.
public enum DuplicatePolicy: String, Sendable, Codable, CaseIterable {
    /// Refuse the table.
    case error
    /// Leave out every row of such an identifier.
    case drop
    /// Keep the row that comes first in the file.
    case first
}

/// What became of a table's rows on their way to identifiers. Counts, and the line to look at first; no identifier.
public struct IdentifierReport: Sendable, Equatable, Codable {
    public internal(set) var rowsRead = 0
    /// Rows without a valid identifier, by reason.
    public internal(set) var rejected: [RejectionReason: Int] = [:]
    /// The first line of the file rejected for each reason.
    public internal(set) var firstRejectedLine: [RejectionReason: Int] = [:]
    /// Rows whose identifier is valid and looks wrong, by what it is; they are used.
    public internal(set) var remarked: [IdentifierRemark: Int] = [:]
    /// The first line of the file for each remark.
    public internal(set) var firstRemarkedLine: [IdentifierRemark: Int] = [:]
    /// Rows left out because an earlier row is the same in every column that was read.
    public internal(set) var collapsedDuplicates = 0
    /// Identifiers with rows that differ, and how many rows were left out for it.
    public internal(set) var conflictingIdentifiers = 0
    public internal(set) var conflictingRowsDropped = 0
    /// Rows left out because a wanted column has no value.
    public internal(set) var incompleteRows = 0
    public internal(set) var missingByColumn: [String: Int] = [:]
    /// Identifiers that are left.
    public internal(set) var usable = 0

    public var rejectedRows: Int { rejected.values.reduce(0, +) }
}

/// The distinct valid identifiers of a table, in file order, and the row that each stands for. Held in one buffer.
/// Never leaves the site: alignment takes the bytes and returns positions.
public struct Identifiers: Sendable {
    public let rule: IdentifierRule
    /// The table row (from 0) of each identifier.
    public let rowIndices: [Int]
    public let report: IdentifierReport
    private let bytes: [UInt8]
    private let ends: [Int]

    init(rule: IdentifierRule, values: some Sequence<ArraySlice<UInt8>>, rowIndices: [Int], report: IdentifierReport) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(rowIndices.count)
        for value in values {
            bytes.append(contentsOf: value)
            ends.append(bytes.count)
        }
        self.rule = rule
        self.rowIndices = rowIndices
        self.report = report
        self.bytes = bytes
        self.ends = ends
    }

    public var count: Int { ends.count }

    /// One identifier; shares the storage of all.
    public subscript(position: Int) -> ArraySlice<UInt8> {
        bytes[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
    }

    /// All identifiers as separate arrays: a copy, for an alignment that wants it so.
    public var values: [[UInt8]] { Array(eachValue) }

    /// The same, each made when it is its turn.
    public var eachValue: some Sequence<[UInt8]> { (0..<count).lazy.map { Array(self[$0]) } }

    /// The texts of one identifier: one, or one a column of the rule.
    public func texts(at position: Int) -> [String] { rule.texts(of: self[position]) }

    /// Only the identifiers whose rows are complete, with the count of those that are not.
    public func keeping(_ complete: CompleteCases) -> Identifiers {
        let kept = (0..<count).filter { complete.isComplete[rowIndices[$0]] }
        var report = report
        report.incompleteRows += count - kept.count
        for (column, missing) in complete.missingByColumn { report.missingByColumn[column] = missing }
        report.usable = kept.count
        return Identifiers(
            rule: rule, values: kept.lazy.map { self[$0] }, rowIndices: kept.map { rowIndices[$0] }, report: report)
    }
}
