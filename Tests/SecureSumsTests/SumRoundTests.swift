import TestSupport
import Testing
import Wire

@testable import SecureSums

/// All sites' states of one round, without sessions: what a site that deviates can do to the others.
struct Table {
    let settings: SumSettings
    let keys: [SigningKey]
    let statements = SumStatements(mesh: Bytes32(hashing: "mesh".utf8))
    var rounds: [SumRound] = []
    var deals: [RoundDeal] = []

    init(_ sites: Int, _ coalition: Int, _ onLoss: SumSettings.OnLoss = .wait, values: [UInt128]) throws {
        settings = try Mesh.settings(sites, coalition, onLoss)
        keys = (0..<sites).map { _ in SigningKey() }
        for own in 0..<sites {
            rounds.append(SumRound(terms(own)))
            deals.append(deal(own, [values[own]]))
        }
    }

    func terms(_ own: Int) -> SumRound.Terms {
        SumRound.Terms(
            settings: settings, statements: statements,
            keys: Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0, $1.publicKey) }), own: own, number: 3,
            sites: Array(settings.parties.indices), opened: 2, point: Bytes32(hashing: "point".utf8), count: 1)
    }

    func deal(_ own: Int, _ values: [UInt128]) -> RoundDeal {
        let sites = Array(settings.parties.indices)
        let seeds = sites.filter { $0 != own }.map { ($0, Self.seed(own, $0)) }
        return RoundDeal(
            values, opened: 2, point: Bytes32(hashing: "point".utf8), own: own, sites: sites, siteCount: sites.count,
            threshold: settings.quorum(of: sites.count), round: 3, statements: statements,
            entropy: Bytes32(hashing: "entropy\(own)".utf8).bytes, seeds: Dictionary(uniqueKeysWithValues: seeds))
    }

    static func seed(_ one: Int, _ other: Int) -> [UInt8] {
        Bytes32(hashing: "seed\(min(one, other))-\(max(one, other))".utf8).bytes
    }

    func vector(_ deal: RoundDeal, from own: Int, to site: Int) throws -> VectorMessage {
        let bytes = try deal.publicPart.encoded()
        let statement = try statements.vector(Bytes32(hashing: bytes), round: 3, sender: own)
        return VectorMessage(
            publicPart: bytes, signature: try keys[own].sign(statement), shares: deal.shares[site] ?? [])
    }

    /// - Parameter drop: who does not get whose vector.
    mutating func sendVectors(
        except drop: (Int, Int) -> Bool = { _, _ in false },
        changing change: (Int, Int, VectorMessage) throws -> VectorMessage = { $2 }
    ) throws {
        for to in rounds.indices {
            for from in rounds.indices where !drop(from, to) {
                try rounds[to].take(try change(from, to, vector(deals[from], from: from, to: to)), from: from)
            }
        }
    }

    mutating func sendReceipts() throws {
        let receipts = rounds.map(\.receipt)
        for to in rounds.indices {
            for from in rounds.indices where from != to { try rounds[to].take(receipts[from], from: from) }
        }
    }

    func accord(_ digest: Bytes32, of site: Int, by signer: Int? = nil) throws -> SignedDigest {
        let statement = try statements.agreed(digest, round: 3, sender: site)
        return SignedDigest(digest: digest, signature: try keys[signer ?? site].sign(statement))
    }

    mutating func sendAccords() throws {
        var own: [Bytes32?] = []
        for site in rounds.indices { own.append(rounds[site].agree()) }
        for to in rounds.indices {
            for from in rounds.indices where from != to {
                let message = AccordMessage(
                    accord: try own[from].map { try accord($0, of: from) }, forwarded: rounds[from].forwarded(to: to))
                try rounds[to].take(message, from: from)
            }
        }
    }

    mutating func sendReleases(except silent: Set<Int> = []) throws {
        let releases = rounds.map(\.release)
        for to in rounds.indices {
            for from in rounds.indices where from != to && !silent.contains(from) {
                try rounds[to].take(releases[from], from: from)
            }
        }
    }
}

