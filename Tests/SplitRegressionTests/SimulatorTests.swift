import TestSupport
import Testing

@testable import SplitRegression

/// The argument of training.md 7, carried out: one party's view of a fit is made a second time from its own input and what the
/// functionality gives to it, without the other's input, and compared with what it saw.
@Suite("The simulator") struct SimulatorTests {
    typealias Fits = SimulatedFitTests

    /// A job with all that opens numbers of its own kind.
    struct Job: Sendable, CustomTestStringConvertible {
        let name: String
        let family: ResponseFamily
        var isRobust = false
        var opensBrier = false
        /// Whether a column of the passive party is the active one's, too.
        var isCollinear = false
        var folds = 0
        var isWeighted = false
        var estimatesTheta = false

        var testDescription: String { name }

        func data(rows: Int = 120) -> Fits.Case {
            var data = Fits.Case(rows: rows, active: 2, passive: 2, seed: 31) { z, generator in
                switch family {
                case .linear: z + generator.uniform(-1...1)
                case .logistic, .cox: generator.uniform() < ResponseFamily.mean(z) ? 1 : 0
                case .negativeBinomial:
                    Fits.poisson(ElementaryFunctions.exp(z + generator.uniform(-2...2)), &generator)
                default: Fits.poisson(ElementaryFunctions.exp(z), &generator)
                }
            }
            if family == .cox { data.survival = SurvivalColumns(time: (0..<rows).map { Double(1 + $0 * 7 % 50) }) }
            if isCollinear { data.passive[0] = data.active[1] }
            if isWeighted { data.weight = (0..<rows).map { 0.5 + Double($0 % 5) } }
            return data
        }

        func parties() throws -> [Fits.Party] {
            try Fits.parties(
                data(), family, estimatesTheta: estimatesTheta, isRobust: isRobust, opensBrier: opensBrier, folds: folds
            )
        }
    }

    static let jobs = [
        Job(name: "linear", family: .linear), Job(name: "logistic", family: .logistic, opensBrier: true),
        Job(name: "Poisson, robust", family: .poisson, isRobust: true),
        Job(name: "a column left out", family: .logistic, isCollinear: true),
        Job(name: "cross-validation", family: .logistic, opensBrier: true, folds: 4),
        Job(name: "proportional hazards", family: .cox),
        Job(name: "linear, case weights", family: .linear, isRobust: true, folds: 3, isWeighted: true),
        Job(name: "theta estimated", family: .negativeBinomial(theta: 1), estimatesTheta: true),
    ]

    /// The largest distance of a sample's distribution from the uniform one on [0, 1), times the root of its size (Kolmogorov):
    /// above 2.5 once in 130,000 times.
    static func distance(_ sample: [Double]) -> Double {
        let n = Double(sample.count)
        let largest = sample.sorted().enumerated().reduce(0.0) { worst, next in
            max(worst, next.element - Double(next.offset) / n, Double(next.offset + 1) / n - next.element)
        }
        return largest * n.squareRoot()
    }

    @Test(
        "A view made without the other's input has the kinds, order and sizes of the real one, and its results",
        arguments: jobs)
    func view(_ job: Job) async throws {
        let parties = try job.parties()
        let real = try await Fits.run(parties[0], parties[1])
        for (index, party) in parties.enumerated() {
            let view = real[index].view
            let simulator = SimulatorExchange(
                digits: view.digits, results: view.results, seed: 77, isActive: party.role == .active)
            let made = try await party.run(over: simulator)
            #expect(simulator.isUsedUp)
            #expect(made.view.shapes == view.shapes)
            #expect(made.end == real[index].end && made.kept == real[index].kept)
            // The functionality's own results come out, but for the bit by which the other rounds down.
            let unit = 0x1p-8
            for (a, b) in [
                (made.results.coefficients, real[index].results.coefficients),
                (made.results.variances, real[index].results.variances),
                (made.results.aliases, real[index].results.aliases),
            ] {
                #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= unit * max(1, abs($1)) })
            }
            // Theta's error is the active party's alone. The sum that it takes is no product, so `LastProduct` cannot put it back into
            // the made view: its place and width are compared, with all others, above.
            let hasError = real[index].results.thetaError != nil
            #expect(hasError == (job.estimatesTheta && party.role == .active))
            // Nothing of the other's is in what was decrypted, in either.
            for sample in [view.answers, made.view.answers] {
                #expect(sample.count > 200 && Self.distance(sample) < 2.5)
            }
        }
    }

    @Test(
        "The other's windows and bits of results are uniform, over many runs of one job", arguments: [jobs[0], jobs[1]])
    func openings(_ job: Job) async throws {
        let parties = try job.parties()
        var (real, made) = ([[Double]](repeating: [], count: 2), [[Double]](repeating: [], count: 2))
        for seed in 1...40 as ClosedRange<UInt64> {
            let ended = try await Fits.run(parties[0], parties[1], seed: 100 * seed)
            for (index, party) in parties.enumerated() {
                let view = ended[index].view
                real[index] += view.openings
                let simulator = SimulatorExchange(
                    digits: view.digits, results: view.results, seed: seed, isActive: party.role == .active)
                made[index] += try await party.run(over: simulator).view.openings
            }
        }
        for sample in real + made { #expect(sample.count > 300 && Self.distance(sample) < 2.5, "\(sample.count)") }
    }

    @Test("Masks that are too short would show", arguments: [20, 8])
    func shortMasks(_ missing: Int) async throws {
        let parties = try Self.jobs[1].parties()
        // Shares that are not uniform still add up: the fit is the same, its views are not. (An owner's uniform shares times anything look
        // uniform; of numbers that it knows, like the active party's vectors, the answers are short.)
        let ended = try await Fits.run(parties[0], parties[1], missingBits: missing)
        guard case .fitted = ended[0].end else {
            Issue.record("\(ended[0].end)")
            return
        }
        #expect(Self.distance(ended[0].view.answers) > 5)
    }

    @Test("Another opened number is another view: the simulation is not blind to what the functionality gives")
    func otherOutput() async throws {
        let parties = try Self.jobs[1].parties()
        let real = try await Fits.run(parties[0], parties[1])
        var digits = real[0].view.digits
        // The first norm is as small as a norm can be: the fit ends there.
        let norm = try #require(
            real[0].view.items.firstIndex { if case .window(_, _, let bits) = $0 { bits == 14 } else { false } })
        let before = real[0].view.items[..<norm].count { if case .window = $0 { true } else { false } }
        for place in before..<digits.count { digits[place] = 0 }
        let simulator = SimulatorExchange(
            digits: digits, results: real[0].view.results, seed: 77, isActive: true)
        let made = try? await parties[0].run(over: simulator)
        #expect(made?.view.shapes != real[0].view.shapes)
    }
}
