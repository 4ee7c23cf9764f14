/// What holds shares, seeds or unmasked numbers does not print them.
extension RoundDeal: CustomStringConvertible, CustomReflectable {
    var description: String { "RoundDeal" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SumRound: CustomStringConvertible, CustomReflectable {
    var description: String { "SumRound \(terms.number)" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
