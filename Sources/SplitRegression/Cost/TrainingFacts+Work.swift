internal import Paillier
internal import Wire

// What a step takes, counted from the messages that the parties send for it.
extension TrainingFacts {
    /// Of all parties together, openings included.
    ///
    /// - Parameters:
    ///   - windows: how many windows an opening takes.
    ///   - evaluators: of all sessions, before the step and then after it.
    func work(
        of step: TrainingStep, windows: Int, _ evaluators: inout TrainingEvaluators
    ) throws(TrainingError) -> Workload {
        var work = Workload()
        for exchange in try exchanges(of: step) {
            switch exchange {
            case .shape(let shape, let owner, _, _): work += self.work(of: shape, &evaluators[under: owner])
            case .results(let active, let passive):
                work.send(messages: 2, payload: Double((active + passive).reduce(0) { $0 + ($1 + 7) / 8 }))
                work.roundTrips += 0.5
            case .checkpoint: work += Self.checkpoint
            }
        }
        for index in otherColumns.indices {
            for holder in [TrainingRole.active, .passive] {
                for exchange in try exchanges(of: step, with: holder, ofOther: index) {
                    work += try self.work(of: exchange, &evaluators[other: index, with: holder])
                }
            }
        }
        if step.isOpening {
            // Each side's window, and what further parties are told.
            work.send(messages: windows * (2 + 2 * otherColumns.count), payload: Double(12 * windows))
            work.roundTrips += Double(windows) * 0.5
        }
        return work
    }

    /// Bytes at the party that holds most, in the step that takes most.
    func memory(of steps: Set<TrainingStep>) throws(TrainingError) -> Double {
        var most = 0.0
        for step in steps {
            for exchange in try exchanges(of: step) {
                guard case .shape(let shape, _, _, _) = exchange else { continue }
                most = max(most, shape.memory(keyBits: modulusBits, scalarBits: featureBits + 1))
            }
        }
        // A table as text and as numbers, whitened columns twice, shares of predictors and residuals; of further parties' weighted columns.
        let own = Double(max(activeColumns, passiveColumns))
        let others = Double(otherColumns.reduce(0, +))
        return most + Double(rows) * (own * 40 + 150 + others * 72)
    }

    private func work(of shape: ExchangeShape, _ schedule: inout NonceSchedule) -> Workload {
        shape.work(keyBits: modulusBits, scalarBits: featureBits + 1, &schedule)
    }

    /// - Parameter evaluators: the further party's and the holder's, of their session.
    private func work(
        of exchange: PlannedOtherExchange, _ evaluators: inout (party: NonceSchedule, holder: NonceSchedule)
    ) throws(TrainingError) -> Workload {
        var work = Workload()
        switch exchange {
        case .shape(let shape, _, _): work += self.work(of: shape, &evaluators.party)
        case .handover(let count, let bits):
            work.send(
                messages: Handover.chunks(count, bits: bits).count, payload: Double(Handover.length(count, bits: bits)))
            work.roundTrips += 0.5
        case .bit:
            work.send(messages: 1, payload: 12)
            work.roundTrips += 0.5
        case .results(let count, let bits):
            let ciphertexts = try ResultPacking(bits: bits, modulusBits: modulusBits).ciphertexts(count)
            work.addMasks(ciphertexts, atOnce: ciphertexts, &evaluators.holder)
            work.decryptions += Double(ciphertexts)
            work.transfers += Double(ciphertexts)
            work.send(messages: 1, payload: Double(ciphertexts * modulusBits / 4))
            work.roundTrips += 0.5
        case .announcement(let bits):
            work.send(messages: 1, payload: Double(ResultShares.length(bits: bits)))
            work.roundTrips += 0.5
        case .checkpoint: work += Self.checkpoint
        }
        return work
    }

    /// Both sides' signatures.
    private static let checkpoint = {
        var work = Workload()
        work.send(messages: 2, payload: 300)
        work.roundTrips = 1
        return work
    }()
}

/// The nonces of all evaluators of a training: in each session each party's, under the other's key.
struct TrainingEvaluators {
    private var ofHolders: [TrainingRole: NonceSchedule] = [:]
    private var ofOthers: [TrainingRole: [Int: (party: NonceSchedule, holder: NonceSchedule)]] = [:]

    /// Between the holders: of whoever computes under this one's key.
    subscript(under owner: TrainingRole) -> NonceSchedule {
        get { ofHolders[owner] ?? NonceSchedule() }
        set { ofHolders[owner] = newValue }
    }

    /// In the session of a further party with a holder.
    subscript(other index: Int, with holder: TrainingRole) -> (party: NonceSchedule, holder: NonceSchedule) {
        get { ofOthers[holder]?[index] ?? (NonceSchedule(), NonceSchedule()) }
        set { ofOthers[holder, default: [:]][index] = newValue }
    }
}
