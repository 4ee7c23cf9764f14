import TestSupport
import Testing

@testable import SplitRegression

/// A column of the passive party that follows from the active party's is left out (training.md 5.3, 5.4). The active party learns that it
/// happened. Did it learn more, it would know the column itself.
@Suite("Attacks on the column left out") struct LeftOutAttackTests {
    typealias Fits = SimulatedFitTests

    /// The passive party's column at `place` is a copy of the active one's `copied`.
    private func data(copied: Int, place: Int) -> Fits.Case {
        var data = Fits.data(.logistic)
        let rest = data.passive[1]
        data.passive = place == 0 ? [data.active[copied], rest] : [rest, data.active[copied]]
        return data
    }

    /// How much of each own column lies in the direction that no inverse reached, as opened to the active party where a fit ends
    /// there: here the passive party has no other column.
    private func aliases(copied: Int) async throws -> [String] {
        var data = data(copied: copied, place: 0)
        data.passive = [data.passive[0]]
        let fit = try await Fits.fit(data, .logistic)
        #expect(fit.end == .failed(.aliasedAcrossParties()))
        return fit.named[0]
    }

    @Test(
        "Alias shares of the active party's columns would say whose copy the other's column is, row by row",
        arguments: 0...2)
    func weaker(_ copied: Int) async throws {
        // Own column 0 is the constant. A direction with one own column and one of the other's: they are the same, but for sign.
        #expect(try await aliases(copied: copied) == ["c\(copied + 1)"])
    }

    @Test("The active party's view is the same, whichever column the other leaves out and whatever it copies")
    func ours() async throws {
        var fits: [(fit: Fits.Fit, left: Int)] = []
        for (copied, place) in [(0, 0), (1, 0), (2, 0), (1, 1)] {
            let fit = try await Fits.fit(data(copied: copied, place: place), .logistic)
            guard case .fitted(let summary) = fit.end else {
                Issue.record("\(fit.end)")
                return
            }
            #expect(summary.leftOut == 1)
            fits.append((fit, 4 + place))
        }
        for (fit, left) in fits {
            // The passive party knows which.
            #expect(fit.kept == [0, 1, 2, 3, left == 4 ? 5 : 4])
            #expect(fit.views[0].tells(from: fits[0].fit.views[0]) == nil)
            for (a, b) in zip(fit.coefficients, fits[0].fit.coefficients) { #expect(abs(a - b) < 1e-4) }
        }
        // It gets coefficients and variances, and no alias share of a column.
        #expect(fits[0].fit.views[0].results.map(\.count) == [0, 5, 4])
        #expect(fits[0].fit.views[1].results.map(\.count) == [2, 1, 1])
    }
}
