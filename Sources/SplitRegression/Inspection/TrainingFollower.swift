import Records
internal import Wire

/// Follows a training from its messages alone: the decisions of the fit by the very code that took them (T23), how many
/// numbers each owner opened against what the plan allows (T24), and the counts and lengths that follow (T10).
struct TrainingFollower {
    /// What the parties are at, in this order; which of them a job has follows from its plan.
    private enum Stage { case fit, finalLoss, brier, weights, cross, closing }

    /// A separated evaluation whose range was announced and whose result was not yet opened.
    private struct Evaluation {
        let kind: SeparatedKind
        let layout: SeparationLayout
        let chunks: RowChunks
    }

    private struct RangeQuestion: Hashable {
        let kind: SeparatedKind
        let radius, bound: Double
    }

    private let plan: TrainingPlan
    private let rows: Int
    private let testRows: Int
    private let active: String
    /// Bytes of a ciphertext under either training key.
    private let width: Int
    private var stages: [Stage]
    /// Nil after the last: every question about it is then answered by a failure.
    private var stage: Stage? { stages.first }
    private(set) var schedule: FittingSchedule
    private var blockScale = 0.25
    private var evaluation: Evaluation?
    /// Terms that a range asks for: a series of up to 1024 points at each of 257 centers.
    private var terms: [RangeQuestion: Int] = [:]
    /// The first party's part, until the other's is there too.
    private var part: (from: String, values: [Double])?
    private var share: (from: String, value: UInt128)?
    /// Evaluators that have asked in this round.
    private var asked: Set<String> = []
    /// Bytes that an owner may return next.
    private var due: [String: Int] = [:]
    private var parts = 0
    private var scores = 0
    /// Why the job had to end without a result, once it had to.
    private var end: String?

    init(plan: TrainingPlan, setup: TrainingSetup, active: String, width: Int) {
        self.plan = plan
        rows = setup.rows
        testRows = setup.testRows
        self.active = active
        self.width = width
        schedule = FittingSchedule(plan)
        let informs = plan.standardErrorsWithheld(rows: setup.rows) == nil
        switch plan.family {
        case .linear: stages = [.cross, .closing]
        case .logistic:
            stages = [.fit] + (schedule.opensFinalLoss ? [.finalLoss] : []) + (plan.revealFit ? [.brier] : [])
            stages += (informs ? [.weights, .cross] : []) + [.closing]
        }
    }

    /// Gradients that were opened for each party; a linear fit has its one exchange.
    var passes: Int { plan.family == .linear ? 1 : schedule.passes }
    var isConverged: Bool { plan.family == .linear || schedule.isConverged }

    // MARK: Steps and stop (T23)

    mutating func take(blockScale values: [Double]) throws(InspectionFailure) {
        guard values.count == 1, values[0] > 0, values[0] <= 0.25, values[0].significand == 1 else {
            throw Self.failure("T13", "blockScaleNotAllowed", "A block's scale is no power of two up to a quarter.")
        }
        blockScale = values[0]
    }

    mutating func take(range values: [Double]) throws(InspectionFailure) {
        try goOn()
        guard evaluation == nil else {
            throw Self.failure(
                "T23", "stepMismatch", "A range was announced before what the last one was for was done.")
        }
        guard values.count == 2 else { throw Self.failure("T10", "wrongCount", "A range is not two numbers.") }
        let (kind, bound): (SeparatedKind, Double)
        switch (stage, schedule.request) {
        case (.fit, .gradient(let tolerance, let mayShrink)):
            if mayShrink, values == [0, 0] {
                schedule.tookOutOfRange()
                settle()
                return
            }
            kind = .mean
            bound = LogisticPass.errorBound(tolerance: tolerance, blockScale: blockScale, rows: rows)
        case (.fit, .loss), (.finalLoss, _): (kind, bound) = (.loss, SeparatedSum.errorBound(rows: rows))
        case (.brier, _): (kind, bound) = (.brier, SeparatedSum.errorBound(rows: rows))
        case (.weights, _): (kind, bound) = (.weight, LogisticInference.weightBound(blockScale: blockScale))
        default:
            throw Self.failure("T23", "stepMismatch", "The fit went on where the scalars exchanged say that it ends.")
        }
        guard PredictorRange.isValid(values[0]) else {
            throw Self.failure("T13", "rangeNotAllowed", "An announced range is not one of those that may be.")
        }
        evaluation = try evaluation(kind, radius: values[0], terms: values[1], bound: bound)
        asked = []
        due = [:]
    }

