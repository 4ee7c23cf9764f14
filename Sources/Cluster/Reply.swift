package import Bignum

/// What another rank answers.
package enum Reply: Sendable {
    case residues(ResidueVector)
    case fault(WorkerFault)

    package func encoded() -> PacketWriter {
        switch self {
        case .residues(let residues):
            var packet = PacketWriter(reserving: 64 + residues.count * (residues.modulus.byteWidth + 8))
            packet.write(UInt8(0))
            packet.write(residues)
            return packet
        case .fault(let fault):
            var packet = PacketWriter(reserving: 8)
            packet.write(fault.rawValue)
            return packet
        }
    }

    /// Residues, as many as were asked for.
    ///
    /// - Throws: ``LinkError/refused(_:)``; ``LinkError/malformed(_:)``.
    package static func residues(
        _ packet: PacketReader, count: Int, modulus: Modulus
    ) throws(LinkError) -> ResidueVector {
        let word = try packet.readUInt8()
        guard word == 0 else {
            guard let fault = WorkerFault(rawValue: word) else { throw .malformed("an unknown fault") }
            try packet.finish()
            throw .refused(fault)
        }
        let residues = try packet.readResidues(modulus)
        guard residues.count == count else { throw .malformed("another number of results") }
        try packet.finish()
        return residues
    }
}

/// What a rank says of itself when it starts: what `moiety doctor --mpi` shows.
package struct RankReport: Sendable, Equatable {
    package let version: String
    package let arithmetic: ArithmeticPath
    /// Processors that it may use.
    package let processors: Int
    package let host: String

    package init(version: String, arithmetic: ArithmeticPath, processors: Int, host: String) {
        self.version = version
        self.arithmetic = arithmetic
        self.processors = processors
        self.host = host
    }

    /// How much it does in the time of the others: processors, as fast as their path of the arithmetic.
    var weight: Double { Double(processors) / arithmetic.relativeCost }

    func encoded() -> PacketWriter {
        var packet = PacketWriter(reserving: 1024)
        packet.write(version)
        packet.write(arithmetic.rawValue)
        packet.write(processors)
        packet.write(host)
        return packet
    }

    init(_ packet: PacketReader) throws(LinkError) {
        version = try packet.readString(most: 64)
        guard let path = ArithmeticPath(rawValue: try packet.readString(most: 16)) else {
            throw .malformed("an unknown path of the arithmetic")
        }
        arithmetic = path
        processors = try packet.readCount(most: 1 << 16)
        host = try packet.readString(most: 256)
        guard processors > 0 else { throw .malformed("no processor") }
        try packet.finish()
    }
}