@Suite struct SumRoundTests {
    @Test func sharesAreNotPrinted() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        try table.sendVectors()
        for text in ["\(table.deals[0])", String(reflecting: table.deals[0])] { #expect(text == "RoundDeal") }
        for text in ["\(table.rounds[0])", String(reflecting: table.rounds[0])] { #expect(text == "SumRound 3") }
        var dumped = ""
        dump(table.rounds[0], to: &dumped)
        dump(table.deals[0], to: &dumped)
        #expect(dumped == "- SumRound 3\n- RoundDeal\n", "\(dumped)")
    }

    @Test func aRoundOpensTheSum() throws {
        var table = try Table(5, 2, values: [1, 20, 300, 4000, 50000])
        try table.sendVectors()
        try table.sendReceipts()
        try table.sendAccords()
        try table.sendReleases()
        for round in table.rounds { #expect(try round.sum()?.values == [54321]) }
    }

    @Test func aVectorThatOneSiteLacksIsSentOn() throws {
        var table = try Table(5, 1, .continue, values: [1, 20, 300, 4000, 50000])
        try table.sendVectors(except: { $0 == 4 && $1 == 0 })
        try table.sendReceipts()
        try table.sendAccords()
        try table.sendReleases()
        for round in table.rounds { #expect(try round.sum()?.values == [54321]) }
    }

    @Test func aVectorThatMoreThanACoalitionLackIsLeftOut() throws {
        var table = try Table(5, 1, .continue, values: [1, 20, 300, 4000, 50000])
        try table.sendVectors(except: { $0 == 4 && $1 < 2 })
        try table.sendReceipts()
        try table.sendAccords()
        try table.sendReleases()
        for round in table.rounds.prefix(4) {
            #expect(round.present == [0, 1, 2, 3])
            #expect(try round.sum()?.values == [4321])
        }
    }

    /// A coalition told site 0 another number of opened sums than the rest, so its vector is passed over, and said that it lacks it too: it
    /// is not left out of a sum that would differ from theirs by its rows alone.
    @Test func whoWasToldSomethingElseIsNotLeftOut() throws {
        var table = try Table(5, 2, values: [1, 20, 300, 4000, 50000])
        let statements = table.statements
        var part = table.deals[0].publicPart
        part.opened = 1
        let bytes = try part.encoded()
        let signature = try table.keys[0].sign(
            try statements.vector(Bytes32(hashing: bytes), round: 3, sender: 0))
        let settings = table.settings
        #expect(settings.onLoss == .wait)
        for to in 1..<5 {
            let message = VectorMessage(
                publicPart: bytes, signature: signature, shares: table.deals[0].shares[to] ?? [])
            try table.rounds[to].take(message, from: 0)
        }
        try table.sendVectors(except: { from, _ in from == 0 })
        try table.sendReceipts()
        for site in 1..<3 {
            #expect(table.rounds[site].outOfStep == [0])
            let agreed = table.rounds[site].agree()
            #expect(agreed == nil)
        }
        // With a coalition of one, where the others may go on, it is the same.
        var three = try Table(5, 1, .continue, values: [1, 20, 300, 4000, 50000])
        for to in 1..<5 {
            let statement = try three.statements.vector(Bytes32(hashing: bytes), round: 3, sender: 0)
            let message = VectorMessage(
                publicPart: bytes, signature: try three.keys[0].sign(statement), shares: three.deals[0].shares[to] ?? []
            )
            try three.rounds[to].take(message, from: 0)
        }
        try three.sendVectors(except: { from, _ in from == 0 })
        try three.sendReceipts()
        let agreed = three.rounds[1].agree()
        #expect(agreed == nil)
    }

    /// The proof holds for whoever has the key.
    @Test func twoVectorsAreProven() throws {
        var table = try Table(4, 1, values: [1, 2, 3, 4])
        let other = table.deal(3, [5])
        let messages = try (0..<4).map { try table.vector(other, from: 3, to: $0) }
        try table.sendVectors(changing: { from, to, message in
            from == 3 && to == 1 ? messages[to] : message
        })
        do {
            try table.sendReceipts()
            Issue.record("nobody noticed")
        } catch let SumRound.Fault.all(.equivocation(proof)) {
            #expect(proof.site == "site3" && proof.digests[0] != proof.digests[1])
            for (digest, signature) in zip(proof.digests, proof.signatures) {
                let statement = try SumStatements(mesh: proof.mesh).vector(digest, round: proof.round, sender: 3)
                #expect(table.keys[3].publicKey.isValid(signature: signature, of: statement))
            }
        }
    }

    /// A receipt cannot accuse anyone: it would need a signature.
    @Test func aForgedReceiptIsRefused() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        try table.sendVectors()
        var receipt = table.rounds[1].receipt
        receipt.vectors[2]?.digest = Bytes32(hashing: "other".utf8)
        #expect(throws: SumRound.Fault.sender("receiptRefused")) { try table.rounds[0].take(receipt, from: 1) }
    }

    @Test func aForgedAccordIsRefusedAndAnotherOneIsNoQuorum() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        try table.sendVectors()
        try table.sendReceipts()
        let agreed = table.rounds[0].agree()
        let digest = try #require(agreed)
        let forged = AccordMessage(accord: try table.accord(digest, of: 1, by: 2), forwarded: [])
        #expect(throws: SumRound.Fault.sender("accordRefused")) { try table.rounds[0].take(forged, from: 1) }
        let other = AccordMessage(accord: try table.accord(Bytes32(hashing: "x".utf8), of: 1), forwarded: [])
        try table.rounds[0].take(other, from: 1)
        try table.rounds[0].take(
            AccordMessage(accord: try table.accord(digest, of: 2), forwarded: []), from: 2)
        #expect(!table.rounds[0].hasQuorum)
        #expect(table.rounds[0].release.shares.isEmpty)
    }

    @Test func whoWithholdsIsNamed() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        try table.sendVectors()
        try table.sendReceipts()
        try table.sendAccords()
        try table.sendReleases(except: [2])
        #expect(try table.rounds[0].sum() == nil)
        #expect(table.rounds[0].withholders == [2])
        // With five sites and a coalition of one, one may.
        var more = try Table(5, 1, values: [1, 2, 3, 4, 5])
        try more.sendVectors()
        try more.sendReceipts()
        try more.sendAccords()
        try more.sendReleases(except: [2])
        #expect(try more.rounds[0].sum()?.values == [15])
    }