    private mutating func evaluation(
        _ kind: SeparatedKind, radius: Double, terms announced: Double, bound: Double
    ) throws(InspectionFailure) -> Evaluation {
        let layout: SeparationLayout?
        do throws(TrainingError) {
            let question = RangeQuestion(kind: kind, radius: radius, bound: bound)
            let expected: Int
            if let known = terms[question] {
                expected = known
            } else {
                expected = try ChebyshevExpansion.requiredTerms(kind: kind, radius: radius, bound: bound)
                terms[question] = expected
            }
            layout = try SeparatedSum.allowed(terms: announced, expected: expected)
                .map { terms throws(TrainingError) in
                    try SeparationLayout(kind: kind, radius: radius, terms: terms, modulusBits: plan.keyBits)
                }
        } catch {
            throw Self.failure("T13", "rangeNotAllowed", "No evaluation is possible over the range announced.")
        }
        guard let layout else {
            throw Self.failure("T23", "termsMismatch", "The number of terms is not what range and tolerance ask for.")
        }
        return Evaluation(
            kind: kind, layout: layout, chunks: SharedRows.chunks(layout, rows: rows, ciphertextWidth: width))
    }

    mutating func take(slopes values: [Double], from party: String) throws(InspectionFailure) {
        guard let evaluation, evaluation.kind == .mean, stage == .fit, case .gradient = schedule.request else {
            throw Self.failure("T23", "stepMismatch", "Inner products came where the fit asks for none.")
        }
        guard let joint = try joint(values, from: party, count: 2) else { return }
        self.evaluation = nil
        schedule.took(slope: joint[0], squaredNorm: joint[1], radius: evaluation.layout.radius)
        settle()
    }

    mutating func take(products values: [Double], from party: String) throws(InspectionFailure) {
        guard stage == .fit, case .products(let pairs) = schedule.request else {
            throw Self.failure(
                "T23", "stepMismatch", "A step was taken as accepted where the scalars exchanged say otherwise.")
        }
        guard let joint = try joint(values, from: party, count: 5 * pairs - 1),
            let products = JointOptimizer.Products(flattened: joint, pairs: pairs)
        else { return }
        schedule.took(products)
        settle()
    }

    mutating func take(share value: UInt128, from party: String) throws(InspectionFailure) {
        switch (stage, evaluation?.kind) {
        case (.fit, .loss) where schedule.request == .loss: break
        case (.finalLoss, .loss), (.brier, .brier): break
        default: throw Self.failure("T23", "stepMismatch", "A sum was opened where the fit asks for none.")
        }
        guard let first = share else {
            share = (party, value)
            return
        }
        guard first.from != party else {
            throw Self.failure("T23", "stepMismatch", "\(party) sent its share of a sum twice.")
        }
        share = nil
        let kind = evaluation?.kind
        evaluation = nil
        if kind == .loss, plan.l2 == 0, SeparatedSum.value(first.value, value) < separationLoss {
            end = "the labels separate"
        }
        if stage == .fit {
            schedule.tookQueued()
            settle()
            return
        }
        if stage == .finalLoss, !schedule.isUsable { end = "the fit did not converge" }
        endStage()
    }

    /// The last message that every training has.
    mutating func take(offset count: Int) throws(InspectionFailure) {
        try goOn()
        guard stage == .closing else {
            throw Self.failure(
                "T23", "stopMismatch", "The training stopped before its stop rule says so, or after it had stopped.")
        }
        try Self.demand(count, 1)
        endStage()
    }

    /// - Throws: T23 when a job that has an outcome should have had none.
    func finish() throws(InspectionFailure) {
        try goOn()
        guard plan.family == .linear || schedule.isUsable else {
            throw Self.failure("T23", "stopMismatch", "There is an outcome, but the fit did not converge.")
        }
    }

