import Bignum
import Cluster
import Foundation
import TestSupport
import Testing

/// The same results whatever the ranks: odd sizes, unequal shares, and what becomes of a rank that fails.
@Suite struct ClusterTests {
    private static let bits = 1024
    private static let modulus: Modulus? = {
        var generator = SplitMix(61)
        return try? Modulus(squareOf: BigInt.randomPrime(bits: bits / 2, using: &generator))
    }()
    private let modulus: Modulus
    private let local = LocalExecutor()

    init() throws { modulus = try #require(Self.modulus) }

    private func residues(_ count: Int, seed: UInt64) throws -> ResidueVector {
        var generator = SplitMix(seed)
        return try ResidueVector(
            .random(count: count, below: modulus.value, using: &generator), modulus: modulus)
    }

    private func exponents(_ count: Int, bits: Int, seed: UInt64) -> LimbVector {
        var generator = SplitMix(seed)
        return .random(count: count, bits: bits, using: &generator)
    }

    @Test(arguments: [[1], [1, 1], [2, 1, 1], [1, 3, 1, 2]])
    func powers(processors: [Int]) throws {
        let cluster = try TestCluster(processors: processors)
        let bases = try residues(1003, seed: 62)
        let own = exponents(1003, bits: 515, seed: 63)
        let shared = own[7..<8]
        #expect(
            cluster.executor.powers(of: bases, own, shared: false, secret: true).bigEndianBytes()
                == local.powers(of: bases, own, shared: false, secret: true).bigEndianBytes())
        for secret in [false, true] {
            #expect(
                cluster.executor.powers(of: bases, shared, shared: true, secret: secret).bigEndianBytes()
                    == local.powers(of: bases, shared, shared: true, secret: secret).bigEndianBytes())
        }
        let sets = exponents(2 * 1002, bits: 500, seed: 64)
        #expect(
            cluster.executor.productsOfPowers(of: bases[0..<1002], secret: sets, terms: 3, sets: 2, shift: 500)
                .bigEndianBytes()
                == local.productsOfPowers(of: bases[0..<1002], secret: sets, terms: 3, sets: 2, shift: 500)
                .bigEndianBytes())
        #expect(cluster.executor.messages > 0 || processors.count == 1)
        #expect(cluster.told == [])
        #expect(cluster.executor.stop())
    }

    @Test(arguments: [[1, 1], [2, 1, 1]])
    func tables(processors: [Int]) throws {
        let cluster = try TestCluster(processors: processors)
        let bases = try residues(130, seed: 65)
        let factor = try residues(1, seed: 66)
        for factor in [nil, factor] {
            let shared = cluster.executor.table(of: bases, digitBits: 4, factor: factor)
            let alone = local.table(of: bases, digitBits: 4, factor: factor)
            for count in [5, 3001, 2999] {
                let exponents = exponents(count, bits: 520, seed: UInt64(count))
                #expect(
                    shared.powers(secret: exponents).bigEndianBytes()
                        == alone.powers(secret: exponents).bigEndianBytes())
            }
        }
        // Of each table its bases once and two batches; the first one is closed before the second is used.
        #expect(cluster.executor.messages == (processors.count - 1) * 7)
        #expect(cluster.told == [])
    }

    /// Columns of few values and of wide integers; some values come late, at one rank only; a copy goes its own way.
    @Test(arguments: [[1, 1], [1, 3, 1]])
    func columnSums(processors: [Int]) throws {
        let cluster = try TestCluster(processors: processors)
        var generator = SplitMix(67)
        let count = 7001
        let rows = try residues(count, seed: 68)
        var scalars: [[Int64]] = (0..<12).map { column in
            (0..<count).map { _ in
                column < 4 ? Int64(generator.next() % 3) : Int64(bitPattern: generator.next()) >> Int64(column * 4)
            }
        }
        scalars[0][6000] = -70_000
        let bits = scalars.map { $0.reduce(0) { max($0, 64 - $1.magnitude.leadingZeroBitCount) } }
        func sums(_ executor: any Executor) throws -> [[UInt8]] {
            var sum = ColumnProductAccumulator(
                columnBits: bits.map { min($0, 63) }, modulus: modulus, expectedRows: count, signed: true,
                executor: executor)
            func add(_ range: Range<Int>, to sum: inout ColumnProductAccumulator) throws {
                try sum.add(variableTime: rows[range], signed: scalars.map { Array($0[range]) })
            }
            try add(0..<3000, to: &sum)
            var copy = sum
            try add(3000..<3001, to: &sum)
            try add(3001..<count, to: &sum)
            try add(6500..<count, to: &copy)
            return [sum.finish(), sum.finish(), copy.finish()].map { $0.bigEndianBytes() }
        }
        #expect(try sums(cluster.executor) == sums(local))
        #expect(cluster.executor.messages > 0)
        #expect(cluster.told == [])
        // A row that is no unit is named, whichever rank would have it.
        var sum = ColumnProductAccumulator(
            columnBits: bits.map { min($0, 63) }, modulus: modulus, expectedRows: count, signed: true,
            executor: cluster.executor)
        var bad = rows[0..<3000].values()
        bad = try LimbVector(bad.bigInts().enumerated().map { $0 == 2990 ? 0 : $1 }, bits: modulus.bitWidth)
        #expect(throws: BignumError.notInvertible(index: 2990)) {
            try sum.add(
                variableTime: ResidueVector(bad, modulus: modulus), signed: scalars.map { Array($0[0..<3000]) })
        }
    }

    /// What can be computed again is; a sum whose rows are lost is 0, which no peer takes.
    @Test func lostRank() throws {
        // Message 0 is the greeting, 1 the report, 2 the first answer.
        let cluster = try TestCluster(processors: [1, 1], patience: 1) { message, number in
            number < 3 ? message : nil
        }
        let bases = try residues(800, seed: 69)
        let exponents = exponents(800, bits: 500, seed: 70)
        let expected = local.powers(of: bases, exponents, shared: false, secret: true).bigEndianBytes()
        func powers() -> [UInt8] {
            cluster.executor.powers(of: bases, exponents, shared: false, secret: true).bigEndianBytes()
        }
        #expect(powers() == expected)
        #expect(cluster.told == [])
        let profiles = Array(repeating: ColumnProfile.integers(bits: 60), count: 4)
        var sum = ColumnProductAccumulator(
            profiles: profiles, modulus: modulus, expectedRows: 8000, executor: cluster.executor)
        try sum.add(variableTime: bases, signed: profiles.map { _ in Array(repeating: 1 << 59, count: 800) })
        #expect(powers() == expected)
        let lost = ClusterFailure(rank: 1, ranks: 2, cause: .silent(seconds: 1))
        #expect(cluster.told == [lost])
        #expect(cluster.executor.failure == lost)
        #expect(sum.finish().values().bigInts() == [0, 0, 0, 0])
        // Nothing more is asked, and nobody is told twice.
        #expect(powers() == expected)
        #expect(cluster.told == [lost])
        #expect(!cluster.executor.stop())
    }

    @Test func changedMessage() throws {
        let cluster = try TestCluster(processors: [1, 1]) { message, number in
            guard number == 2 else { return message }
            var changed = message
            changed[changed.count - 20] ^= 1
            return changed
        }
        let bases = try residues(800, seed: 71)
        let exponents = exponents(800, bits: 500, seed: 72)
        #expect(
            cluster.executor.powers(of: bases, exponents, shared: false, secret: true).bigEndianBytes()
                == local.powers(of: bases, exponents, shared: false, secret: true).bigEndianBytes())
        #expect(cluster.told == [ClusterFailure(rank: 1, ranks: 2, cause: .notAuthentic)])
    }

    @Test func unfitRanks() throws {
        func refused(_ cause: LinkError, _ make: () throws(ClusterFailure) -> TestCluster) {
            #expect(throws: ClusterFailure(rank: 1, ranks: 2, cause: cause)) { try make() }
        }
        refused(.key(.openToOthers)) { () throws(ClusterFailure) in
            try TestCluster(processors: [1, 1], workerKey: .failure(.openToOthers))
        }
        refused(.notAuthentic) { () throws(ClusterFailure) in
            try TestCluster(processors: [1, 1], workerKey: .success(TestCluster.otherKey))
        }
        refused(.otherVersion("2")) { () throws(ClusterFailure) in
            try TestCluster(processors: [1, 1], version: "2")
        }
        refused(.malformed("no greeting")) { () throws(ClusterFailure) in
            try TestCluster(processors: [1, 1]) { message, _ in message.dropLast() }
        }
    }

    /// What held scalars holds none; a copy that somebody made before keeps them.
    @Test func wipedScalars() {
        var scalars: [Int64] = [1, -200, 1 << 40]
        let copy = scalars
        scalars.wipe()
        #expect(scalars == [0, 0, 0] && copy == [1, -200, 1 << 40])
        var none: [UInt8] = []
        none.wipe()
        #expect(none.isEmpty)
    }

    /// Every request that is cut short, or has a byte too many, is refused; a number out of range is too.
    @Test func malformedRequests() throws {
        let few = try residues(3, seed: 73)
        let requests: [Request] = [
            .powers(bases: few, exponents: exponents(3, bits: 70, seed: 74), shared: false, secret: true),
            .openTable(id: 1, bases: few, digitBits: 4, factor: few[0..<1]),
            .openSums(id: 2, profiles: [.integers(bits: 7), .values([-1, 300])], modulus: modulus, expectedRows: 9),
            .addRows(id: 2, rows: few, scalars: SecretScalars([[1, -200, 1 << 40], [0, 0, 0]])),
            .finishSums(id: 2), .stop,
        ]
        func read(_ data: Data) throws(LinkError) -> Request { try Request(PacketReader(data)) }
        for request in requests {
            let whole = request.encoded().finish()
            let again = try read(whole).encoded().finish()
            #expect(again == whole)
            for bytes in Set([0, 1, 2, whole.count / 2, whole.count - 1]) where bytes < whole.count {
                #expect(throws: LinkError.self) { try read(whole.prefix(bytes)) }
            }
            #expect(throws: LinkError.malformed("1 bytes left over")) { try read(whole + [0]) }
        }
        #expect(throws: LinkError.malformed("another number of exponents")) {
            try read(
                Request.powers(bases: few, exponents: exponents(2, bits: 70, seed: 75), shared: false, secret: true)
                    .encoded().finish())
        }
        var packet = PacketWriter(reserving: 64)
        packet.write(few.values())
        let written = packet.finish()
        let smaller = try Modulus(modulus.value - 2)
        var high = PacketWriter(reserving: 64)
        high.write(try LimbVector([modulus.value - 1], bits: modulus.bitWidth))
        let beyond = high.finish()
        #expect(throws: LinkError.malformed("a residue out of range")) {
            try PacketReader(beyond).readResidues(smaller)
        }
        #expect(try PacketReader(written).readResidues(modulus).bigEndianBytes() == few.bigEndianBytes())
    }

    @Test func keyFiles() throws {
        let folder = try TemporaryFolder()
        func write(_ text: [UInt8], mode: Int) throws -> String {
            let path = "\(folder.path)/key-\(mode)-\(text.count)"
            try #require(
                FileManager.default.createFile(
                    atPath: path, contents: Data(text), attributes: [.posixPermissions: mode]))
            return path
        }
        let text = ClusterKey.newFile()
        #expect(text != ClusterKey.newFile())
        _ = try ClusterKey(readingFile: write(text, mode: 0o600))
        #expect(throws: KeyProblem.openToOthers) { try ClusterKey(readingFile: write(text, mode: 0o640)) }
        let other = geteuid() + 1
        #expect(throws: KeyProblem.ofAnotherUser) {
            try ClusterKey(readingFile: write(text, mode: 0o600), as: other)
        }
        #expect(throws: KeyProblem.malformed) { try ClusterKey(readingFile: write(text.dropLast(), mode: 0o600)) }
        #expect(throws: KeyProblem.missing) { try ClusterKey(readingFile: "\(folder.path)/none") }
        #expect(throws: KeyProblem.notNamed) { try ClusterKey(readingFile: nil) }
    }
}
