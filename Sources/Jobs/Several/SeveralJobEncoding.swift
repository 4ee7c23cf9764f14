import Records
import Wire

/// Format 12: the canonical encoding of a job of several parties (`protocols/job.md` 8).
extension Job {
    /// What follows the format's number.
    func encodeSeveral(into encoder: inout Encoder) {
        encoder.writeOptional(helper) { $0.write($1) }
        guard helper == nil else { return encodeFit(into: &encoder) }
        encoder.write(title)
        encoder.write(purpose)
        encoder.writeArray(parties) { encoder, party in
            encoder.write(party.name)
            encoder.write(party.role.code)
            encoder.write(party.table)
            party.identifier.encode(into: &encoder)
        }
        encoder.write(UInt16(clamping: keys.bits))
        encoder.write(UInt32(clamping: limits.minimumCohort))
        encoder.write(UInt32(clamping: limits.maximumSetSize))
        encoder.write(payloads.code)
        encoder.write(UInt32(clamping: network.connectTimeout))
        encoder.write(UInt32(clamping: network.messageTimeout))
    }

    /// Reads what follows the format's number.
    init(severalFrom decoder: inout Decoder) throws(WireError) {
        if let helper = try decoder.readOptional({ decoder throws(WireError) in try decoder.readString(max: 32) }) {
            self = try Job(fitFrom: &decoder, mostParties: Self.several.upperBound)
            self.helper = helper
            guard parties.count >= Self.several.lowerBound else { throw .invalidValue("number of parties") }
            return
        }
        let title = try decoder.readString(max: JobBounds.titleBytes)
        let purpose = try decoder.readString(max: JobBounds.purposeBytes)
        let parties = try decoder.readArray(max: Self.several.upperBound, minimumBytes: 16) {
            decoder throws(WireError) in
            Party(
                name: try decoder.readString(max: 32), role: try decoder.readChoice(),
                table: try decoder.readString(max: 64), identifier: try Identifier(from: &decoder), label: nil,
                beside: .none, group: nil, features: [])
        }
        // With two it would be a job of another kind.
        guard parties.count >= Self.several.lowerBound else { throw .invalidValue("number of parties") }
        let keys = Keys(bits: Int(try decoder.readUInt16()), nonces: Keys.standard.nonces)
        var limits = Limits.standard
        limits.minimumCohort = Int(try decoder.readUInt32())
        limits.maximumSetSize = Int(try decoder.readUInt32())
        let payloads: Payloads = try decoder.readChoice()
        self.init(
            severalOf: parties, title: title, purpose: purpose, keys: keys, limits: limits, payloads: payloads,
            network: Network(
                listener: parties[0].name, connectTimeout: Int(try decoder.readUInt32()),
                messageTimeout: Int(try decoder.readUInt32())))
    }

    /// What such a job does not say has its standard value, and means nothing.
    init(
        severalOf parties: [Party], title: String, purpose: String, keys: Keys, limits: Limits, payloads: Payloads,
        network: Network
    ) {
        self.init(
            title: title, purpose: purpose, parties: parties,
            alignment: AlignmentTerms(method: .paillierOPRF, sender: nil), model: .standard(.linear), keys: keys,
            reveal: [.coefficients], holdout: .none, crossValidation: 0, limits: limits, loosened: [],
            payloads: payloads, network: network)
    }
}
