import Records

/// The words and numbers that the statements are made with: a job's own, or symbols.
struct LeakageWords {
    let family: ModelFamily
    let active: String
    let passive: String
    /// Numbers of columns, the constant with the active party.
    let activeCount: String
    let passiveCount: String
    /// The active party's coefficients: without the constant where the model has none.
    let activeCoefficients: String
    let setSizeBound: String
    let minimumCohort: String
    let mostPasses: String
    let method: AlignmentTerms.Method
    /// Sender of the alignment, if the job names one.
    let sender: String?
    /// nil in the general table.
    let job: Job?
    /// Rows of the fit, once they are known.
    let rows: Int?
    /// Whose bits about own parts a party learns.
    var bits = (all: "the other's bits", one: "the other's bit whether its own part")

    init(job: Job, rows: Int? = nil) {
        family = job.model.family
        active = job.active.name
        passive = job.passive.name
        activeCount = "\(job.parameterCount(of: job.active))"
        passiveCount = "\(job.parameterCount(of: job.passive))"
        activeCoefficients = "\(job.coefficientCount(of: job.active))"
        setSizeBound = "\(job.limits.maximumSetSize)"
        minimumCohort = "\(job.limits.minimumCohort)"
        mostPasses = "\(job.model.maximumPasses)"
        method = job.alignment.method
        sender = job.alignment.sender
        self.job = job
        self.rows = rows
    }

    init(family: ModelFamily, alignment: AlignmentTerms.Method) {
        self.family = family
        active = "A"
        passive = "B"
        activeCount = "m_A"
        passiveCount = "m_B"
        activeCoefficients = family.hasIntercept ? "m_A" : "m_A - 1"
        setSizeBound = "`limits.maximumSetSize`"
        minimumCohort = "`limits.minimumCohort`"
        mostPasses = "`model.maxPasses`"
        method = alignment
        sender = nil
        job = nil
        rows = nil
    }

    func row(_ phase: LeakageTable.Phase, _ party: String, sends: [String], learns: [String]) -> LeakageTable.Row {
        LeakageTable.Row(phase: phase, party: party, sends: sends, learns: learns)
    }

    func columns(_ count: String) -> String { count == "1" ? "1 column" : "\(count) columns" }

    func coefficients(_ count: String) -> String { count == "1" ? "own coefficient" : "own \(count) coefficients" }

    func peer(of party: String) -> String { party == active ? passive : active }
}
