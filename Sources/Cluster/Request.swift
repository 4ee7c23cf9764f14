package import Bignum

/// What rank 0 asks of another rank (`protocols/cluster.md`).
package enum Request: Sendable {
    /// Answered by residues: ``Executor/powers(of:_:shared:secret:)``.
    case powers(bases: ResidueVector, exponents: LimbVector, shared: Bool, secret: Bool)
    /// Answered by residues: ``Executor/productsOfPowers(of:secret:terms:sets:shift:)``.
    case productsOfPowers(bases: ResidueVector, exponents: LimbVector, terms: Int, sets: Int, shift: Int)
    case openTable(id: UInt32, bases: ResidueVector, digitBits: Int, factor: ResidueVector?)
    /// Answered by residues.
    case tablePowers(id: UInt32, exponents: LimbVector)
    case closeTable(id: UInt32)
    case openSums(id: UInt32, profiles: [ColumnProfile], modulus: Modulus, expectedRows: Int)
    /// Rows of a chunk with their scalars, a column each.
    case addRows(id: UInt32, rows: ResidueVector, scalars: SecretScalars)
    /// Answered by residues, one a column.
    case finishSums(id: UInt32)
    case closeSums(id: UInt32)
    /// Rank 0 is still there; not answered.
    case keepAlive
    /// The last one.
    case stop

    private enum Kind: UInt8 {
        case powers = 1
        case productsOfPowers, openTable, tablePowers, closeTable, openSums, addRows, finishSums, closeSums, stop,
            keepAlive
    }

    package func encoded() -> PacketWriter {
        switch self {
        case .powers(let bases, let exponents, let shared, let secret):
            var packet = Self.packet(.powers, bases, exponents)
            packet.write(shared)
            packet.write(secret)
            return packet
        case .productsOfPowers(let bases, let exponents, let terms, let sets, let shift):
            var packet = Self.packet(.productsOfPowers, bases, exponents)
            packet.write(terms)
            packet.write(sets)
            packet.write(shift)
            return packet
        case .openTable(let id, let bases, let digitBits, let factor):
            var packet = Self.packet(.openTable, bases, nil)
            packet.write(id)
            packet.write(UInt8(clamping: digitBits))
            packet.write(factor != nil)
            if let factor { packet.write(factor) }
            return packet
        case .tablePowers(let id, let exponents):
            var packet = Self.packet(.tablePowers, nil, exponents)
            packet.write(id)
            return packet
        case .closeTable(let id): return Self.packet(.closeTable, id)
        case .openSums(let id, let profiles, let modulus, let expectedRows):
            var packet = Self.packet(.openSums, id, reserving: 1024 + profiles.reduce(0) { $0 + $1.bytes })
            packet.write(modulus)
            packet.write(UInt64(clamping: expectedRows))
            packet.write(profiles.count)
            for profile in profiles { profile.write(to: &packet) }
            return packet
        case .addRows(let id, let rows, let scalars):
            let columns = scalars.columns
            var packet = Self.packet(.addRows, rows, nil, reserving: columns.count * (8 * rows.count + 16))
            packet.write(id)
            packet.write(columns.count)
            for column in columns { packet.write(column) }
            return packet
        case .finishSums(let id): return Self.packet(.finishSums, id)
        case .closeSums(let id): return Self.packet(.closeSums, id)
        case .keepAlive: return Self.packet(.keepAlive)
        case .stop: return Self.packet(.stop)
        }
    }

    private static func packet(_ kind: Kind, reserving bytes: Int = 0) -> PacketWriter {
        var packet = PacketWriter(reserving: 64 + bytes)
        packet.write(kind.rawValue)
        return packet
    }

    private static func packet(_ kind: Kind, _ id: UInt32, reserving bytes: Int = 0) -> PacketWriter {
        var packet = packet(kind, reserving: bytes)
        packet.write(id)
        return packet
    }

    /// Residues with their modulus, then exponents.
    private static func packet(
        _ kind: Kind, _ residues: ResidueVector?, _ exponents: LimbVector?, reserving bytes: Int = 0
    ) -> PacketWriter {
        let modulusBytes = (residues?.modulus.byteWidth ?? 0) + 8
        let all =
            bytes + modulusBytes * ((residues?.count ?? 0) + 2)
            + (exponents.map { $0.count * $0.bytesPerElement } ?? 0)
        var packet = packet(kind, reserving: 256 + all)
        if let residues {
            packet.write(residues.modulus)
            packet.write(residues)
        }
        if let exponents { packet.write(exponents) }
        return packet
    }

    /// - Throws: ``LinkError/malformed(_:)``.
    package init(_ packet: PacketReader) throws(LinkError) {
        guard let kind = Kind(rawValue: try packet.readUInt8()) else { throw .malformed("an unknown request") }
        switch kind {
        case .powers:
            let bases = try Self.readResidues(packet)
            let exponents = try packet.readVector()
            let (shared, secret) = (try packet.readBool(), try packet.readBool())
            guard exponents.count == (shared ? 1 : bases.count), shared || secret else {
                throw .malformed("another number of exponents")
            }
            self = .powers(bases: bases, exponents: exponents, shared: shared, secret: secret)
        case .productsOfPowers:
            let bases = try Self.readResidues(packet)
            let exponents = try packet.readVector()
            let terms = try packet.readCount()
            let sets = try packet.readCount(most: 1 << 16)
            let shift = try packet.readCount(most: 1 << 20)
            guard terms > 0, sets > 0, bases.count % terms == 0, exponents.count == bases.count * sets,
                sets == 1 || shift >= exponents.bits
            else { throw .malformed("another number of exponents") }
            self = .productsOfPowers(bases: bases, exponents: exponents, terms: terms, sets: sets, shift: shift)
        case .openTable:
            let bases = try Self.readResidues(packet)
            let id = try packet.readUInt32()
            let digitBits = Int(try packet.readUInt8())
            let factor = try packet.readBool() ? try packet.readResidues(bases.modulus) : nil
            guard (1...12).contains(digitBits), factor == nil || (factor?.count == 1 && bases.count > 0) else {
                throw .malformed("no table")
            }
            self = .openTable(id: id, bases: bases, digitBits: digitBits, factor: factor)
        case .tablePowers:
            let exponents = try packet.readVector()
            self = .tablePowers(id: try packet.readUInt32(), exponents: exponents)
        case .closeTable: self = .closeTable(id: try packet.readUInt32())
        case .openSums:
            let id = try packet.readUInt32()
            let modulus = try packet.readModulus()
            let rows = try packet.readUInt64()
            guard rows <= 1 << 40 else { throw .malformed("too many rows") }
            var profiles: [ColumnProfile] = []
            for _ in 0..<(try packet.readCount(bytes: 2)) { profiles.append(try ColumnProfile(packet)) }
            self = .openSums(id: id, profiles: profiles, modulus: modulus, expectedRows: Int(rows))
        case .addRows:
            let rows = try Self.readResidues(packet)
            let id = try packet.readUInt32()
            var scalars: [[Int64]] = []
            for _ in 0..<(try packet.readCount(bytes: 5)) {
                let column = try packet.readScalars()
                guard column.count == rows.count else { throw .malformed("another number of scalars") }
                scalars.append(column)
            }
            self = .addRows(id: id, rows: rows, scalars: SecretScalars(scalars))
        case .finishSums: self = .finishSums(id: try packet.readUInt32())
        case .closeSums: self = .closeSums(id: try packet.readUInt32())
        case .keepAlive: self = .keepAlive
        case .stop: self = .stop
        }
        try packet.finish()
    }

    private static func readResidues(_ packet: PacketReader) throws(LinkError) -> ResidueVector {
        try packet.readResidues(try packet.readModulus())
    }
}

extension ColumnProfile {
    fileprivate var bytes: Int {
        switch self {
        case .integers: 2
        case .values(let values): 8 * values.count + 8
        }
    }

    fileprivate func write(to packet: inout PacketWriter) {
        switch self {
        case .integers(let bits):
            packet.write(UInt8(0))
            packet.write(UInt8(clamping: bits))
        case .values(let values):
            packet.write(UInt8(1))
            packet.write(values)
        }
    }

    fileprivate init(_ packet: PacketReader) throws(LinkError) {
        switch try packet.readUInt8() {
        case 0:
            let bits = Int(try packet.readUInt8())
            guard bits <= 63 else { throw .malformed("a column of \(bits) bits") }
            self = .integers(bits: bits)
        case 1:
            let values = try packet.readScalars()
            // Differences of values are exponents.
            guard values.count <= 64, Set(values).count == values.count,
                !(values.max() ?? 0).subtractingReportingOverflow(values.min() ?? 0).overflow
            else { throw .malformed("values of a column") }
            self = .values(values)
        default: throw .malformed("an unknown profile")
        }
    }
}
