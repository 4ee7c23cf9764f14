/// How fast counted work goes, and how long it may take: of one pass over the rows, and of the passes of a fit.
struct WorkPace {
    private var name = ""
    private var begun: ContinuousClock.Instant?
    private var first = 0
    private var done = 0
    private var passes = 0
    private var passBegun: ContinuousClock.Instant?
    private var passSeconds = 0.0
    /// Of the last pass, in standard errors.
    private(set) var norm: Double?

    /// Takes where a piece of work stands.
    ///
    /// - Returns: how much of it is done in a second; nil at its beginning.
    mutating func take(_ name: String, done: Int, at now: ContinuousClock.Instant) -> Double? {
        if self.name != name || done < self.done || begun == nil {
            // What came before the first word of it is not known.
            (self.name, begun, first) = (name, now, done)
        }
        self.done = done
        guard let begun, done > first else { return nil }
        let seconds = (now - begun).seconds
        return seconds > 0.5 ? Double(done - first) / seconds : nil
    }

    /// A pass has ended with this norm.
    mutating func end(norm: Double, at now: ContinuousClock.Instant) {
        if let passBegun {
            passes += 1
            passSeconds += (now - passBegun).seconds
        }
        passBegun = now
        self.norm = norm.isFinite ? norm : nil
    }

    /// Seconds until so many more passes are done, this one among them; nil before one was timed.
    func left(passes count: Int, at now: ContinuousClock.Instant) -> Double? {
        guard passes > 0, count > 0, let passBegun else { return nil }
        let each = passSeconds / Double(passes)
        return max(0, each - (now - passBegun).seconds) + each * Double(count - 1)
    }
}
