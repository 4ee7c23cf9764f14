import Records
import Wire

/// Format 9: the canonical encoding of a job that is split by rows (`protocols/job.md` 7).
extension Job {
    /// What follows the format's number.
    func encodeRows(_ terms: RowTerms, into encoder: inout Encoder) {
        encoder.write(title)
        encoder.write(purpose)
        encoder.writeArray(parties) { encoder, party in
            encoder.write(party.name)
            encoder.write(party.table)
            party.identifier.encode(into: &encoder)
        }
        if let party = parties.first { party.encodeColumns(into: &encoder) }
        encoder.write(model.family.code)
        encoder.writeOptional(model.theta) { $0.write($1) }
        encoder.write(UInt32(clamping: model.maximumPasses))
        encoder.write(terms.covariance.code)
        encoder.writeOptional(model.ties) { $0.write($1.code) }
        encoder.write(UInt8(clamping: terms.coalition))
        encoder.write(terms.onLoss.code)
        encoder.writeArray(reveal) { $0.write($1.code) }
        encoder.write(UInt32(clamping: limits.minimumCohort))
        encoder.write(UInt32(clamping: limits.minimumCell))
        encoder.write(limits.parametersPerRow)
        encoder.writeArray(loosened) { $0.write($1.code) }
        encoder.write(payloads.code)
        encoder.write(UInt32(clamping: network.connectTimeout))
        encoder.write(UInt32(clamping: network.messageTimeout))
        encoder.write(UInt32(clamping: terms.lossTimeout))
    }

    /// Reads what follows the format's number.
    init(rowsFrom decoder: inout Decoder) throws(WireError) {
        let title = try decoder.readString(max: JobBounds.titleBytes)
        let purpose = try decoder.readString(max: JobBounds.purposeBytes)
        let sites = try decoder.readArray(max: RowTerms.mostSites, minimumBytes: 16) { decoder throws(WireError) in
            let name = try decoder.readString(max: 32)
            return Party(
                name: name, role: .site, table: try decoder.readString(max: 64),
                identifier: try Identifier(from: &decoder), label: nil, beside: .none, group: nil, features: [])
        }
        guard !sites.isEmpty else { throw .invalidValue("no party") }
        let label = try Party.readColumn(&decoder)
        let beside = try OutcomeColumns(from: &decoder)
        let features = try decoder.readArray(max: JobBounds.features, minimumBytes: 5) { decoder throws(WireError) in
            try Feature(from: &decoder)
        }
        var model = Model.standard(try decoder.readChoice())
        model.theta = try decoder.readOptional { decoder throws(WireError) in try decoder.readDouble() }
        model.maximumPasses = Int(try decoder.readUInt32())
        let covariance: RowTerms.Errors = try decoder.readChoice()
        model.ties = try decoder.readOptional { decoder throws(WireError) in try decoder.readChoice() }
        let coalition = Int(try decoder.readUInt8())
        let onLoss: RowTerms.LossRule = try decoder.readChoice()
        let reveal: [Reveal] = try decoder.readArray(max: 16) { decoder throws(WireError) in
            try decoder.readChoice()
        }
        var limits = Limits.standard
        limits.minimumCohort = Int(try decoder.readUInt32())
        limits.minimumCell = Int(try decoder.readUInt32())
        limits.parametersPerRow = try decoder.readDouble()
        let loosened: [Guard] = try decoder.readArray(max: 16) { decoder throws(WireError) in
            try decoder.readChoice()
        }
        let payloads: Payloads = try decoder.readChoice()
        let network = Network(
            listener: sites[0].name, connectTimeout: Int(try decoder.readUInt32()),
            messageTimeout: Int(try decoder.readUInt32()))
        let lossTimeout = Int(try decoder.readUInt32())
        self.init(
            title: title, purpose: purpose,
            parties: sites.map { site in
                var site = site
                (site.label, site.beside, site.features) = (label, beside, features)
                return site
            }, alignment: AlignmentTerms(method: .paillierOPRF, sender: nil), model: model, keys: .standard,
            reveal: reveal, holdout: .none, crossValidation: 0, limits: limits, loosened: loosened, payloads: payloads,
            network: network)
        rows = RowTerms(coalition: coalition, onLoss: onLoss, covariance: covariance, lossTimeout: lossTimeout)
    }
}
