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
