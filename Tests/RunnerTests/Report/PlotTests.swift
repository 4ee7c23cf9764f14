import Foundation
import SplitRegression
import Testing

@testable import Runner

@Suite("Figures of reports") struct PlotTests {
    @Test("Round ticks that lie within the ends")
    func ticks() {
        #expect(Scale(0, 1, from: 0, to: 100).ticks(5) == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1])
        #expect(Scale(0.4, 2.6, from: 0, to: 1, isLogarithmic: true).ticks(4) == [0.5, 1, 1.5, 2])
        for (low, high) in [(1e-9, 1e9), (0.98, 1.03), (1, 1), (0.0031, 0.0032)] {
            for isLogarithmic in [false, true] {
                let scale = Scale(low, high, from: 0, to: 100, isLogarithmic: isLogarithmic)
                let found = scale.ticks(5)
                #expect((1...12).contains(found.count), "\(low) to \(high): \(found)")
                #expect(found.allSatisfy { (0...100).contains(scale.place($0)) })
            }
        }
        #expect(Scale(0, 10, from: 0, to: 100).place(-5) == 0 && Scale(0, 10, from: 0, to: 100).place(1e9) == 100)
    }

    @Test("Labels of axes")
    func labels() {
        #expect([0, 0.5, 1.25, 250, 2e6, 1e-5].map(Scale.label) == ["0", "0.5", "1.25", "250", "2.0e6", "1.0e-5"])
    }

    @Test("A survival curve steps down at the declared times alone")
    func survival() throws {
        let points = [(10.0, 0.9), (25.5, 0.6)].map {
            SurvivalPoint(time: $0.0, atRisk: 50, events: 5, cumulativeHazard: -log($0.1), survival: $0.1)
        }
        let plot = SurvivalPlot(table: try #require(SurvivalTable(points)))
        #expect(SurvivalPlot.corners(points).map(\.time) == [0, 10, 10, 25.5, 25.5])
        #expect(SurvivalPlot.corners(points).map(\.survival) == [1, 1, 0.9, 0.9, 0.6])
        let page = HTML.page(head: [], body: [plot.figure(id: "survival-plot")])
        #expect(PageReading(page).complaints.isEmpty)
        #expect(page.contains("1 at time 0; 0.900 at time 10; 0.600 at time 25.5."))
        #expect(SurvivalTable(nil) == nil && SurvivalTable([]) == nil)
    }

    /// Ten people, four with the outcome, in three groups.
    @Test("Points of the ROC curve are those of its borders, exactly")
    func receiver() throws {
        func group(_ number: Int, _ n: Int, _ events: Double) throws -> ScoreGroup {
            let text = """
                {"group": \(number), "n": \(n), "predicted": 0.5, "observed": \(events / Double(n)), "lowest": 0,
                 "highest": 1}
                """
            return try JSONDecoder().decode(ScoreGroup.self, from: Data(text.utf8))
        }
        let curve = try #require(try ReceiverCurve([group(1, 4, 0), group(5, 3, 1), group(9, 3, 3)]))
        #expect(curve.points.map(\.rows) == [0, 3, 6, 10])
        #expect(curve.points.map(\.truePositives) == [0, 0.75, 1, 1])
        #expect(curve.points.map(\.falsePositives) == [0, 0, 1.0 / 3, 1])
        #expect(try ReceiverCurve([group(1, 5, 0)]) == nil && ReceiverCurve([group(1, 5, 5)]) == nil)
        let figure = curve.figure(id: "roc", rows: "fitted", area: "0.9")
        #expect(PageReading(HTML.page(head: [], body: [figure])).complaints.isEmpty)
    }
}
