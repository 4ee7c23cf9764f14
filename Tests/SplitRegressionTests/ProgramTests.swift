import Testing

@testable import SplitRegression

@Suite("Decisions of a training") struct ProgramTests {
    static func facts(
        _ family: ResponseFamily = .logistic, penalty: Double = 0, passes: Int = 30, bits: Int = .max
    ) -> TrainingFacts {
        TrainingFacts(
            family: family, rows: 1000, activeColumns: 3, passiveColumns: 2, penalty: penalty, tolerance: 1e-3,
            maximumPasses: passes, modulusBits: 2048, computesStandardErrors: penalty == 0, opensLoss: penalty == 0,
            opensBrier: false, scaleBits: 0, weightBits: -2, rowBits: 1, decisionBits: bits)
    }

    /// The opened square that stands for a norm.
    private static func square(_ norm: Double) -> Double { norm * norm / 1024 }

    private static func end(_ facts: TrainingFacts, _ opened: [Double]) -> TrainingProgram.End? {
        TrainingProgram(facts).continuation(after: opened).end
    }

    @Test("Steps are a function of what was opened: more numbers only add to them")
    func grows() {
        let opened = [0, Self.square(5), Self.square(0.5), Self.square(1e-4), 0, 0, 600, 0]
        let program = TrainingProgram(Self.facts())
        var earlier: [TrainingStep] = []
        for count in 0...opened.count {
            let next = program.continuation(after: Array(opened.prefix(count)))
            #expect(Array(next.steps.prefix(earlier.count)) == earlier)
            #expect((next.end == nil) == (next.steps.last?.isOpening == true), "\(count)")
            earlier = next.steps
        }
        guard case .fitted(let summary)? = program.continuation(after: opened).end else {
            Issue.record("no result")
            return
        }
        #expect(summary.converged && summary.passes == 2 && summary.loss == 600)
    }

    @Test("A penalised fit opens no loss and no variances")
    func penalised() {
        let opened = [0, Self.square(5), Self.square(1e-4), 0]
        let next = TrainingProgram(Self.facts(penalty: 0.01)).continuation(after: opened)
        guard case .fitted? = next.end else {
            Issue.record("\(String(describing: next.end))")
            return
        }
        #expect(!next.steps.contains(.variances))
    }

    @Test("An inverse that does not come about is collinearity, after two looks at most")
    func collinear() {
        #expect(Self.end(Self.facts(), [3, 3]) == .failed(.aliasedAcrossParties()))
        #expect(Self.end(Self.facts(), [9]) == .failed(.aliasedAcrossParties()))
        #expect(Self.end(Self.facts(), [1]) == nil)
    }

