/// Whether keys have room for what a fit over so many rows sums up: known before the first step (training.md 4).
extension TrainingFacts {
    /// What a fit that ends well reads off rows at its first period, whatever its course.
    private var neededKinds: [Kernel.Kind] {
        [.mean] + (opensLoss ? [.loss] : []) + (opensBrier ? [.brier] : []) + (opensSquares ? [.pearson] : [])
            + (estimatesTheta ? [.dispersion] : [])
    }

    /// Without it a fit would end there, after all that it had opened on the way.
    ///
    /// - Throws: `tooManyRows`.
    func demandRoom() throws(TrainingError) {
        guard !hasRoomForRows else { return }
        // How many slots are read goes by powers of two.
        let most = (0..<(Int.bitWidth - 1 - rows.leadingZeroBitCount + 1)).last { with(rows: 1 << $0).hasRoomForRows }
        throw .tooManyRows(rows: rows, most: most.map { 1 << $0 } ?? 0)
    }

    private var hasRoomForRows: Bool {
        family == .linear || neededKinds.allSatisfy { (try? layout($0, period: firstPeriod)) != nil }
    }
}

extension TrainingPlan {
    /// How many rows a fit of such rows as there are as a rule takes; nil where it takes these.
    package func mostRows(_ rows: Int) -> Int? {
        do { try facts(rows: rows, heldOut: 0, Announcement(typicalOf: response)).demandRoom() } catch {
            if case .tooManyRows(_, let most) = error { return most }
        }
        return nil
    }
}
