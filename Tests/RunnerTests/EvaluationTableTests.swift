import SplitRegression
import Testing

@testable import Runner

@Suite("Tables of evaluations") struct EvaluationTableTests {
    private static let scores: [Double] = [-2, -1, -0.5, 0, 0, 0.5, 1, 1.5, 2, 2.5, 3, -0.25]
    private static let labels: [Double] = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0]

    private func table(heldOut: Bool) throws -> EvaluationTable {
        let fitted = ScoreMetrics(Self.scores, label: Self.labels, family: .logistic)
        let other = ScoreMetrics([1, -1], label: [1, 0], family: .logistic)
        return try #require(EvaluationTable(fitted: fitted, heldOut: heldOut ? other : nil))
    }

    @Test("A party without scores has no table")
    func absent() { #expect(EvaluationTable(fitted: nil, heldOut: nil) == nil) }

    @Test("Rows fitted and rows held out, with R's names")
    func csv() throws {
        let lines = String(decoding: try table(heldOut: true).csv(), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "rows,measure,estimate,std.error,conf.low,conf.high")
        #expect(lines.contains("fitted,n,12,NA,NA,NA") && lines.contains("held-out,n,2,NA,NA,NA"))
        // 36 pairs: 25 in order, one tied.
        #expect(lines.contains { $0.hasPrefix("fitted,auc,0.7083333333333334,") })
        // One row a class: neither error nor slope.
        #expect(lines.contains("held-out,auc,1.0,NA,NA,NA"))
        #expect(!lines.contains { $0.hasPrefix("held-out,calibration.slope") })
        #expect(lines.contains { $0.hasPrefix("fitted,calibration.slope,") && !$0.hasSuffix("NA") })
    }

    @Test("Deciles of both")
    func deciles() throws {
        let lines = String(decoding: try table(heldOut: true).deciles(), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "rows,group,n,predicted,observed,lowest,highest")
        #expect(lines.count { $0.hasPrefix("held-out,") } == 2)
        let counts = lines.filter { $0.hasPrefix("fitted,") }.compactMap { Int($0.split(separator: ",")[2]) }
        #expect(counts.reduce(0, +) == 12)
    }

    @Test("On screen: intervals, why something is missing, and the groups of rows held out")
    func text() throws {
        let text = try table(heldOut: true).text
        #expect(text.contains("fitted rows") && text.contains("AUC (95%, DeLong)"))
        #expect(text.contains("calibration of held-out rows: the scores separate the classes"))
        #expect(text.contains("held-out rows by tenths"))
        #expect(try table(heldOut: false).text.contains("fitted rows by tenths"))
    }
}