    @Test("Columns are named where the trace counts directions, and by fewer bits than coefficients take")
    func naming() {
        let facts = Self.facts()
        func last(_ opened: [Double]) -> [TrainingStep] {
            TrainingProgram(facts).continuation(after: opened).steps.suffix(2)
        }
        #expect(last([1, 3]) == [.checkpoint, .aliases])
        #expect(last([9]) != [.checkpoint, .aliases])
        #expect(last([1, -0.75]) != [.checkpoint, .aliases])
        // Three slow steps, and leaps that do not help, under the longer period neither.
        let slow: [Double] = [0, 0.9, 0.6, 0, 0.55, 0.4, 0, 0.39, 0.3, 0, 0.35, 0.5, 0.5, 400, 0.35, 0.5, 0.5]
        #expect(
            last(slow.enumerated().map { [0, 3, 6, 9, 13].contains($0.offset) ? $0.element : Self.square($0.element) })
                == [.checkpoint, .movements])
        let widths = facts.coefficientWidths(fractionBits: facts.coefficientBits(spread: 1))
        for (naming, coefficients) in zip(
            facts.movementWidths.active + facts.movementWidths.passive, widths.active + widths.passive)
        {
            #expect(naming <= coefficients && TrainingFacts.aliasBits.all <= coefficients)
        }
    }

    /// Iterations of an inverse that steps name.
    private static func inverses(_ facts: TrainingFacts, _ opened: [Double]) -> [TrainingStep.Inverse] {
        TrainingProgram(facts).continuation(after: opened).steps.compactMap { step in
            if case .inverse(let iteration) = step { iteration } else { nil }
        }
    }

    @Test("Bounded weights take one cold start, others two; after both fail the next one is cold at once")
    func startsAnew() {
        let slow = [0, Self.square(5), Self.square(4)]
        #expect(
            Self.inverses(Self.facts(), slow + [-2, -2, 500, 0]) == [
                .cold(exponent: 0, iterations: 8), .warm(iterations: 4), .cold(exponent: 0, iterations: 8),
                .cold(exponent: 0, iterations: 8),
            ])
        #expect(
            Self.inverses(Self.facts(.poisson), slow + [-2, -2, 0]) == [
                .cold(exponent: 0, iterations: 8), .warm(iterations: 4), .cold(exponent: 1, iterations: 8),
                .cold(exponent: 4, iterations: 8),
            ])
    }

    @Test("A step that no length helps takes the information anew under the longer period")
    func restarts() {
        let opened = [0, Self.square(5), Self.square(6), Self.square(6)]
        let steps = TrainingProgram(Self.facts()).continuation(after: opened).steps
        #expect(steps.suffix(3) == [.information(period: 64), .inverse(.warm(iterations: 4)), .trace])
        // No loss under a logistic fit's second period; under its third one, and under a probit fit's second one.
        #expect(!steps.contains(.sum(.loss, period: 64)))
        let again = opened + [0, Self.square(5), Self.square(6), Self.square(6)]
        #expect(
            TrainingProgram(Self.facts()).continuation(after: again).steps.last
                == .sum(.loss, period: 128))
        #expect(
            TrainingProgram(Self.facts(.probit)).continuation(after: opened).steps.last
                == .sum(.loss, period: 64))
    }

    @Test("Under its first period a logistic fit does not leap: the period doubles before")
    func leaps() {
        // Steps under fresh weights that shrink by less than four, three times.
        var opened = [0, Self.square(0.9)]
        for norm in [0.6, 0.4] { opened += [Self.square(norm), 0, Self.square(norm)] }
        opened.append(Self.square(0.3))
        let steps = TrainingProgram(Self.facts()).continuation(after: opened).steps
        #expect(steps.last == .trace && !steps.contains(.sum(.loss, period: 64)))
        let evaluation: [TrainingStep] = [
            .stay, .predictor(period: 64), .residual(period: 64), .gradient(period: 64),
        ]
        #expect(steps.contains(evaluation))
        let leap = TrainingProgram(Self.facts()).continuation(after: opened + [0, Self.square(0.3)]).steps
        #expect(leap.contains([.move(shift: -3), .predictor(period: 64)]))
        let probit = TrainingProgram(Self.facts(.probit)).continuation(after: opened + [0, Self.square(0.3)]).steps
        #expect(probit.contains([.move(shift: -3), .predictor(period: 32)]))
    }

    @Test("A loss below ln 2 is separation, at the end too")
    func separated() {
        let opened = [0, Self.square(5), Self.square(1e-4), 0, 0, 0.5]
        #expect(Self.end(Self.facts(), opened) == .failed(.separation()))
    }

    @Test("Norms that do not fall end in a longer period, and at last by name")
    func outOfRange() {
        let next = TrainingProgram(Self.facts(penalty: 1)).continuation(
            after: [0, Self.square(2), Self.square(3), Self.square(3)])
        #expect(next.steps.contains(.predictor(period: 64)))
        let opened = [0, Self.square(2)] + Array(repeating: Self.square(3), count: 60)
        #expect(Self.end(Self.facts(penalty: 1, passes: 60), opened) == .failed(.predictorOutOfRange(radius: 256)))
    }

    @Test("A fit ends when its passes or its bits are used up")
    func budgets() {
        let opened = [0] + (0..<20).map { Self.square(5 - 0.2 * Double($0)) }
        if case .failed(.notConverged(passes: 4, _))? = Self.end(Self.facts(passes: 4), opened + [0, 0, 0, 0]) {
        } else {
            Issue.record("passes")
        }
        if case .failed(.notConverged)? = Self.end(Self.facts(bits: 40), opened) {} else { Issue.record("bits") }
    }

    @Test("A set range bit doubles the period and opens again")
    func range() {
        let opened = [0, Self.square(5), Self.square(1e-4), 1, Self.square(1e-4), 0, 600, 0]
        let next = TrainingProgram(Self.facts()).continuation(after: opened)
        #expect(next.steps.count { if case .coefficients = $0 { true } else { false } } >= 1)
        #expect(next.steps.contains(.information(period: 64)))
    }

    @Test("Where no longer period is left before sums, the result says that they may be off")
    func sumsWithoutRoom() {
        func end(_ bits: [Double]) -> TrainingProgram.Summary? {
            let opened = [0, Self.square(5), Self.square(1e-4), 0] + bits + [600, 0]
            guard case .fitted(let summary)? = Self.end(Self.facts(), opened) else { return nil }
            return summary
        }
        #expect(end([0])?.sumsMayBeOff == false && end([0])?.loss == 600)
        #expect(end([1, 0])?.sumsMayBeOff == false)
        #expect(end(Array(repeating: 1, count: 5)) == nil)
        #expect(end(Array(repeating: 1, count: 6))?.sumsMayBeOff == true)
    }

    @Test("Windows: the digit is that of the sum, whatever the shares")
    func windows() {
        for value in [0.7, 1e-3, -5.0, 300] {
            var opening = WindowOpening(fractionBits: 40, level: 6, floor: -30)
            let mask = ShareWord(low: 0x1234_5678_9ABC_DEF0, middle: 77, high: 3)
            let shares = (ShareWord(value, fractionBits: 40)! &- mask, mask)
            var number: Double?
            while number == nil {
                number = opening.take(opening.window(of: shares.0), opening.window(of: shares.1))
            }
            #expect(abs(number! / value - 1) < 0.5, "\(value) \(number!)")
        }
    }
}
