import Foundation
import Jobs
import Testing

@testable import Site

@Suite struct BudgetTests {
    // MARK: Sets, retries, identifiers

    /// Three tables of guesses in a row under one approval.
    @Test func aSecondSetUnderOneApprovalIsRefused() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        #expect(try refusal { try folder.book().open(set: Sets.root(1), identifiers: 80) } == nil)
        #expect(try refusal { try folder.book().open(set: Sets.root(2), identifiers: 80) } == "policy.setsPerApproval")
        #expect(try refusal { try folder.book().open(set: Sets.root(3), identifiers: 80) } == "policy.setsPerApproval")
        // Nor as an alignment or a count; the old one may come as those.
        for purpose in [SessionPurpose.alignment, .count] {
            let book = try folder.book(purpose: purpose)
            #expect(try refusal { try book.open(set: Sets.root(2), identifiers: 80) } == "policy.setsPerApproval")
            #expect(try refusal { try book.open(set: Sets.root(1), identifiers: 80) } == nil)
        }
        // A person who approves again has seen that it changed.
        try folder.approve()
        #expect(try refusal { try folder.book().open(set: Sets.root(2), identifiers: 80) } == nil)
    }

    @Test func aPolicyMayAllowMoreSets() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        for set in 1...3 as ClosedRange<UInt8> {
            let book = try folder.book("setsPerApproval: 3")
            #expect(try refusal { try book.open(set: Sets.root(set), identifiers: 80) } == nil)
        }
        let book = try folder.book("setsPerApproval: 3")
        #expect(try refusal { try book.open(set: Sets.root(4), identifiers: 80) } == "policy.setsPerApproval")
    }

    @Test func aRetryIsNotDebitedAgainAndHasAnEnd() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        let policy = "retriesPerSet: 2\nidentifiersPerPeer: 100"
        for _ in 0..<3 {
            #expect(try refusal { try folder.book(policy).open(set: Sets.root(1), identifiers: 80) } == nil)
        }
        #expect(
            try refusal { try folder.book(policy).open(set: Sets.root(1), identifiers: 80) } == "policy.retriesPerSet")
        let entries = try folder.ledger().entries()
        #expect(entries.map { $0.amount(of: .identifiers) }.reduce(0, +) == 80)
        #expect(entries.count { $0.is(.setRetried) } == 2)
        // A new approval is debited, and finds the budget used up.
        try folder.approve()
        #expect(
            try refusal { try folder.book(policy).open(set: Sets.root(1), identifiers: 80) }
                == "policy.identifiersPerPeer")
    }

    /// The root alone would let a peer ask about a million people in the retry of a set of a hundred.
    @Test func aRetryWithMoreIdentifiersPaysForThem() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        let policy = "retriesPerSet: 5\nidentifiersPerPeer: 200"
        func opened(_ identifiers: Int) throws -> String? {
            try refusal { try folder.book(policy).open(set: Sets.root(1), identifiers: identifiers) }
        }
        #expect(try opened(80) == nil)
        #expect(try opened(1_000_000) == "policy.identifiersPerPeer")
        #expect(try opened(200) == nil)
        #expect(try opened(200) == nil)
        #expect(try opened(201) == "policy.identifiersPerPeer")
        #expect(try folder.ledger().entries().map { $0.amount(of: .identifiers) }.reduce(0, +) == 200)
    }

    @Test func predictionsBringNewSetsAndPayForEach() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        let policy = "identifiersPerPeer: 150"
        func ask(_ set: UInt8) throws -> String? {
            try refusal {
                try folder.book(policy, purpose: .prediction).open(set: Sets.root(set), identifiers: 60)
            }
        }
        #expect(try ask(1) == nil)
        #expect(try ask(2) == nil)
        #expect(try ask(2) == nil)
        #expect(try ask(3) == "policy.identifiersPerPeer")
        // They use up nothing of what the approval says of fits.
        #expect(try refusal { try folder.book(policy).open(set: Sets.root(9), identifiers: 30) } == nil)
    }

    @Test func aDayEndsAndAllTimeDoesNot() throws {
        let folder = try LedgerFolder()
        func ask(_ hour: Double, _ job: String) throws -> String? {
            let book = try folder.book(
                "identifiersPerDay: 100\nidentifiersPerPeer: 250", job: job, at: Moment.hours(hour))
            return try refusal { try book.open(set: Sets.root(1), identifiers: 90) }
        }
        #expect(try ask(0, "a") == nil)
        #expect(try ask(23.9, "b") == "policy.identifiersPerDay")
        #expect(try ask(24.1, "b") == nil)
        #expect(try ask(72, "c") == "policy.identifiersPerPeer")
    }

    @Test func allPeersTogether() throws {
        let folder = try LedgerFolder()
        let policy = "identifiersInAll: 150\ncountsInAll: 1"
        let other = LedgerEntry.Peer(name: "clinic", key: String(repeating: "b", count: 64))
        #expect(
            try refusal { try folder.book(policy, purpose: .count).open(set: Sets.root(1), identifiers: 70) } == nil)
        #expect(
            try refusal { try folder.book(policy, peer: other).open(set: Sets.root(2), identifiers: 90) }
                == "policy.identifiersInAll")
        #expect(
            try refusal {
                try folder.book(policy, peer: other, purpose: .count).open(set: Sets.root(2), identifiers: 60)
            }
                == "policy.countsInAll")
    }

    @Test func countsWithOnePeer() throws {
        let folder = try LedgerFolder()
        func count(_ job: String) throws -> String? {
            let book = try folder.book("countsPerPeer: 2", job: job, purpose: .count)
            return try refusal { try book.open(set: Sets.root(1), identifiers: 70) }
        }
        #expect(try count("a") == nil)
        #expect(try count("b") == nil)
        #expect(try count("c") == "policy.countsPerPeer")
        // It is debited as an alignment is.
        #expect(try folder.ledger().entries().map { $0.amount(of: .identifiers) }.reduce(0, +) == 140)
    }

    // MARK: Who the peer is

    @Test(arguments: [
        // A new key under the old name, a new name for the old key, and both one after the other.
        [("lab", "b")], [("clinic", "a")], [("lab", "b"), ("clinic", "b")],
    ])
    func aNewNameOrKeyResetsNothing(_ changes: [(name: String, key: String)]) throws {
        let folder = try LedgerFolder()
        let policy = "identifiersPerPeer: 100"
        try folder.book(policy).open(set: Sets.root(1), identifiers: 90)
        for (index, change) in changes.enumerated() {
            let peer = LedgerEntry.Peer(name: change.name, key: String(repeating: change.key, count: 64))
            let book = try folder.book(policy, peer: peer, job: "job-\(index + 2)")
            #expect(try refusal { try book.open(set: Sets.root(2), identifiers: 20) } == "policy.identifiersPerPeer")
            try book.attempt()
        }
    }

    @Test func anotherPeerHasItsOwn() throws {
        let folder = try LedgerFolder()
        let policy = "identifiersPerPeer: 100"
        try folder.book(policy).open(set: Sets.root(1), identifiers: 90)
        let other = LedgerEntry.Peer(name: "clinic", key: String(repeating: "b", count: 64))
        #expect(try refusal { try folder.book(policy, peer: other).open(set: Sets.root(2), identifiers: 90) } == nil)
    }

    // MARK: Attempts

    @Test func attemptsAreLimitedByTimeAlone() throws {
        let folder = try LedgerFolder()
        func attempt(_ hour: Double) throws -> String? {
            try refusal { try folder.book("attemptsPerHour: 3", at: Moment.hours(hour)).attempt() }
        }
        for hour in [0, 0.1, 0.2] { #expect(try attempt(hour) == nil) }
        #expect(try attempt(0.9) == "policy.attemptsPerHour")
        #expect(try attempt(1.01) == nil)
        #expect(try attempt(1.02) == "policy.attemptsPerHour")
        #expect(try attempt(100) == nil)
        // None of it has cost anything else.
        #expect(try folder.ledger().entries().allSatisfy { $0.amount(of: .identifiers) == 0 })
    }

    @Test func theRefusalSaysWhenTheNextIsPossible() throws {
        let folder = try LedgerFolder()
        try folder.book("attemptsPerHour: 1").attempt()
        let book = try folder.book("attemptsPerHour: 1", at: Moment.hours(0.5))
        let refusal = #expect(throws: PolicyRefusal.self) { try book.attempt() }
        #expect(refusal?.remedy.contains(Moment.hours(1).formatted(.iso8601)) ?? false)
    }

    // MARK: Rows

    /// One row fewer, or other rows beside it, and the row that all have in common has spent as much.
    @Test func modelsAreCountedByTheRow() throws {
        let folder = try LedgerFolder()
        func fit(_ people: Range<Int>, _ job: String) throws -> String? {
            try refusal { try folder.book("modelsPerRow: 2", job: job).open(Sets.cohort(people), fit: Sets.fit(1)) }
        }
        #expect(try fit(0..<100, "a") == nil)
        #expect(try fit(20..<100, "b") == nil)
        #expect(try fit(40..<160, "c") == "policy.modelsPerRow")
        #expect(try fit(99..<200, "c") == "policy.modelsPerRow")
        #expect(try fit(100..<200, "c") == nil)
    }

    /// Half of what the outcome holds with one peer, all of it with all peers, whatever job opens them.
    @Test func bitsAreCountedByTheRow() throws {
        let folder = try LedgerFolder()
        func fit(_ people: Range<Int>, _ bits: Int, _ job: String, _ peer: LedgerEntry.Peer = .lab) throws -> String? {
            try refusal {
                try folder.book(peer: peer, job: job).open(Sets.cohort(people), fit: Sets.fit(bits, hidden: 200))
            }
        }
        #expect(try fit(0..<100, 60, "a") == nil)
        #expect(try fit(20..<100, 60, "b") == "guard-budget")
        #expect(try fit(20..<100, 40, "b") == nil)
        #expect(try fit(20..<80, 1, "c") == "guard-budget")
        let other = LedgerEntry.Peer(name: "clinic", key: String(repeating: "b", count: 64))
        #expect(try fit(50..<120, 100, "d", other) == nil)
        let third = LedgerEntry.Peer(name: "registry", key: String(repeating: "c", count: 64))
        #expect(try fit(60..<140, 1, "e", third) == "guard-budget")
        // People about whom nothing was opened.
        #expect(try fit(200..<300, 100, "f") == nil)
    }

    /// What a job does not bound is counted all the same, and bounds the next.
    @Test func loosenedBitsAreCounted() throws {
        let folder = try LedgerFolder()
        let hidden = HiddenBits(bits: 200, of: "outcome")
        let loosened = BitBudget(bits: 500, hidden: hidden, loosened: true)
        #expect(try refusal { try folder.book(job: "a").open(Sets.cohort(0..<100), fit: loosened) } == nil)
        let plain = BitBudget(bits: 1, hidden: hidden)
        #expect(
            try refusal { try folder.book(job: "b").open(Sets.cohort(0..<100), fit: plain) } == "guard-budget")
    }

    /// A description that is repeated under one approval is no model more, and its bits each time: it may ask something else.
    @Test func bitsThatCountEachTime() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        let hidden = HiddenBits(bits: 200, of: "outcome")
        func run(_ bits: Int, isPerRun: Bool) throws -> String? {
            let budget = BitBudget(bits: bits, hidden: hidden, isPerRun: isPerRun)
            return try refusal { try folder.book("modelsPerRow: 1").open(Sets.cohort(0..<100), fit: budget) }
        }
        for _ in 0..<3 { #expect(try run(40, isPerRun: false) == nil) }
        #expect(try run(40, isPerRun: true) == nil)
        #expect(try run(40, isPerRun: true) == "guard-budget")
        #expect(try run(20, isPerRun: true) == nil)
    }

    /// Coefficients that open once more cost their bits, in a retry too, and no model.
    @Test func coefficientsOnceMoreAreDebited() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        let cohort = Sets.cohort(0..<100)
        func fit() throws -> String? {
            try refusal { try folder.book("modelsPerRow: 1").open(cohort, fit: Sets.fit(40, hidden: 200)) }
        }
        func again(_ bits: Int) throws -> String? {
            try refusal {
                try DisclosureBook.openCoefficientsAgain(
                    cohort, [(try folder.book("modelsPerRow: 1"), Sets.fit(bits, hidden: 200))])
            }
        }
        #expect(try fit() == nil)
        #expect(try again(30) == nil)
        #expect(try fit() == nil)
        #expect(try again(31) == "guard-budget")
        #expect(try again(30) == nil)
        #expect(try again(1) == "guard-budget")
        let entries = try folder.ledger().entries()
        #expect(entries.map { $0.amount(of: .models) }.reduce(0, +) == 1)
        #expect(entries.map { $0.amount(of: .bits) }.reduce(0, +) == 100)
    }

    @Test func aRetriedFitIsOneModel() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        for _ in 0..<3 {
            #expect(
                try refusal { try folder.book("modelsPerRow: 1").open(Sets.cohort(0..<60), fit: Sets.fit(5)) } == nil)
        }
        #expect(try folder.ledger().entries().map { $0.amount(of: .models) }.reduce(0, +) == 1)
        // Alignments and predictions remember the rows, and open no model.
        #expect(
            try refusal { try folder.book("modelsPerRow: 1", purpose: .alignment).open(Sets.cohort(0..<60)) } == nil)
        #expect(
            try refusal { try folder.book("modelsPerRow: 1", job: "job-2").open(Sets.cohort(0..<60), fit: Sets.fit(5)) }
                == "policy.modelsPerRow")
    }

    @Test func scoresAreCountedByTheRow() throws {
        let folder = try LedgerFolder()
        let policy = "scoresPerRow: 2\nscoresPerRowInAll: 3"
        try folder.book(policy).openScores(of: Sets.cohort(0..<80))
        // One row fewer: `guard-scores` is still told of what was opened before.
        #expect(try folder.book(policy).scoreVectors(of: Sets.cohort(1..<80)) == 1)
        try folder.book(policy, purpose: .prediction).openScores(of: Sets.cohort(1..<80))
        #expect(try folder.book(policy).scoreVectors(of: Sets.cohort(79..<150)) == 2)
        #expect(try folder.book(policy).scoreVectors(of: Sets.cohort(80..<150)) == 0)
        #expect(try refusal { try folder.book(policy).openScores(of: Sets.cohort(79..<150)) } == "policy.scoresPerRow")
        let other = try folder.book(policy, peer: LedgerEntry.Peer(name: "clinic", key: nil))
        #expect(try refusal { try other.openScores(of: Sets.cohort(0..<80)) } == nil)
        #expect(try refusal { try other.openScores(of: Sets.cohort(60..<150)) } == "policy.scoresPerRowInAll")
    }

    /// Two jobs at once: what `guard-scores` asks for is looked up in the transaction that debits, so that the second waits for the first.
    @Test func scoresOfTwoJobsAtOnce() async throws {
        struct OpenedBefore: Error {}
        let folder = try LedgerFolder()
        let cohort = Sets.cohort(0..<80)
        let (first, second) = (try folder.book(job: "a"), try folder.book(job: "b"))
        @Sendable func refuse(_ earlier: Int) throws { if earlier > 0 { throw OpenedBefore() } }
        let (ends, ended) = AsyncStream<Bool>.makeStream()
        try first.openScores(of: cohort) { earlier in
            try refuse(earlier)
            Thread.detachNewThread {
                ended.yield((try? second.openScores(of: cohort, check: refuse)) == nil)
                ended.finish()
            }
            // Time in which the second would come to its end if nothing held it.
            Thread.sleep(forTimeInterval: 0.3)
        }
        var isRefused = false
        for await end in ends { isRefused = end }
        #expect(isRefused)
        #expect(try folder.ledger().entries().count { $0.amount(of: .scores) > 0 } == 1)
    }

    // MARK: Cohorts

    @Test func cohortsAreComparedByNameAndByKey() throws {
        let folder = try LedgerFolder()
        try folder.book().open(Sets.cohort(0..<100), fit: Sets.fit(1))
        for peer in [
            LedgerEntry.Peer.lab, .init(name: "lab", key: String(repeating: "b", count: 64)),
            .init(name: "clinic", key: LedgerEntry.Peer.lab.key),
        ] {
            let book = try folder.book(peer: peer)
            #expect(try refusal { try book.check(Sets.cohort(0..<98)) } == "cohortDifference")
            #expect(try refusal { try book.open(Sets.cohort(0..<98), fit: Sets.fit(1)) } == "cohortDifference")
            #expect(try refusal { try book.check(Sets.cohort(0..<100)) } == nil)
            #expect(try refusal { try book.check(Sets.cohort(0..<89)) } == nil)
        }
        let other = try folder.book(peer: .init(name: "clinic", key: String(repeating: "c", count: 64)))
        #expect(try refusal { try other.check(Sets.cohort(0..<98)) } == nil)
    }

    @Test func aPredictionAsksTheSameBook() throws {
        let folder = try LedgerFolder()
        try folder.book(purpose: .prediction).open(Sets.cohort(0..<100))
        #expect(try refusal { try folder.book(purpose: .prediction).check(Sets.cohort(1..<100)) } == "cohortDifference")
        #expect(try refusal { try folder.book().check(Sets.cohort(1..<100)) } == "cohortDifference")
    }

    // MARK: What is left

    @Test func whatIsLeft() throws {
        let folder = try LedgerFolder()
        let book = try folder.book(purpose: .count)
        try book.attempt()
        try book.open(set: Sets.root(1), identifiers: 80)
        try folder.book().open(Sets.cohort(0..<60), fit: Sets.fit(7))
        try folder.book().openScores(of: Sets.cohort(0..<60))
        let lines = try folder.ledger().read {
            try $0.remaining(of: Policy.standard.budgets, peers: [.lab], at: Moment.start)
        }
        func line(_ budget: Budget) -> BudgetLine? { lines.first { $0.budget == budget.rawValue } }
        #expect(line(.identifiersPerPeer)?.spent == 80 && line(.identifiersPerPeer)?.left == 10_000_000 - 80)
        #expect(line(.identifiersPerPeer)?.peer == "lab" && line(.identifiersInAll)?.peer == nil)
        #expect(line(.countsPerPeer)?.left == 9 && line(.attemptsPerHour)?.left == 29)
        #expect(
            line(.modelsPerRow)?.spent == 1 && line(.scoresPerRowInAll)?.spent == 1)
        #expect(lines.count == 14)
    }
}
