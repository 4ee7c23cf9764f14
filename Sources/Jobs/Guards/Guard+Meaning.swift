import Records

extension Guard {
    /// What is required, with the symbols of `protocols/leakage.md`.
    public var rule: String {
        switch self {
        case .scores:
            "scores need m_B of at least `limits.minimumPassiveColumns`, at least n/2 different rows among B's columns, and fewer "
                + "than m_B n/(n - m_B) score vectors about one cohort, over all jobs"
        case .leverage:
            "no row of a party's own columns (at A with the constant) has a leverage above \(Guards.largestLeverage(loosened: false)); "
                + "loosened: above \(Guards.largestLeverage(loosened: true))"
        case .budget:
            "over all jobs with one peer about these people, the window bits opened to B are at most n H(y)/2, those opened to A at "
                + "most half of what B's least telling column holds; over all peers twice that; loosened: counted, not bounded"
        }
    }

    /// What it defends against.
    public var against: String {
        switch self {
        case .scores:
            "scores show B's part of the score row by row: one column is the column itself, a few yes/no columns are decoded from "
                + "it, and several vectors let A solve for B's rows (Luo, Wu, Xiao, Ooi, ICDE 2021)"
        case .leverage:
            "a row with leverage pulls the fit to itself: its outcome, or its value at the other side, can be read off the result"
        case .budget:
            "results are equations about the other side's rows; results of many jobs add up, and a peer that deviates chooses what "
                + "each bit is about"
        }
    }

    /// In one line, for whoever signs.
    var brief: String {
        switch self {
        case .scores: "row-wise scores need several passive columns with many different rows"
        case .leverage: "no row may weigh so much that its outcome could be read off the result"
        case .budget: "results of all jobs show at most half of what an outcome or a column holds"
        }
    }

    /// Of one that a job loosens.
    var danger: String {
        switch self {
        case .scores: ""
        case .leverage: "single rows may weigh so much that their outcome can be read off the result"
        case .budget:
            "results, with those of earlier jobs, may show more than half of what an outcome or a column holds"
        }
    }
}
