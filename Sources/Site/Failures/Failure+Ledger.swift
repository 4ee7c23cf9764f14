extension Failure {
    /// A ledger that cannot be relied on is a refusal: nothing is disclosed on what it says.
    package init(describing error: LedgerError) {
        let status: ExitStatus =
            switch error {
            case .busy: .timeout
            case .unwritable, .exists: .cannotCreate
            default: .refusedByPolicy
            }
        self.init(status, error.code, error.message, hint: error.hint)
    }
}
