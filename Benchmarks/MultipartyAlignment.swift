import Bignum
import Foundation
import PrivateSetIntersection
import Wire

/// Whole alignments of several parties in this process, each pair over an in-process channel: keys and proofs included.
///
/// Sizes are those of `MOIETY_PARTIES` ("3x10000,8x10000": parties, then identifiers of each); three parties with 10^4 by
/// default. Half of every set is common.
let multipartyAlignment = Topic(name: "multiparty-alignment") { bits in
    print(
        pad("parties x size", 18) + pad("CPU s", 9) + pad("wall s", 9) + pad("products a row", 16)
            + pad("MiB by active", 15) + pad("MiB by a passive", 18) + "peak MiB")
    let text = ProcessInfo.processInfo.environment["MOIETY_PARTIES"] ?? "3x10000"
    for item in text.split(separator: ",") {
        let numbers = item.split(separator: "x").compactMap { Int($0) }
        guard numbers.count == 2 else { continue }
        try blocking { try await measure(parties: numbers[0], size: numbers[1], bits: bits) }
    }
}

private func measure(parties: Int, size: Int, bits: Int) async throws {
    let settings = try MultipartySettings(
        parties: (0..<parties).map { "site\($0)" }, active: 0, alignment: AlignmentSettings(keyBits: bits))
    let keys = settings.parties.map { _ in SigningKey() }
    var sessions = settings.parties.map { _ in [Int: Session]() }
    var channels = settings.parties.map { _ in [CountingChannel]() }
    for first in 0..<parties {
        for second in first + 1..<parties {
            let (left, right) = InProcessPeerChannel.pair()
            let (mine, theirs) = (CountingChannel(left), CountingChannel(right))
            let (one, other) = (settings.parties[first], settings.parties[second])
            async let opened = open(
                mine, one, keys[first], other, keys[second].publicKey, protocols: MultipartyAlignment.versions)
            sessions[second][first] = try await open(
                theirs, other, keys[second], one, keys[first].publicKey, protocols: MultipartyAlignment.versions)
            sessions[first][second] = try await opened
            channels[first].append(mine)
            channels[second].append(theirs)
        }
    }
    let (wall, processor) = (Date(), processorSeconds())
    let counter = ProductCount()
    let ready = sessions
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for own in 0..<parties {
            let set =
                (0..<size / 2).map { Array("person-\($0)".utf8) }
                + (0..<size - size / 2).map { Array("only-\(own)-\($0)".utf8) }
            group.addTask {
                try await MultipartyAlignment.run(set, over: ready[own], settings: settings, own: own)
                    .rowIndices.count
            }
        }
        return try await group.reduce(into: []) { $0.append($1) }
    }
    let seconds = processorSeconds() - processor
    let products = counter.stop()
    guard counts == [Int](repeating: size / 2, count: parties) else { throw WrongResult.intersection }
    let sent = channels.map { Double($0.reduce(0) { $0 + $1.bytes }) / 1_048_576 }
    print(
        pad("\(parties) x \(size)", 18) + pad(format(seconds), 9) + pad(format(-wall.timeIntervalSinceNow), 9)
            + pad(format(Double(products) / Double(size)), 16) + pad(format(sent[0]), 15) + pad(format(sent[1]), 18)
            + format(peakMemory()))
}
