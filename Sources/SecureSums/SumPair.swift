import Wire

extension PairKey {
    /// The secret of two sites of a job split by rows (`protocols/row-split.md` 2).
    func secret(with peer: Bytes32, session: Bytes32, mesh: Bytes32, isFirst: Bool) -> PairSecret? {
        secret(with: peer, session: session, mesh: mesh, isFirst: isFirst, label: "moiety/rows/pair/v1")
    }
}

extension PairSecret {
    /// HKDF(pair secret, info "moiety/rows/seed/v1" || u32 round)
    func seed(ofRound round: UInt32) -> [UInt8] {
        var info = Array("moiety/rows/seed/v1".utf8)
        for shift in stride(from: 24, through: 0, by: -8) { info.append(UInt8(truncatingIfNeeded: round >> shift)) }
        return derived(info)
    }
}
