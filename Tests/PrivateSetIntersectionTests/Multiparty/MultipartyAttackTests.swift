import Crypto
import Synchronization
import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// Each attack works on a weaker protocol and finds nothing in ours.
@Suite struct MultipartyAttackTests {
    /// 0 is the active party. 3 is common to all; 1 and 2 share 10; 0 and 1 share 20, 0 and 2 share 30.
    private static let sets = [
        identifiers([3, 20, 30, 40]), identifiers([3, 10, 20, 50]), identifiers([3, 10, 30, 60]),
    ]

    // MARK: Pairwise intersections

    /// The active party's own identifiers that a set of 16-byte values tells it are with a peer.
    private static func found(_ own: [AlignmentTag], in values: some Sequence<AlignmentTag>) -> Set<Int> {
        let there = Set(values)
        return Set(own.indices.filter { there.contains(own[$0]) })
    }

    /// Weak: the active party is aligned with each other one by the two-party protocol, and keeps what all have.
    @Test func pairwiseAlignmentsShowPairwiseIntersections() async throws {
        for (peer, expected) in [(1, [3, 20]), (2, [3, 30])] {
            let outcome = try await align(
                Self.sets[0], Self.sets[peer], hospitalSettings: Small.settings(.receiver),
                labSettings: Small.settings(.sender))
            let rows = try outcome.hospital.get().rowIndices
            #expect(Set(rows.map { Self.sets[0][$0] }) == Set(identifiers(expected)))
        }
    }

