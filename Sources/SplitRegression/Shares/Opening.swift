/// How shared numbers are opened: through windows of public place and width, never whole (training.md 3.6).
package struct WindowOpening: Sendable, Hashable {
    /// A window lies this much below the one before it.
    package static let step = 2
    /// A number whose window shows at least this is open.
    package static let leastDigit: Int64 = 4
    package static let coarseBits = 12
    /// A squared norm may grow from one opening to the next: its windows reach further.
    static let normBits = 14
    /// Of a sum over events in steps of 2^-9.
    static let riskTraceBits = 12

    /// Scale of the shares.
    private let fractionBits: Int
    private let width: Int
    /// Place of the window's unit, `2^level`.
    private var level: Int
    /// Below this nothing is opened.
    private let floor: Int
    /// How much finer one last window is, once a digit is there; 0 for none.
    private let refinement: Int
    private var isRefining = false

    package init(fractionBits: Int, level: Int, floor: Int, refinement: Int = 0, width: Int = coarseBits) {
        self.width = width
        self.fractionBits = fractionBits
        self.level = max(level, floor)
        self.floor = floor
        self.refinement = refinement
    }

    /// A number opened at one place, of magnitude below `2^(bits + level - 1)`.
    package init(fractionBits: Int, at level: Int, bits: Int) {
        width = bits
        self.fractionBits = fractionBits
        self.level = level
        floor = level
        refinement = 0
    }

    /// Bits that each side sends next.
    package var bits: Int { isRefining ? width + refinement : width }

    /// What a side sends of its share.
    package func window(of share: ShareWord) -> UInt64 {
        share.masked().shiftedRight(level + fractionBits).low & ((1 << UInt64(bits)) - 1)
    }

    /// The number, once it is open; nil when the next window is due.
    package mutating func take(_ own: UInt64, _ peer: UInt64) -> Double? {
        let span: Int64 = 1 << Int64(bits)
        var digit = Int64((own &+ peer) & UInt64(span - 1))
        if digit >= span / 2 { digit -= span }
        let isThere = abs(digit) >= Self.leastDigit || level <= floor
        if isThere, refinement > 0, !isRefining {
            isRefining = true
            level -= refinement
            return nil
        }
        // Both sides round down: the middle of what is possible is one unit higher.
        if isThere || isRefining {
            return Double(digit + 1) * Double(sign: .plus, exponent: level, significand: 1)
        }
        level = max(floor, level - Self.step)
        return nil
    }
}

extension TrainingFacts {
    /// Squared norms are opened first at `2^level`.
    package static let firstNormLevel = 8

    /// A trace is at most the number of coefficients, in quarters.
    var traceBits: Int { max(12, ceilLog2(parameters) + 4) }

    /// Bits of its share that each side has sent when a number is open.
    package func openedBits(_ step: TrainingStep, _ number: Double) -> Int {
        switch step {
        case .trace: return traceBits
        case .riskTrace: return WindowOpening.riskTraceBits
        case .range, .theta, .leaves: return 1
        case .norm(let level):
            let found = max(number, Double(sign: .plus, exponent: normFloor, significand: 1))
            return WindowOpening.normBits + max(0, level + 2 - Int(found.exponent))
        default: return opening(of: step).map { $0.bits + 18 + rowBitsOfCount } ?? 0
        }
    }

    /// `g . d` below this says no more than that the fit is done.
    package var normFloor: Int { 2 * Int((tolerance / 8).exponent) - rowBitsOfCount }

    /// The gradient in the scale of standard errors. Infinite when the square is well below zero: the inverse is none then, as
    /// after a row that wrapped.
    package func norm(ofOpened square: Double) -> Double {
        let least = Double(sign: .plus, exponent: normFloor, significand: 1)
        guard square >= -4 * least else { return .infinity }
        return (max(square, least) * Double(sign: .plus, exponent: rowBitsOfCount, significand: 1)).squareRoot()
    }

    /// How the number of a step is opened; nil for a step that opens none to both.
    package func opening(of step: TrainingStep) -> WindowOpening? {
        switch step {
        case .trace: return WindowOpening(fractionBits: ShareMatrix.fractionBits, at: -2, bits: traceBits)
        case .riskTrace:
            return WindowOpening(
                fractionBits: ShareMatrix.fractionBits, at: -9, bits: WindowOpening.riskTraceBits)
        case .pathIntegral, .wald, .score:
            return WindowOpening(
                fractionBits: ShareMatrix.fractionBits, level: rowBitsOfCount + 6, floor: -4, refinement: 14)
        case .norm(let level):
            return WindowOpening(
                fractionBits: 2 * ShareMatrix.fractionBits, level: level, floor: normFloor,
                width: WindowOpening.normBits)
        case .sum(let kind, _), .foldSum(let kind, _):
            return WindowOpening(
                fractionBits: ShareMatrix.fractionBits, level: rowBitsOfCount + scaleBits(of: kind) + 6, floor: -8,
                refinement: 18)
        case .heldOutSum(let kind, let period): return ofHeldOutRows.opening(of: .sum(kind, period: period))
        // Rows kept aside count once each.
        case .heldOutSquares: return ofHeldOutRows.openingOfSquares(weightBits: 0)
        case .residualSum, .squares, .foldSquares: return openingOfSquares(weightBits: isWeighted ? weightBits : 0)
        default: return nil
        }
    }

    /// - Parameter weightBits: of case weights that the squares are multiplied with.
    private func openingOfSquares(weightBits: Int) -> WindowOpening {
        WindowOpening(
            fractionBits: 2 * Self.linearRowFractionBits, level: rowBitsOfCount + 2 + max(0, weightBits), floor: -50,
            refinement: 18)
    }
}
