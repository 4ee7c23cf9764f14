import Testing

@testable import Transcript

/// One change for every check: it fails by its own name, and what comes after it is not evaluated.
@Suite(.serialized) struct ChecksTests {
    struct Case: Sendable {
        let check: Check
        let error: String
        let report: @Sendable () async throws -> VerificationReport

        init(_ check: Check, _ error: String, _ report: @escaping @Sendable () async throws -> VerificationReport) {
            self.check = check
            self.error = error
            self.report = report
        }
    }

    /// Checks that no folder alone can fail, each with the reason; and those that the program makes and tests itself.
    static let elsewhere: [Check: String] = [
        .t22: "never public (transcript.md 9); R02 makes it", .r03: "EndToEndTests", .a01: "EndToEndTests",
        .a04:
            "what it checks alone: WholeJobTests; a key that does not follow from its seed fails R02 and so A01 before it",
        .m02: "Rows in EndToEndTests: sessions of several sites", .m03: "Rows in EndToEndTests",
        .m04: "Rows in EndToEndTests", .m05: "Rows in EndToEndTests",
        .m01: "PredictionBinding in EndToEndTests: it compares two sessions",
        .a05: "EndToEndTests", .a06: "EndToEndTests", .a07: "GuardedDesignTests in RunnerTests", .r04: "EndToEndTests",
    ]

    @Test func everyCheckHasACase() {
        let covered = Set(Self.cases.map(\.check))
        #expect(covered.isDisjoint(with: Self.elsewhere.keys))
        #expect(Set(Check.allCases) == covered.union(Self.elsewhere.keys))
    }

    @Test func everyCaseFailsByItsOwnName() async throws {
        for item in Self.cases {
            let report = try await item.report()
            if item.check == .t32 {
                // A disputed tail is nobody's fault: a warning.
                #expect(report.failure == nil)
                #expect(report.findings.first { $0.check == .t32 }?.error == item.error)
                continue
            }
            #expect(report.failure?.check == item.check, "\(item.check): \(outcomeName(report))")
            #expect(report.failure?.error == item.error, "\(item.check): \(outcomeName(report))")
            #expect(report.verdict == .invalid)
            let after = report.findings.drop { $0.status != .failed }.dropFirst()
            #expect(after.allSatisfy { $0.status == .notEvaluated }, "\(item.check)")
            #expect(report.findings.count { $0.status == .failed } == 1, "\(item.check)")
        }
    }

    static let cases: [Case] = fileCases + recordCases + jobCases + comparisonCases
}