    private func goOn() throws(InspectionFailure) {
        if let end { throw Self.failure("T23", "stopMismatch", "The job went on although \(end).") }
    }

    private mutating func endStage() {
        if !stages.isEmpty { stages.removeFirst() }
    }

    /// After a decision: checkpoints say nothing about it, and a fit that ended gives way to what follows.
    private mutating func settle() {
        while schedule.request == .checkpoint { schedule.tookQueued() }
        guard schedule.request == .end, stage == .fit else { return }
        endStage()
        if !schedule.opensFinalLoss, !schedule.isUsable { end = "the fit did not converge" }
    }

    /// Both parties' parts, added in the order active, passive as the parties do; nil at the first.
    private mutating func joint(
        _ values: [Double], from party: String, count: Int
    ) throws(InspectionFailure) -> [Double]? {
        guard values.count == count else {
            throw Self.failure("T10", "wrongCount", "\(values.count) inner products came where \(count) belong.")
        }
        guard values.allSatisfy({ TrainingContext.rounded($0) == $0 }) else {
            throw Self.failure("T23", "scalarNotRounded", "An inner product has more than 24 significant bits.")
        }
        guard let first = part else {
            part = (party, values)
            return nil
        }
        guard first.from != party, first.values.count == count else {
            throw Self.failure("T23", "stepMismatch", "\(party)'s inner products do not go with those before them.")
        }
        part = nil
        // Addition of two numbers does not depend on their order.
        return zip(first.values, values).map { $0 + $1 }
    }

    // MARK: Counts (T10) and the decryption budget (T24)

    func check(coefficients count: Int, _ chunk: Chunk) throws(InspectionFailure) {
        let (evaluation, rows) = try place(chunk)
        try Self.demand(count, rows * evaluation.layout.ciphertextsPerRow)
    }

    func check(shares count: Int, _ chunk: Chunk) throws(InspectionFailure) {
        try Self.demand(count, try place(chunk).rows)
    }

    /// The active party opens these for itself: as many groups as the rows make.
    func check(results count: Int, _ chunk: Chunk) throws(InspectionFailure) {
        let (evaluation, rows) = try place(chunk)
        try Self.demand(count, evaluation.layout.groups(rows: rows), beyond: Self.budget)
    }

    private func place(_ chunk: Chunk) throws(InspectionFailure) -> (Evaluation, rows: Int) {
        guard let evaluation else {
            throw Self.failure("T23", "stepMismatch", "Rows were sent for an evaluation that was not announced.")
        }
        return (evaluation, try Self.rows(of: chunk, evaluation.chunks))
    }

    func check(basis count: Int, _ chunk: Chunk) throws(InspectionFailure) {
        guard stage == .cross else {
            throw Self.failure("T23", "stepMismatch", "Rows of a basis came where the job has no use for them.")
        }
        let perRow = try cross().slots.ciphertexts(for: cross().vectors) * (plan.family == .linear ? 1 : 2)
        let rows = try Self.rows(of: chunk, RowChunks(rows: rows, multiple: 1, bytesPerRow: perRow * width))
        try Self.demand(count, rows * perRow)
    }

    /// - Parameter evaluator: who asks for sums to be opened.
    mutating func take(masked count: Int, from evaluator: String, to owner: String) throws(InspectionFailure) {
        guard let (sums, slots) = try allowance(of: evaluator) else { throw Self.budget }
        try Self.demand(count, slots.ciphertexts(for: sums), beyond: Self.budget)
        due[owner] = slots.openedBytes(count: sums)
    }

    mutating func take(opened bytes: Int, from owner: String) throws(InspectionFailure) {
        guard let allowed = due.removeValue(forKey: owner), bytes <= allowed else { throw Self.budget }
        guard bytes == allowed else {
            throw Self.failure("T10", "wrongLength", "Opened sums have another length than was asked for.")
        }
        switch stage {
        case .weights where asked.count == 2 && due.isEmpty:
            evaluation = nil
            endStage()
        case .cross where parts == (try cross().slots.ciphertexts(for: cross().vectors)): endStage()
        default: break
        }
    }

