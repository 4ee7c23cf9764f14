import Foundation

/// Small facts about text that several files need.
enum Text {
    /// C0 controls, DEL and C1 controls.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// The Unicode property White_Space, spelled out so that no library's version decides (protocols/identifiers.md).
    static func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    static func isASCIISpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = bytes
        while let first = slice.first, isASCIISpace(first) { slice.removeFirst() }
        while let last = slice.last, isASCIISpace(last) { slice.removeLast() }
        return slice
    }

    /// A cell in the form of declared levels: Unicode NFC, no white space around.
    ///
    /// - Parameter cell: without ASCII space around.
    static func level(_ cell: ArraySlice<UInt8>) -> [UInt8] {
        if cell.allSatisfy({ $0 < 0x80 }) { return Array(cell) }
        let text = String(decoding: cell, as: UTF8.self).precomposedStringWithCanonicalMapping
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, isWhiteSpace(first) { scalars.removeFirst() }
        while let last = scalars.last, isWhiteSpace(last) { scalars.removeLast() }
        return Array(String(scalars).utf8)
    }

    static func lowercasedASCII(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// Whether a spreadsheet may run a text as a formula (CWE-1236).
    static func startsLikeFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return "=+-@".unicodeScalars.contains(first)
    }

    /// The candidate nearest to a misspelt name, if one is near: same but for case and outer spaces, or few edits away.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        func folded(_ text: String) -> [Character] { Array(text.lowercased().filter { !$0.isWhitespace }) }
        let wanted = folded(name)
        let ranked = candidates.map { (candidate: $0, distance: editDistance(wanted, folded($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }),
            best.distance <= (wanted.count < 3 ? 0 : max(1, wanted.count / 3))
        else {
            return nil
        }
        return best.candidate
    }

    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        var previous = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var current = [i + 1]
            for (j, right) in b.enumerated() {
                current.append(min(previous[j] + (left == right ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
