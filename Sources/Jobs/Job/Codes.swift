import Records

/// A choice with a fixed byte in the canonical encoding. Codes are never reused or renumbered.
protocol Coded: CaseIterable {
    var code: UInt8 { get }
}

extension Coded {
    init?(code: UInt8) {
        guard let found = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}

extension Party.Role: Coded {
    var code: UInt8 {
        switch self {
        case .active: 1
        case .passive: 2
        // Never written: the format says it.
        case .site: 3
        }
    }
}

extension WithoutLost: Coded {
    var code: UInt8 {
        switch self {
        case .stop: 1
        case .refit: 2
        }
    }
}

extension RowTerms.LossRule: Coded {
    var code: UInt8 {
        switch self {
        case .wait: 1
        case .continue: 2
        }
    }
}

extension RowTerms.Analysis: Coded {
    var code: UInt8 {
        switch self {
        case .model: 1
        case .table: 2
        case .survival: 3
        }
    }
}

extension RowTerms.Errors: Coded {
    var code: UInt8 {
        switch self {
        case .classical: 1
        case .hc0: 2
        case .hc1: 3
        case .sites: 4
        }
    }
}

extension Normaliser: Coded {
    var code: UInt8 {
        switch self {
        case .raw: 1
        case .trim: 2
        case .upper: 3
        case .digits: 4
        case .nhs: 5
        }
    }
}

extension DuplicatePolicy: Coded {
    var code: UInt8 {
        switch self {
        case .error: 1
        case .drop: 2
        case .first: 3
        }
    }
}

extension AlignmentTerms.Method: Coded {
    var code: UInt8 {
        switch self {
        case .paillierOPRF: 1
        case .ecdhP256: 2
        }
    }
}

extension ModelFamily: Coded {
    var code: UInt8 {
        switch self {
        case .linear: 1
        case .logistic: 2
        case .probit: 3
        case .poisson: 4
        case .negativeBinomial: 5
        case .gamma: 6
        case .cox: 7
        }
    }
}

extension Ties: Coded {
    var code: UInt8 {
        switch self {
        case .efron: 1
        case .breslow: 2
        }
    }
}

extension Covariance: Coded {
    var code: UInt8 {
        switch self {
        case .classical: 1
        case .hc0: 2
        case .hc1: 3
        }
    }
}

extension Keys.Nonces: Coded {
    var code: UInt8 {
        switch self {
        case .short: 1
        case .half: 2
        }
    }
}

extension Reveal: Coded {
    /// 3, 6 and 7 stood for what no release opened.
    var code: UInt8 {
        switch self {
        case .coefficients: 1
        case .standardErrors: 2
        case .scores: 4
        case .metrics: 5
        case .correlations: 8
        case .description: 9
        case .weightedDescription: 10
        case .survival: 11
        case .logrank: 12
        case .kaplanMeier: 13
        }
    }
}

extension HoldOut: Coded {
    var code: UInt8 {
        switch self {
        case .none: 0
        case .hash: 1
        }
    }
}

extension Payloads: Coded {
    var code: UInt8 {
        switch self {
        case .full: 1
        case .hashes: 2
        }
    }
}

extension Guard: Coded {
    /// 1 to 4 and 6 to 8 stood for guards of an earlier training.
    var code: UInt8 {
        switch self {
        case .scores: 5
        case .leverage: 9
        case .budget: 10
        }
    }
}
