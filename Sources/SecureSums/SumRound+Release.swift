import Wire

/// From the quorum on (`protocols/row-split.md` 5.4).
extension SumRound {
    /// What an accord opens: of those present the self seed; their seeds with the absent.
    var openings: [Opening] {
        guard let present else { return [] }
        let absent = terms.sites.filter { !present.contains($0) }
        return present.map { Opening(dealer: $0, secret: 0, absent: nil) }
            + present.flatMap { dealer in
                absent.compactMap { site in
                    RoundDeal.secretIndex(of: site, dealer: dealer, sites: terms.sites).map {
                        Opening(dealer: dealer, secret: $0, absent: site)
                    }
                }
            }
    }

    /// This site's shares, once it has the quorum; none otherwise.
    var release: ReleaseMessage {
        ReleaseMessage(shares: hasQuorum ? openings.map { shares[$0.dealer]?[$0.secret] } : [])
    }

    mutating func take(_ message: ReleaseMessage, from sender: Int) throws(Fault) {
        guard hasQuorum, terms.sites.contains(sender), !message.shares.isEmpty else { return }
        let openings = openings
        guard message.shares.count == openings.count else { throw .sender("malformedRelease") }
        for (opening, share) in zip(openings, message.shares) {
            guard let share, let part = vectors[opening.dealer]?.part else { continue }
            guard matches(share, part, opening.dealer, opening.secret, sender) else { throw .sender("shareRefused") }
        }
        released[sender] = message.shares
    }

    /// Sites whose part is missing here, and dealers whose shares did not match. With a quorum: who agreed and released nothing. Without
    /// one nobody releases, so it is who did not agree; nobody where this site did not agree itself.
    var withholders: [Int] {
        let missing: [Int] =
            if hasQuorum {
                accords.keys.filter { accords[$0] == ownAccord && released[$0] == nil }
            } else if let ownAccord {
                (present ?? []).filter { $0 != terms.own && accords[$0] != ownAccord }
            } else {
                []
            }
        return Set(missing).union(refusedDealers).sorted()
    }

    /// The sum; nil where shares or vectors are missing.
    func sum() throws(Fault) -> OpenedSum? {
        guard hasQuorum, let present, present.allSatisfy({ vectors[$0] != nil }) else { return nil }
        var all = released
        // What this site gave the others, or would.
        all[terms.own] = released[terms.own] ?? release.shares
        var total = [UInt128](repeating: 0, count: terms.count)
        for site in present {
            guard let values = vectors[site]?.part.values else { return nil }
            for index in total.indices { total[index] &+= values[index] }
        }
        for (place, opening) in openings.enumerated() {
            let shares = all.keys.sorted().compactMap { site -> (point: UInt8, share: [UInt8])? in
                all[site]?[place].map { (UInt8(site + 1), $0) }
            }
            guard shares.count >= terms.threshold else { return nil }
            let secret = ByteShares.reconstruct(Array(shares.prefix(terms.threshold)))
            let hash = terms.statements.secret(
                secret, round: terms.number, dealer: opening.dealer, index: opening.secret)
            guard vectors[opening.dealer]?.part.secretHashes[opening.secret] == hash else {
                throw .all(
                    .violation(site: terms.settings.parties[opening.dealer], name: "sharesInconsistent"))
            }
            let mask = MaskStream.numbers(secret, count: terms.count)
            // The self mask was added; the one with an absent site after the dealer too.
            let wasAdded = opening.absent.map { $0 > opening.dealer } ?? true
            for index in total.indices { total[index] = RoundDeal.add(mask[index], to: total[index], !wasAdded) }
        }
        return OpenedSum(point: terms.point, sites: present, values: total)
    }
}
