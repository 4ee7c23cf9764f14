/// Whether keys have room for what a fit over so many rows sums up: known before the first step (training.md 4).
extension TrainingFacts {
    /// What a fit that ends well reads off rows at its first period, whatever its course.
    private var neededKinds: [Kernel.Kind] {
        [.mean] + (opensLoss ? [.loss] : []) + (opensBrier ? [.brier] : []) + (opensSquares ? [.pearson] : [])
            + (estimatesTheta ? [.dispersion] : []) + (opensCurvature ? [.curvature] : [])
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
        func hasRoom(_ kind: Kernel.Kind, _ period: Double) -> Bool { (try? layout(kind, period: period)) != nil }
        // Hazards of more than two parties nearly always go on under a longer period (multiparty-training.md 5).
        let goesOn = family != .cox || otherColumns.isEmpty || hasRoom(.mean, 2 * firstPeriod)
        return goesOn && (family == .linear || neededKinds.allSatisfy { hasRoom($0, firstPeriod) })
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