    /// Ours: the same search over everything that the active party has.
    @Test func theActivePartySeesNoPairwiseIntersection() async throws {
        let room = try await Room.open(try Room.settings(3))
        let kept = Mutex<[Int: MultipartyActive.Answers]>([:])
        let active = ScriptedActive(identifiers: Self.sets[0], settings: room.settings) { answers in
            kept.withLock { $0 = answers }
            return [1: [0], 2: [0]]
        }
        let ends = try await room.run(Self.sets, roles: [0: { try await active.run($0) }])
        for (set, end) in zip(Self.sets, ends) { #expect(set.rows(end) == identifiers([3])) }

        let answers = kept.withLock { $0 }
        let (first, second) = (try #require(answers[1]), try #require(answers[2]))
        // The sum over all is zero at the common identifier only.
        #expect((0..<4).filter { (first.shares[$0] ^ second.shares[$0]).isZero } == [0])
        for (peer, own) in answers {
            // Neither its shares, nor its tags, nor a cell of any store is anything that it knows.
            #expect(own.shares.allSatisfy { !$0.isZero })
            let cells = try answers.keys.flatMap { party in
                try (try room.received(by: 0, .storeCells)[party] ?? []).flatMap {
                    try StoreCells(payload: $0).cells.map { AlignmentTag(high: $0.high, low: $0.low) }
                }
            }
            #expect(Self.found(own.tags, in: cells).isEmpty)
            #expect(Self.found(own.shares.map { AlignmentTag(high: $0.high, low: $0.low) }, in: cells).isEmpty)
            #expect(try room.received(by: 0, .senderTags)[peer] == [])
        }
    }

    /// Weak: stores of the masks alone. Who is in one store is seen; with shares of zero, who is in all.
    @Test func storesWithoutSharesShowPairwiseIntersections() throws {
        let secrets = Self.pairs([1, 2])
        func mask(_ party: Int, _ identifier: [UInt8]) -> ShareValue {
            ShareValue(bytes: SHA256.hash(data: [UInt8(party)] + identifier))
        }
        var seen: [Bool: [[ShareValue]]] = [:]
        for isWeak in [true, false] {
            for party in 1...2 {
                let shares = Self.shares(secrets[party])
                var generator = SplitMix(UInt64(party))
                let values = Self.sets[party].map { mask(party, $0) ^ (isWeak ? .zero : shares.share(at: $0)) }
                let store = try KeyValueStore(Self.sets[party], values: values, using: &generator)
                seen[isWeak, default: []].append(Self.sets[0].map { store.value(at: $0) ^ mask(party, $0) })
            }
        }
        func zeros(_ values: [ShareValue]) -> [Int] { values.indices.filter { values[$0].isZero } }
        let (weak, ours) = (try #require(seen[true]), try #require(seen[false]))
        #expect(zeros(weak[0]) == [0, 1] && zeros(weak[1]) == [0, 2])
        #expect(zeros(ours[0]) == [] && zeros(ours[1]) == [])
        #expect(zeros(zip(ours[0], ours[1]).map { $0 ^ $1 }) == [0])
    }

    // MARK: Coalitions

    private static func pairs(_ parties: [Int]) -> [Int: [Int: PairSecret]] {
        parties.reduce(into: [:]) { all, one in
            for other in parties where other != one {
                let key = "\(min(one, other)) \(max(one, other))"
                all[one, default: [:]][other] = PairSecret(key: SymmetricKey(data: SHA256.hash(data: Array(key.utf8))))
            }
        }
    }

    private static func shares(_ secrets: [Int: PairSecret]?) -> ZeroShares {
        ZeroShares(Array((secrets ?? [:]).values))
    }

    /// The active party with one passive party: what all the others have, and of no single one of them what it has.
    @Test func aCoalitionLearnsOfTheOthersTogetherOnly() throws {
        let all = Self.pairs([1, 2, 3, 4])
        let x = Array("x".utf8)
        let shares = all.mapValues { Self.shares($0).share(at: x) }
        // Party 1 works with the active one: of every other share it knows the term that it has itself.
        let known = try (2...4).map { other -> ShareValue in
            Self.shares([1: try #require(all[other]?[1])]).share(at: x)
        }
        func rest(of parties: [Int]) throws -> ShareValue {
            try parties.reduce(into: ShareValue.zero) { $0 ^= try #require(shares[$1]) ^ known[$1 - 2] }
        }
        #expect(try rest(of: [2, 3, 4]).isZero)
        for part in [[2], [3], [4], [2, 3], [2, 4], [3, 4]] { #expect(try !rest(of: part).isZero) }
        // With two of four, the other two's intersection, and no set of one.
        let two = try [3, 4].map { other in
            try #require(shares[other]) ^ Self.shares(all[other]?.filter { $0.key < 3 }).share(at: x)
        }
        #expect((two[0] ^ two[1]).isZero && !two[0].isZero)
    }

    // MARK: The reaction to an announcement

    /// Weak: a party that refuses a tag that it does not have tells whether it has an identifier.
    @Test func aRefusalOfItsOwnTellsMembership() async throws {
        for (guess, isThere) in [(20, true), (40, false)] {
            let receiver = ScriptedReceiver(
                identifiers: identifiers([guess]), matches: { own, _ in own })
            let outcome = try await both(
                hospital: { session in
                    try await receiver.run(session)
                    return 0
                },
                lab: { session in
                    let settings = Small.settings(.sender)
                    return try await Alignment.run(
                        Self.sets[1], over: session, settings: settings, parameters: try Small.parameters()
                    ).rowIndices.count
                })
            #expect((outcome.lab.alignmentError == .unknownTag) == !isThere)
            #expect((outcome.hospital.peerReason == "unknownTag") == !isThere)
        }
    }

    /// Ours: whatever is announced to whom, the active party sees the same, whether or not one of them has it.
    @Test func guessesAreAnsweredAlike() async throws {
        // Row 1 is with party 1 only, row 2 with party 2 only, row 3 with nobody; row 0 is common.
        let announcements: [[Int: [Int]]] = [
            [1: [0, 1], 2: [0]], [1: [0, 3], 2: [0]], [1: [0, 1], 2: [0, 1]], [1: [0, 3], 2: [0, 3]],
            [1: [1], 2: [2]], [1: [3], 2: [3]], [1: [0], 2: [0, 2]], [1: [0, 1], 2: [0, 2]],
        ]
        for rows in announcements {
            let room = try await Room.open(try Room.settings(3), uninspected: [0])
            let active = ScriptedActive(identifiers: Self.sets[0], settings: room.settings) { _ in rows }
            let ends = try await room.run(Self.sets, roles: [0: { try await active.run($0) }])
            for end in ends { #expect(end.multipartyError == .announcementRefused, "\(rows)") }
            for party in 1...2 {
                // Not a word but the one name.
                #expect(try room.received(by: 0, .orderNonce)[party] == [])
                let said = try (try room.received(by: 0, .abort)[party] ?? []).map {
                    try AbortMessage(payload: $0).reason
                }
                #expect(said.allSatisfy { $0 == AbortReason(.disagreement, "announcementRefused") })
                // Between the passive parties it came to the comparison, whatever they have.
                #expect(try room.received(by: party, .comparisonOpening)[3 - party]?.count == 1)
            }
        }
    }

    /// Weak: digests under the secret of each pair. Parties 0 and 1 work together; 2 and 3 are honest, were told to have
    /// different sets, and party 1 reads from party 2's digest whether it has all that it was told.
    @Test func digestsInPairsTellOnePartysSetAndSharesDoNot() throws {
        let all = Self.pairs([1, 2, 3])
        let mesh = Bytes32(hashing: "mesh".utf8)
        let guess = MultipartyHash.announced(identifiers([3, 20]), mesh: mesh)
        let other = MultipartyHash.announced(identifiers([3]), mesh: mesh)
        let match12 = Self.shares([1: try #require(all[2]?[1])])
        func word(_ party: Int, _ announced: [UInt8]) -> [UInt8] { Self.shares(all[party]).word(of: announced) }
        func sum(_ words: [UInt8]...) -> [UInt8] {
            words.reduce([UInt8](repeating: 0, count: 32)) { zip($0, $1).map { $0 ^ $1 } }
        }
        // Weak: party 2 sends party 1 a digest under their secret, or noise where it lacks something. Party 1 compares.
        for has in [true, false] {
            let digest =
                has ? Self.shares([1: try #require(all[2]?[1])]).word(of: guess) : [UInt8](repeating: 9, count: 32)
            #expect((digest == Self.shares([2: try #require(all[1]?[2])]).word(of: guess)) == has)
        }
        // Ours is not, with whatever the two know: its own terms for every party and both announcements.
        let match13 = Self.shares([1: try #require(all[3]?[1])])
        let known = [guess, other].flatMap { [match12.word(of: $0), match13.word(of: $0)] }
        let words = [word(2, guess), word(3, other)]
        let zero = [UInt8](repeating: 0, count: 32)
        for mask in 0..<16 {
            let terms = (0..<4).filter { mask >> $0 & 1 == 1 }.reduce(zero) { sum($0, known[$1]) }
            for candidate in [words[0], words[1], sum(words[0], words[1])] { #expect(sum(candidate, terms) != zero) }
        }
        // With the same announcement to both they find that it was, which they know.
        #expect(sum(word(2, guess), word(3, guess), match12.word(of: guess), match13.word(of: guess)) == zero)
    }

    /// Weak: without commitments the last to speak makes the sum vanish.
    @Test func theLastWordIsSealed() throws {
        let mesh = Bytes32(hashing: "mesh".utf8)
        let words = [2, 3].map { Bytes32(hashing: "word \($0)".utf8) }
        let last = try #require(Bytes32(zip(words[0].bytes, words[1].bytes).map { $0 ^ $1 }))
        var comparison = AnnouncementComparison(mesh: mesh, parties: [1, 2, 3])
        let openings = ([last] + words).map { ComparisonOpening(word: $0, blind: .zero) }
        for (party, opening) in zip(1..., openings) {
            comparison.take(
                ComparisonCommitment(commitment: MultipartyHash.commitment(to: opening, of: party, mesh: mesh)),
                from: party)
            try comparison.take(opening, from: party)
        }
        // Had nothing been sealed, this would pass.
        try comparison.check()

        let early = ComparisonOpening(word: Bytes32(hashing: "early".utf8), blind: .zero)
        var sealed = AnnouncementComparison(mesh: mesh, parties: [1, 2, 3])
        sealed.take(
            ComparisonCommitment(commitment: MultipartyHash.commitment(to: early, of: 1, mesh: mesh)), from: 1)
        #expect(throws: MultipartyError.announcementRefused) { try sealed.take(openings[0], from: 1) }
        // Another party's commitment cannot be taken over either.
        sealed.take(
            ComparisonCommitment(commitment: MultipartyHash.commitment(to: openings[1], of: 2, mesh: mesh)), from: 1)
        #expect(throws: MultipartyError.announcementRefused) { try sealed.take(openings[1], from: 1) }
    }

    // MARK: Stores that hold too much

    /// A passive party that declares three identifiers encodes forty guesses. It learns of those that are common, up to
    /// what it declared; with more it is found. What it could encode is what is debited.
    @Test func anOverfittedStoreIsBoundedByItsCells() async throws {
        let guesses = identifiers(0..<40)
        for (common, isFound) in [([3, 38], false), ([3, 4, 5, 38], true)] {
            let room = try await Room.open(try Room.settings(3), uninspected: [1])
            let settings = room.settings
            let sets = [identifiers(common + [90]), guesses, identifiers(common + [91])]
            let passive = ScriptedPassive(identifiers: guesses, settings: settings, own: 1, declared: 3)
            let ends = try await room.run(sets, roles: [1: { try await passive.run($0) }])
            #expect(StoreShape(count: 3).cells == 54)
            if isFound {
                #expect(ends[0].multipartyError == .storeOverfitted(party: "party1"))
                guard case .ended(by: "party0", .peerAborted(_, let reason))? = ends[2].multipartyError else {
                    return #expect(Bool(false), "\(ends[2])")
                }
                #expect(reason.name == "endedByParty")
            } else {
                for (set, end) in zip(sets, ends) { #expect(Set(set.rows(end) ?? []) == Set(identifiers(common))) }
            }
        }
    }

    /// Whether an identifier is in all stores is one equation in the cells of all. Two passive parties that make their stores together have
    /// nearly as many guesses hit as both have cells, which is what the active party debits to each; a debit of one store's cells would
    /// be passed by far.
    @Test func storesThatAreMadeTogetherHoldAsMuchAsAllHaveCells() throws {
        let shape = StoreShape(count: 20)
        let seeds = [1, 2].map { [UInt8](repeating: $0, count: 16) }
        let guesses = identifiers(0..<400)
        var generator = SplitMix(5)
        // Of each guess what the sum must be: the masks of both, which they know.
        let wanted = guesses.map { _ in ShareValue(using: &generator) }
        func columns(_ guess: [UInt8]) -> Set<Int> {
            Set(
                seeds.enumerated().flatMap { store, seed in
                    let row = shape.row(of: guess, seed: seed)
                    let dense = (0..<StoreShape.dense).filter { row.dense >> UInt64($0) & 1 == 1 }.map {
                        shape.sparse + $0
                    }
                    return ([row.sparse.0, row.sparse.1, row.sparse.2] + dense).map { store * shape.cells + $0 }
                })
        }
        // Elimination: a guess that follows from those before it would hit by chance alone, and is left out.
        var lines: [(pivot: Int, columns: Set<Int>, value: ShareValue)] = []
        var taken: [Int] = []
        for (index, guess) in guesses.enumerated() {
            var (row, value) = (columns(guess), wanted[index])
            for line in lines where row.contains(line.pivot) {
                row.formSymmetricDifference(line.columns)
                value ^= line.value
            }
            guard let pivot = row.min() else { continue }
            lines.append((pivot, row, value))
            taken.append(index)
        }
        var cells = [ShareValue](repeating: .zero, count: 2 * shape.cells)
        for line in lines.reversed() {
            cells[line.pivot] = line.columns.reduce(line.value) { $1 == line.pivot ? $0 : $0 ^ cells[$1] }
        }
        let stores = seeds.enumerated().map { store, seed in
            KeyValueStore(
                shape: shape, seed: seed, cells: Array(cells[store * shape.cells..<(store + 1) * shape.cells]))
        }
        let hits = guesses.indices.filter {
            (stores[0].value(at: guesses[$0]) ^ stores[1].value(at: guesses[$0])) == wanted[$0]
        }
        #expect(hits == taken && shape.cells == 75)
        #expect(hits.count > 3 * shape.cells / 2 && hits.count <= 2 * shape.cells)
    }

    // MARK: The time to a refusal

    /// Tables are sorted by their identifiers as a rule. Sorting rows of a table in its own order takes a comparison each; rows in the order of
    /// tags take as many as an announcement that is right: so nothing tells which of both a party has.
    @Test func aRefusalTakesAsManyComparisonsAsAnAgreement() throws {
        let table = identifiers(0..<4000).sorted { $0.lexicographicallyPrecedes($1) }
        var generator = SplitMix(8)
        let own = try TaggedRows(
            table.indices.map { (tag: AlignmentTag(high: generator.next(), low: generator.next()), row: UInt32($0)) })
        var matcher = TaggedRows.Matcher(own)
        try matcher.add(own.tags.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
        func comparisons(_ rows: [Int]) -> Int {
            var count = 0
            _ = rows.map { table[$0] }.sorted {
                count += 1
                return $0.lexicographicallyPrecedes($1)
            }
            return count
        }
        let right = comparisons(matcher.rows)
        #expect(matcher.rows.count == 2000)
        // Weak: the table's first rows in their place.
        #expect(comparisons(Array(0..<2000)) < right / 3)
        #expect(abs(comparisons(own.rows(first: 2000)) - right) < right / 10)
    }
}
