import Testing

@testable import SplitRegression

@Suite("Standard error of theta")
struct ThetaInformationTests {
    private static let label: [Double] = [0, 3, 1, 0, 12, 2, 0, 5]
    private static let mean = 2.875
    private static let weight = [1, 0.5, 2, 1, 1, 3, 1, 1]

    /// What is opened, in clear.
    private static func sum(_ theta: Double) -> Double {
        let share = mean / (mean + theta)
        return zip(label, weight).reduce(0) {
            $0 + $1.1 * (share * share + $1.0 / theta * (1 - share) * (1 - share))
        }
    }

    @Test("It is that of the observed information", arguments: [0.2, 0.5, 0.9])
    func definition(_ theta: Double) throws {
        let information = ThetaInformation(label: Self.label, weight: Self.weight, theta: theta)
        let predictor = Self.label.map { _ in ElementaryFunctions.log(Self.mean) }
        let expected = SimulatedFitTests.thetaError(theta, Self.label, Self.weight, predictor)
        let found = try #require(information.error(Self.sum(theta) * information.unit))
        #expect(abs(found / expected - 1) < 1e-9)
        // A power of two, so that no row's term reaches 1.
        #expect(information.unit.significand == 1)
        let largest = zip(Self.label, Self.weight).map { $1 * (1 + $0 / theta) * information.unit }.max()
        #expect((0.5..<1).contains(try #require(largest)))
    }

    @Test("It is withheld where what is left has no digits, or is negative")
    func withheld() {
        let theta = 0.9
        let information = ThetaInformation(label: Self.label, weight: Self.weight, theta: theta)
        let bound = zip(Self.label, Self.weight).reduce(0) { $0 + $1.1 * (1 + $1.0 / theta) }
        let known =
            theta
            * zip(Self.label, Self.weight).reduce(0) {
                $0 + $1.1 * (Polygamma.trigamma(theta) - Polygamma.trigamma(theta + $1.0))
            }
        func error(_ left: Double) -> Double? { information.error((known - left) * information.unit) }
        #expect(error(1.01 * 0x1p-20 * bound) != nil)
        #expect(error(0.99 * 0x1p-20 * bound) == nil)
        #expect(error(-1) == nil)
    }

    @Test("The kernel of a row is its term of the sum", arguments: [0.3, 2, 40])
    func kernel(_ theta: Double) {
        let kernel = Kernel(family: .negativeBinomial(theta: theta), kind: .curvature, period: 64, scaleBits: 0)
        let series = kernel.series()
        for (y, z) in [(0.0, -3.0), (4, 0.5), (9, 2), (1, 4)] {
            let term = kernel.term(label: y, offset: 0.25, weight: 0.5, center: 0)
            let x = z + term.shift
            let value =
                term.scale * series.value(x, period: 64) + term.imageScale * series.value(-x, period: 64)
                + term.constant
            let share = 1 / (1 + theta * ElementaryFunctions.exp(-z - 0.25))
            let expected = 0.5 * (share * share + y / theta * (1 - share) * (1 - share))
            #expect(abs(value - expected) < 4e-9 * (1 + y / theta), "\(y) \(z)")
        }
    }
}
