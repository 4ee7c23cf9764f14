package import Jobs

extension Failure {
    /// A document of the job or the policy; `SiteFolder` reports its own settings itself.
    package init(describing error: DocumentError) {
        switch error {
        case .tooLarge: self.init(.badData, "documentTooLarge", "\(error)")
        case .malformed: self.init(.badData, "malformedDocument", "\(error)")
        case .invalid: self.init(.badData, "invalidDocument", "\(error)")
        case .notCanonical: self.init(.badData, "notCanonical", "\(error)")
        }
    }

    package init(describing refusal: PolicyRefusal) {
        self.init(.refusedByPolicy, refusal.rule, refusal.message, hint: refusal.remedy)
    }

    package init(describing refusal: GuardRefusal) {
        self.init(.refusedByPolicy, refusal.name, "\(refusal.name): \(refusal.figures)", hint: refusal.remedy)
    }
}

extension Failure {
    /// A job that cannot be derived, or was not derived as it says.
    package init(describing error: DerivationError) {
        let status: ExitStatus =
            switch error {
            case .unknownParty, .notDerived, .otherJob: .usage
            case .differs: .peersDisagree
            default: .refusedByPolicy
            }
        self.init(status, error.name, "\(error)", hint: error.hint)
    }
}
