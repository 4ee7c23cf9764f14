import Foundation

/// Where values stand along one side of a plot.
struct Scale: Sendable {
    let low: Double
    let high: Double
    /// Units of the drawing at `low` and at `high`.
    let from: Double
    let to: Double
    let isLogarithmic: Bool

    /// - Parameters:
    ///   - low, high: finite; above 0 where it is logarithmic.
    init(_ low: Double, _ high: Double, from: Double, to: Double, isLogarithmic: Bool = false) {
        self.low = low
        self.high = high > low ? high : low + 1
        self.from = from
        self.to = to
        self.isLogarithmic = isLogarithmic
    }

    /// What lies outside stands at the end.
    func place(_ value: Double) -> Double {
        func measure(_ value: Double) -> Double { isLogarithmic ? log(max(value, .leastNormalMagnitude)) : value }
        let share = (measure(value) - measure(low)) / (measure(high) - measure(low))
        return from + min(max(share, 0), 1) * (to - from)
    }

    /// Round values between the ends, about so many.
    func ticks(_ count: Int) -> [Double] {
        isLogarithmic ? logarithmicTicks(count) : linearTicks(count)
    }

    private func linearTicks(_ count: Int) -> [Double] {
        let rough = (high - low) / Double(max(count, 1))
        let unit = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * unit }.first { $0 >= rough * 0.999 } ?? 10 * unit
        let (first, last) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
        guard last >= first, last - first < 100 else { return [low, high] }
        // A zero of its own: -0 would be written as such.
        return stride(from: first, through: last, by: 1).map { $0 == 0 ? 0 : $0 * step }
    }

    /// Whole powers of ten with what stands between them, as far as there is room.
    private func logarithmicTicks(_ count: Int) -> [Double] {
        let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        for between in [[1.0, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5], [1, 1.5, 2, 3, 5], [1, 2, 5], [1, 3], [1]] {
            let found = decades.flatMap { decade in between.map { $0 * pow(10, Double(decade)) } }
                .filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
            if found.count <= count { return found.isEmpty ? [low, high] : found }
        }
        let every = max(1, decades.count / max(count, 1))
        return decades.filter { $0.isMultiple(of: every) }.map { pow(10, Double($0)) }
            .filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
    }

    /// As an axis writes it.
    static func label(_ value: Double) -> String {
        let size = abs(value)
        if size != 0, size < 0.001 || size >= 1e6 { return Number.scientific(value) }
        return Number.short(value, decimals: size >= 100 ? 0 : 3)
    }
}
