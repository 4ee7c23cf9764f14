import Records
public import Wire

extension Job {
    /// First bytes of every encoded job: what is hashed can be nothing else.
    static let magic = Array("moiety job\n".utf8)

    /// The one encoding of this job (`protocols/job.md`, section 3).
    public var canonical: [UInt8] {
        var encoder = Encoder()
        encode(into: &encoder)
        // The rules that every job has passed leave only finite numbers and short texts. An identity of anything else
        // would be no identity.
        guard let bytes = try? encoder.finish() else { preconditionFailure("a job with a number that is none") }
        return bytes
    }

    /// The job's identity: SHA-256 of `canonical`.
    public var hash: Bytes32 { Bytes32(hashing: canonical) }

    private func encode(into encoder: inout Encoder) {
        encoder.writeFixed(Self.magic)
        if let rows {
            encoder.write(Self.rowsFormatVersion)
            return encodeRows(rows, into: &encoder)
        }
        if isOfRefitFormat {
            encoder.write(Self.refitFormatVersion)
            return encodeRefit(into: &encoder)
        }
        if kind == .several {
            encoder.write(Self.severalFormatVersion)
            return encodeSeveral(into: &encoder)
        }
        encoder.write(Self.formatVersion)
        encodeFit(into: &encoder)
    }

    /// A job of two parties, or of several that fit a model, after the format's number.
    func encodeFit(into encoder: inout Encoder) {
        encoder.write(title)
        encoder.write(purpose)
        encoder.writeArray(parties) { encoder, party in party.encode(into: &encoder) }
        encoder.write(alignment.method.code)
        encoder.writeOptional(alignment.sender) { $0.write($1) }
        encoder.write(model.family.code)
        encoder.writeOptional(model.theta) { $0.write($1) }
        encoder.write(model.l2)
        encoder.write(model.l1)
        encoder.write(model.tolerance)
        encoder.write(UInt32(clamping: model.maximumPasses))
        encoder.write(model.covariance.code)
        encoder.writeOptional(model.ties) { $0.write($1.code) }
        encoder.writeOptional(model.mostEvents) { $0.write(UInt32(clamping: $1)) }
        encoder.write(UInt8(clamping: model.times.count))
        for time in model.times { encoder.write(time) }
        encoder.writeOptional(model.mostStrata) { $0.write(UInt8(clamping: $1)) }
        encoder.writeOptional(model.groups) { $0.write($1) }
        encoder.write(UInt16(clamping: keys.bits))
        encoder.write(keys.nonces.code)
        encoder.writeArray(reveal) { $0.write($1.code) }
        encoder.write(holdout.code)
        encoder.write(UInt8(clamping: crossValidation))
        encoder.write(UInt32(clamping: limits.minimumCohort))
        encoder.write(UInt32(clamping: limits.minimumCell))
        encoder.write(limits.parametersPerRow)
        encoder.write(UInt32(clamping: limits.maximumSetSize))
        encoder.write(UInt32(clamping: limits.minimumPassiveColumns))
        encoder.writeArray(loosened) { $0.write($1.code) }
        encoder.write(payloads.code)
        encoder.write(network.listener)
        encoder.write(UInt32(clamping: network.connectTimeout))
        encoder.write(UInt32(clamping: network.messageTimeout))
    }
}

extension Party {
    fileprivate func encode(into encoder: inout Encoder) {
        encoder.write(name)
        encoder.write(role.code)
        encoder.write(table)
        identifier.encode(into: &encoder)
        encodeOutcome(into: &encoder)
        encoder.writeOptional(group) { encoder, group in group.encode(into: &encoder) }
        encoder.writeArray(features) { encoder, feature in feature.encode(into: &encoder) }
    }

    private func encodeOutcome(into encoder: inout Encoder) {
        encoder.writeOptional(label) { $0.write($1) }
        for column in [beside.offset, beside.exposure, beside.weights, beside.time, beside.entry, beside.strata] {
            encoder.writeOptional(column) { $0.write($1) }
        }
    }

    /// Label, what stands beside it, features: what all sites of a job split by rows have.
    func encodeColumns(into encoder: inout Encoder) {
        encodeOutcome(into: &encoder)
        encoder.writeArray(features) { encoder, feature in feature.encode(into: &encoder) }
    }
}

extension Identifier {
    func encode(into encoder: inout Encoder) {
        encoder.writeArray(parts) { encoder, part in
            encoder.write(part.column)
            encoder.write(part.normaliser.code)
        }
        encoder.write(duplicates.code)
    }
}

extension Feature {
    fileprivate func encode(into encoder: inout Encoder) {
        encoder.write(column)
        switch kind {
        case .numeric: encoder.write(UInt8(1))
        case .binary: encoder.write(UInt8(2))
        case .categorical(let levels, let reference):
            encoder.write(UInt8(3))
            encoder.writeArray(levels) { $0.write($1) }
            encoder.write(UInt32(clamping: levels.firstIndex(of: reference) ?? 0))
        }
    }
}
