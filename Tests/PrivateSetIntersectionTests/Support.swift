import Bignum
import Foundation
import TestSupport
import Testing
import Wire

@testable import Paillier
@testable import PrivateSetIntersection

/// Keys too small for use, and a group to match.
enum Small {
    /// One slot a plaintext.
    static let keyBits = 640
    /// Two slots a plaintext.
    static let widerKeyBits = 1280
    static let settings = AlignmentSettings(keyBits: keyBits)
    static func settings(_ role: AlignmentRole) -> AlignmentSettings {
        AlignmentSettings(keyBits: keyBits, role: role)
    }
    static let hashes = AlignmentHashes(sessionID: [UInt8](repeating: 3, count: 32))

    static func key(bits: Int = keyBits) throws -> PrivateKey {
        try bits == keyBits ? madeKey.get() : madeWiderKey.get()
    }

    static func group() throws -> AlignmentGroup { try madeGroup.get() }

    static func parameters(bits: Int = keyBits) throws -> AlignmentParameters {
        AlignmentParameters(group: try group(), key: try key(bits: bits))
    }

    private static let madeKey = Result {
        var generator = SplitMix(7)
        return try PrivateKey.generateUnchecked(bits: keyBits, using: &generator)
    }

    private static let madeWiderKey = Result {
        var generator = SplitMix(8)
        return try PrivateKey.generateUnchecked(bits: widerKeyBits, using: &generator)
    }

    /// P = 2 q m + 1 of 640 bits with the published q: the first such prime that a seeded search meets.
    private static let madeGroup = Result {
        let q = try AlignmentGroup(keyBits: 2048).order.value
        var generator = SplitMix(11)
        while true {
            let m = BigInt.random(bits: 382, using: &generator) + (BigInt(1) << 382)
            let p = 2 * q * m + 1
            if p.isProbablePrime() {
                let g = try BigInt(4).pow(m, modulo: p)
                return try AlignmentGroup(order: q, modulus: p, generator: g)
            }
        }
    }
}

/// Two parties that know each other, in one process.
struct Parties {
    let hospital: Session
    let lab: Session

    static func connect(
        capacity: Int = 16, plan: ProtocolPlan? = nil,
        recordingAtHospital recorder: MemoryRecorder = MemoryRecorder(keepsPayloads: false)
    ) async throws -> Parties {
        let limits = SessionLimits(wait: .seconds(600), handshake: .seconds(300), farewell: .milliseconds(500))
        let pair = try await Sides(
            roles: ("hospital", "lab"), protocols: [.alignment], plan: plan, limits: limits, recorderA: recorder,
            recorderB: MemoryRecorder(keepsPayloads: false)
        ).opened(capacity: capacity)
        return Parties(hospital: pair.a, lab: pair.b)
    }
}

/// What the two sides of one run came to.
struct Outcome<Value: Sendable>: Sendable {
    let hospital: Result<Value, any Error>
    let lab: Result<Value, any Error>
}

/// Runs both sides to their ends.
func both<Value: Sendable>(
    capacity: Int = 16, plan: ProtocolPlan? = nil, hospital: @escaping @Sendable (Session) async throws -> Value,
    lab: @escaping @Sendable (Session) async throws -> Value
) async throws -> Outcome<Value> {
    let parties = try await Parties.connect(capacity: capacity, plan: plan)
    async let a = result { try await parties.hospital.run { try await hospital($0) } }
    async let b = result { try await parties.lab.run { try await lab($0) } }
    return Outcome(hospital: await a, lab: await b)
}

extension Result {
    var alignmentError: AlignmentError? {
        if case .failure(let error) = self { error as? AlignmentError } else { nil }
    }
}

/// Both sides of an alignment with small keys.
func align(
    _ hospital: [[UInt8]], _ lab: [[UInt8]], hospitalSettings: AlignmentSettings = Small.settings,
    labSettings: AlignmentSettings = Small.settings, capacity: Int = 16
) async throws -> Outcome<Intersection> {
    let parameters = try Small.parameters(bits: hospitalSettings.keyBits)
    return try await both(
        capacity: capacity,
        hospital: { try await Alignment.run(hospital, over: $0, settings: hospitalSettings, parameters: parameters) },
        lab: { try await Alignment.run(lab, over: $0, settings: labSettings, parameters: parameters) })
}

/// The same by either protocol.
func align(_ hospital: [[UInt8]], _ lab: [[UInt8]], by scheme: AlignmentScheme) async throws -> Outcome<Intersection> {
    switch scheme {
    case .paillierOPRF: try await align(hospital, lab)
    case .curve: try await alignOverCurve(hospital, lab)
    }
}

/// What inspectors read.
typealias InspectedMessage = (record: Record, payload: [UInt8])

/// Replaces the contents of the first message of a kind.
func edit(
    _ type: MessageType, _ change: @escaping (inout [UInt8]) throws -> Void
) -> (inout [InspectedMessage]) throws -> Void {
    { messages in
        let index = try #require(messages.firstIndex { $0.record.type == type })
        try change(&messages[index].payload)
    }
}

func identifiers(_ numbers: some Sequence<Int>) -> [[UInt8]] { numbers.map { Array("patient-\($0)".utf8) } }

/// A JSON file of `protocols/`.
func protocolFile(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: Repository.protocols(path)))
}

/// A field of a decoded JSON object.
func field<T>(_ object: Any, _ key: String) throws -> T {
    try #require((object as? [String: Any])?[key] as? T)
}

func number(_ object: Any, _ key: String) throws -> BigInt {
    try #require(BigInt(try field(object, key) as String, radix: 16))
}

func bytes(_ object: Any, _ key: String) throws -> [UInt8] {
    try #require(Hex.decode(try field(object, key) as String))
}