    @Test func anAlteredShareIsRefused() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        try table.sendVectors()
        try table.sendReceipts()
        try table.sendAccords()
        var release = table.rounds[1].release
        release.shares[0]?[5] ^= 1
        #expect(throws: SumRound.Fault.sender("shareRefused")) { try table.rounds[0].take(release, from: 1) }
    }

    @Test func sharesThatDoNotMatchAreNotTaken() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        var message = try table.vector(table.deals[1], from: 1, to: 0)
        message.shares[0][0] ^= 1
        try table.rounds[0].take(message, from: 1)
        #expect(table.rounds[0].receipt.vectors[1] == nil && table.rounds[0].refusedDealers == [1])
    }

    @Test func anotherPointEndsTheJob() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        var part = table.deals[1].publicPart
        part.point = Bytes32(hashing: "another".utf8)
        let bytes = try part.encoded()
        let statement = try table.statements.vector(Bytes32(hashing: bytes), round: 3, sender: 1)
        let message = VectorMessage(
            publicPart: bytes, signature: try table.keys[1].sign(statement), shares: table.deals[1].shares[0] ?? [])
        #expect(throws: SumRound.Fault.all(.violation(site: "site1", name: "pointMismatch"))) {
            try table.rounds[0].take(message, from: 1)
        }
    }

    /// A dealer whose hashes are of another secret than its shares.
    @Test func aDealerOfInconsistentSharesIsNamed() throws {
        var table = try Table(3, 1, values: [1, 2, 3])
        var part = table.deals[1].publicPart
        part.secretHashes[0] = Bytes32(hashing: "another".utf8)
        let bytes = try part.encoded()
        let statement = try table.statements.vector(Bytes32(hashing: bytes), round: 3, sender: 1)
        let signature = try table.keys[1].sign(statement)
        try table.sendVectors(changing: { from, _, message in
            from == 1 ? VectorMessage(publicPart: bytes, signature: signature, shares: message.shares) : message
        })
        try table.sendReceipts()
        try table.sendAccords()
        try table.sendReleases()
        #expect(throws: SumRound.Fault.all(.violation(site: "site1", name: "sharesInconsistent"))) {
            try table.rounds[0].sum()
        }
    }
}