    /// Sums that a party may have opened now, and how they are packed; nil if none.
    private mutating func allowance(of evaluator: String) throws(InspectionFailure) -> (Int, SumSlots)? {
        let columns = evaluator == active ? plan.activeColumns : plan.passiveColumns
        do throws(TrainingError) {
            switch stage {
            case .fit where evaluation?.kind == .mean && asked.insert(evaluator).inserted:
                return (columns, try LogisticPass.slots(rows: rows, modulusBits: plan.keyBits))
            case .weights where evaluation != nil && asked.insert(evaluator).inserted:
                return (
                    columns * (columns + 1) / 2, try LogisticInference.ownSlots(rows: rows, modulusBits: plan.keyBits)
                )
            case .cross where evaluator != active:
                let (vectors, slots) = try crossLayout()
                let width = min(slots.slotsPerCiphertext, vectors - parts * slots.slotsPerCiphertext)
                guard width > 0 else { return nil }
                parts += 1
                return (columns * width, SumSlots(slots, atMost: width))
            default: return nil
            }
        } catch { throw Self.failure("T13", "keySizeMismatch", "The key is too small for the sums of this job.") }
    }

    private func crossLayout() throws(TrainingError) -> (vectors: Int, slots: SumSlots) {
        switch plan.family {
        case .linear:
            (plan.activeColumns + 1, try CrossBlock.slots(.linear, rows: rows, modulusBits: plan.keyBits))
        case .logistic:
            (plan.activeColumns, try LogisticInference.crossSlots(rows: rows, modulusBits: plan.keyBits))
        }
    }

    private func cross() throws(InspectionFailure) -> (vectors: Int, slots: SumSlots) {
        do throws(TrainingError) { return try crossLayout() } catch {
            throw Self.failure("T13", "keySizeMismatch", "The key is too small for the sums of this job.")
        }
    }

    // MARK: Results

    func check(solution count: Int) throws(InspectionFailure) { try Self.demand(count, plan.activeColumns + 2) }

    /// - Throws: T14 when standard errors are none of this job's.
    func check(variance count: Int) throws(InspectionFailure) {
        try declared(plan.standardErrorsWithheld(rows: rows) == nil, "standard errors")
        try Self.demand(count, 1)
    }

    func check(covariance count: Int) throws(InspectionFailure) {
        try declared(plan.standardErrorsWithheld(rows: rows) == nil, "standard errors")
        try Self.demand(count, plan.activeColumns * (plan.activeColumns + 1) / 2 + plan.activeColumns + 1)
    }

    /// Of the rows of the fit first, then of those kept aside.
    mutating func take(scores count: Int, _ chunk: Chunk) throws(InspectionFailure) {
        try declared(plan.revealScores, "scores")
        guard scores < rows + testRows else {
            throw Self.failure("T10", "wrongCount", "More scores were sent than there are rows.")
        }
        let expected = try Self.rows(of: chunk, ScoreExchange.chunks(scores < rows ? rows : testRows))
        try Self.demand(count, expected)
        scores += count
    }

    private func declared(_ isDeclared: Bool, _ what: String) throws(InspectionFailure) {
        guard isDeclared else {
            throw Self.failure("T14", "undeclaredMessage", "The job does not reveal \(what), but they were sent.")
        }
    }

    // MARK: Failures

    private static let budget = failure(
        "T24", "decryptionBudgetExceeded", "More numbers were to be decrypted than the job allows here.")

    /// Exactly so many; more is another failure where `beyond` names one.
    private static func demand(
        _ count: Int, _ expected: Int, beyond: InspectionFailure? = nil
    ) throws(InspectionFailure) {
        guard count != expected else { return }
        if count > expected, let beyond { throw beyond }
        throw failure("T10", "wrongCount", "\(count) values came where \(expected) belong.")
    }

    private static func rows(of chunk: Chunk, _ chunks: RowChunks) throws(InspectionFailure) -> Int {
        guard Int(chunk.count) == chunks.count, Int(chunk.index) < chunks.count else {
            throw failure("T10", "wrongChunk", "A message is cut to other chunks than the rows imply.")
        }
        return chunks.range(Int(chunk.index)).count
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
