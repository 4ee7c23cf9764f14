import Records
import Wire

/// Format 13: the canonical encoding of a fit that says something of lost parties (`protocols/job.md` 8.4).
extension Job {
    /// Most parties that a job may leave out: two are left.
    private static let mostLost = several.upperBound - 2

    /// What follows the format's number.
    func encodeRefit(into encoder: inout Encoder) {
        encoder.write(withoutLost.code)
        encoder.writeOptional(derivedFrom) { encoder, derivedFrom in
            // The rules have seen to the digits.
            encoder.writeFixed(Hex.decode(derivedFrom.job) ?? [])
            encoder.writeArray(derivedFrom.without) { $0.write($1) }
        }
        encoder.writeOptional(helper) { $0.write($1) }
        encodeFit(into: &encoder)
    }

    /// Reads what follows the format's number.
    init(refitFrom decoder: inout Decoder) throws(WireError) {
        let withoutLost: WithoutLost = try decoder.readChoice()
        let derivedFrom = try decoder.readOptional { decoder throws(WireError) in
            Derivation(
                job: Hex.encode(try decoder.readFixed(32)),
                without: try decoder.readArray(max: Self.mostLost) { decoder throws(WireError) in
                    try decoder.readString(max: 32)
                })
        }
        let helper = try decoder.readOptional { decoder throws(WireError) in try decoder.readString(max: 32) }
        self = try Job(fitFrom: &decoder, mostParties: Self.several.upperBound)
        (self.withoutLost, self.derivedFrom, self.helper) = (withoutLost, derivedFrom, helper)
        guard isOfRefitFormat else { throw .invalidValue("a job that says nothing of lost parties") }
        // Rules ask for two parties at least.
        guard parties.count >= 2, (parties.count == 2) == (helper == nil) else { throw .invalidValue("helper") }
    }
}
