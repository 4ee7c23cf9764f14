import Records
import Wire

/// Format 11: the canonical encoding of a job that is split by rows (`protocols/job.md` 7).
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
        encoder.write(terms.analysis.code)
        if terms.analysis == .model {
            encoder.write(model.family.code)
            encoder.writeOptional(model.theta) { $0.write($1) }
            encoder.write(UInt32(clamping: model.maximumPasses))
            encoder.write(terms.covariance.code)
            encoder.writeOptional(model.ties) { $0.write($1.code) }
            encoder.writeOptional(terms.privacy) { encoder, privacy in privacy.encode(into: &encoder) }
        }
        encoder.write(UInt8(clamping: terms.times.count))
        for time in terms.times { encoder.write(time) }
        encoder.writeOptional(terms.group) { $0.write($1) }
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
        let analysis: RowTerms.Analysis = try decoder.readChoice()
        var model = Model.standard(of: analysis)
        var covariance = RowTerms.Errors.classical
        var privacy: PrivacyTerms?
        if analysis == .model {
            model = Model.standard(try decoder.readChoice())
            model.theta = try decoder.readOptional { decoder throws(WireError) in try decoder.readDouble() }
            model.maximumPasses = Int(try decoder.readUInt32())
            covariance = try decoder.readChoice()
            model.ties = try decoder.readOptional { decoder throws(WireError) in try decoder.readChoice() }
            privacy = try decoder.readOptional { decoder throws(WireError) in try PrivacyTerms(from: &decoder) }
        }
        let times = try decoder.readTimes()
        let group = try Party.readColumn(&decoder)
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
        rows = RowTerms(
            coalition: coalition, onLoss: onLoss, covariance: covariance, lossTimeout: lossTimeout, analysis: analysis,
            times: times, group: group, privacy: privacy)
    }
}

extension PrivacyTerms {
    func encode(into encoder: inout Encoder) {
        for number in [epsilon, delta, clip] { encoder.write(number) }
        encoder.write(UInt8(clamping: rounds))
        encoder.writeArray(bounds) { encoder, bounds in
            encoder.write(bounds.column)
            encoder.write(bounds.low)
            encoder.write(bounds.high)
        }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        epsilon = try decoder.readDouble()
        delta = try decoder.readDouble()
        clip = try decoder.readDouble()
        rounds = Int(try decoder.readUInt8())
        bounds = try decoder.readArray(max: JobBounds.features + 1, minimumBytes: 20) { decoder throws(WireError) in
            Bounds(
                column: try decoder.readString(max: JobBounds.columnBytes), low: try decoder.readDouble(),
                high: try decoder.readDouble())
        }
    }
}
