import Foundation
import SplitRegression
import Testing

@testable import Runner

/// The comparison of levels as files and as text.
@Suite struct LevelTableTests {
    private static func comparison() throws -> LevelComparison {
        let text = """
            {"column": "stage", "test": {"levels": [
               {"level": "I", "rows": 100, "observed": 20, "expected": 30.5, "variance": 14.25},
               {"level": "II, III", "rows": 60, "observed": 28, "expected": 17.5, "variance": 14.25}],
              "chiSquared": 7.736842105263158, "degreesOfFreedom": 1, "pValue": 0.005409},
             "curves": [
              {"level": "I", "points": [{"time": 365, "survival": 0.875}, {"time": 730, "survival": 0.75}]},
              {"level": "II, III", "points": [{"time": 365}, {"time": 730, "survival": 0.5}]}]}
            """
        return try JSONDecoder().decode(LevelComparison.self, from: Data(text.utf8))
    }

    private static func withheld() throws -> LevelComparison {
        let text = """
            {"column": "stage", "test": {"levels": [], "withheld": "some level has fewer than 11 events"}}
            """
        return try JSONDecoder().decode(LevelComparison.self, from: Data(text.utf8))
    }

    @Test func files() throws {
        let comparison = try Self.comparison()
        let test = try #require(LevelTestTable(comparison))
        #expect(
            String(decoding: try test.csv(), as: UTF8.self) == """
                column,level,n,observed,expected,variance,statistic,df,p.value
                stage,I,100,20,30.5,14.25,7.736842105263158,1,0.005409
                stage,"II, III",60,28,17.5,14.25,7.736842105263158,1,0.005409

                """)
        let curves = try #require(LevelCurveTable(comparison))
        #expect(
            String(decoding: try curves.csv(), as: UTF8.self) == """
                column,level,time,surv
                stage,I,365.0,0.875
                stage,I,730.0,0.75
                stage,"II, III",365.0,NA
                stage,"II, III",730.0,0.5

                """)
        let none = try Self.withheld()
        #expect(
            String(decoding: try #require(LevelTestTable(none)).csv(), as: UTF8.self)
                == "column,level,n,observed,expected,variance,statistic,df,p.value\n")
        #expect(LevelCurveTable(none) == nil && LevelTestTable(nil) == nil && LevelCurveTable(nil) == nil)
    }

    @Test func text() throws {
        let comparison = try Self.comparison()
        let test = try #require(LevelTestTable(comparison)).text
        #expect(test.hasPrefix("log-rank test of stage: chi squared 7.74 on 1 df, p "), "\(test)")
        #expect(test.contains("II, III   60        28     17.50      6.300      7.737"), "\(test)")
        let curves = try #require(LevelCurveTable(comparison)).text
        #expect(curves.contains("-: some level has fewer events since the time before, or people or"), "\(curves)")
        #expect(curves.contains("730   0.7500         0.5000"), "\(curves)")
        let none = try #require(LevelTestTable(try Self.withheld())).text
        #expect(none == "no log-rank test of stage: some level has fewer than 11 events")
    }

    /// A level that is not known at a time goes on to the next at which it is.
    @Test func corners() throws {
        let curves = try #require(LevelCurveTable(try Self.comparison())).curves
        let corners = LevelCurvePlot.corners(of: curves[1])
        #expect(corners.map(\.time) == [0, 730, 730] && corners.map(\.survival) == [1, 1, 0.5])
    }
}
