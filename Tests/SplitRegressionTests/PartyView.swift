@testable import SplitRegression

/// An exchange that keeps what its party sees.
protocol ViewedExchange: ShareExchange {
    var view: PartyView { get }
    /// What the present results are computed from, and their scale.
    var shares: LastProduct { get set }
}

/// What one party of a fit sees, in order.
struct PartyView: Sendable {
    enum Item: Sendable {
        /// So many numbers under the other's key: of them it sees nothing.
        case ciphertexts(String, Int)
        /// What it decrypts of an answer, words below `2^bits`.
        case answer(String, [ShareWord], bits: Int)
        case window(own: UInt64, peer: UInt64, bits: Int)
        /// The other's bits of results that are this party's, and the results themselves modulo `2^(bits + cut)`: with own shares.
        case results([ShareWord], sent: [ShareWord], bits: [Int], whole: [ShareWord])
        case checkpoint

        /// What anybody could see: kind and size.
        var shape: String {
            switch self {
            case .ciphertexts(let name, let count): "\(name), \(count) ciphertexts"
            case .answer(let name, let words, let bits): "\(name), \(words.count) answers of \(bits) bits"
            case .window(_, _, let bits): "window of \(bits) bits"
            case .results(_, _, let bits, _): "results of \(bits) bits"
            case .checkpoint: "checkpoint"
            }
        }
    }

    var items: [Item] = []

    mutating func received(_ name: String, _ count: Int) { items.append(.ciphertexts(name, count)) }

    mutating func answered(_ name: String, _ words: [ShareWord], bits: Int = ShareWord.modulusBits) -> [ShareWord] {
        items.append(.answer(name, words, bits: bits))
        return words
    }

    mutating func answered(_ name: String, _ matrix: ShareMatrix) -> ShareMatrix {
        ShareMatrix(rows: matrix.rows, columns: matrix.columns, elements: answered(name, matrix.elements))
    }

    mutating func answered(_ name: String, _ numbers: [Int128], bits: Int) -> [Int128] {
        _ = answered(name, numbers.map { ShareWord($0) }, bits: bits)
        return numbers
    }

    var shapes: [String] { items.map(\.shape) }

    /// What both learn: the sums of windows.
    var digits: [UInt64] {
        items.compactMap {
            guard case .window(let own, let peer, let bits) = $0 else { return nil }
            return (own &+ peer) & ((1 << UInt64(bits)) - 1)
        }
    }

    /// What this party alone learns.
    var results: [[ShareWord]] {
        items.compactMap { if case .results(_, _, _, let whole) = $0 { whole } else { nil } }
    }

    /// Numbers that both learn by 3.7: the sums of what each sent, in units of their last bit.
    var joint: [[Double]] {
        items.compactMap {
            guard case .results(let peer, let sent, let bits, _) = $0, peer.count == sent.count else { return nil }
            return zip(zip(peer, sent), bits).map { (($0.0 &+ $0.1).signed($1)).asDouble + 1 }
        }
    }

    /// Numbers that are to be uniform in [0, 1): what it decrypts of answers, by its high bits.
    var answers: [Double] {
        items.flatMap { item -> [Double] in
            guard case .answer(_, let words, let bits) = item else { return [] }
            return words.map { Self.fraction($0, bits: bits) }
        }
    }

    /// What it decrypts of answers of a kind, message by message.
    func words(of kind: String) -> [(words: [ShareWord], bits: Int)] {
        items.compactMap {
            guard case .answer(kind, let words, let bits) = $0 else { return nil }
            return (words, bits)
        }
    }

    /// Kinds and counts of what carries numbers of rows, columns or events. Their widths follow from period and bounds, which all know.
    var counts: Set<String> {
        Set(
            items.compactMap {
                switch $0 {
                case .ciphertexts(let name, let count): "\(name), \(count) ciphertexts"
                case .answer(let name, let words, _): "\(name), \(words.count) answers"
                default: nil
                }
            })
    }

    /// The same of the other's windows of more than a bit, and of its bits of results.
    var openings: [Double] {
        items.flatMap { item -> [Double] in
            switch item {
            case .window(_, let peer, let bits) where bits > 1:
                [Self.fraction(ShareWord(low: peer, middle: 0, high: 0), bits: bits)]
            case .results(let words, _, let bits, _): zip(words, bits).map { Self.fraction($0, bits: $1) }
            default: []
            }
        }
    }

    static func fraction(_ word: ShareWord, bits: Int) -> Double {
        word.masked(bits).asDouble * Double(sign: .plus, exponent: -bits, significand: 1)
    }
}

extension PartyView {
    /// By what somebody could tell this view from another one: kinds, order and sizes of messages, digits that both learn, own results.
    /// Digits of coarse windows may differ by one unit, those of a last window (18 bits beyond a leading digit) by 2^-8 of themselves and
    /// results by 2^-10: so much do shares round.
    ///
    /// - Returns: nil where there is nothing.
    func tells(from other: PartyView) -> String? {
        guard shapes == other.shapes else { return "other messages" }
        for (a, b) in zip(items, other.items) {
            switch (a, b) {
            case (.window(let own, let peer, let bits), .window(let otherOwn, let otherPeer, _)):
                let (x, y) = (Self.digit(own &+ peer, bits), Self.digit(otherOwn &+ otherPeer, bits))
                if abs(x - y) > (bits > 16 ? max(1, abs(x) >> 8) : 1) { return "a digit of \(bits) bits: \(x), \(y)" }
            case (.results(_, _, _, let whole), .results(_, _, _, let otherWhole)):
                for (x, y) in zip(whole, otherWhole) {
                    let (number, difference) = (x.signed().asDouble, (x &- y).signed().asDouble)
                    if abs(difference) > 0x1p30 + abs(number) * 0x1p-10 { return "a result: \(number), \(difference)" }
                }
            default: break
            }
        }
        return nil
    }

    private static func digit(_ sum: UInt64, _ bits: Int) -> Int64 {
        let span: Int64 = 1 << Int64(bits)
        let value = Int64(sum & UInt64(span - 1))
        return value >= span / 2 ? value - span : value
    }
}

/// A party's share of the product that results were taken from, by what it put in and what it got.
struct LastProduct: Sendable {
    let isActive: Bool
    /// Below the unit of the results that are opened next.
    var cut = 0
    var common: [ShareWord] = []
    /// The point, where results are its coefficients as they are.
    var point: ShareMatrix?
    private var left = ShareMatrix(rows: 0, columns: 0)
    private var right = ShareMatrix(rows: 0, columns: 0)
    private var answers: [ShareMatrix] = []

    init(isActive: Bool) { self.isActive = isActive }

    mutating func own(_ left: ShareMatrix, _ answer: ShareMatrix) {
        self.left = left
        answers = answers.suffix(1) + [answer]
    }

    mutating func evaluate(_ right: ShareMatrix, _ answer: ShareMatrix) {
        self.right = right
        answers = answers.suffix(1) + [answer]
    }

    /// Own shares of `count` results that are this party's: of coefficients (a row times the point) or of a diagonal.
    private func own(_ count: Int) -> [ShareWord] {
        if let point {
            return (isActive ? 0..<count : point.rows - count..<point.rows).map { point[$0, 0] }
        }
        guard answers.count == 2, left.columns == right.rows else { return [] }
        let product = left &* right &+ answers[0] &+ answers[1]
        let words = zip(product.elements, common).map {
            LocalTruncation.share($0, shift: ShareMatrix.fractionBits, common: $1, isActive: isActive)
        }
        guard words.count == product.elements.count else { return [] }
        let p = right.rows
        if product.columns == 1 {
            guard count <= p + 1 else { return [] }
            return isActive
                ? (0..<count - 1).map { right[$0, 0] } + [words[0]] : (p - count..<p).map { right[$0, 0] }
        }
        guard count <= p, words.count == p * p else { return [] }
        return (isActive ? 0..<count : p - count..<p).map { words[$0 * p + $0] }
    }

    /// Results modulo `2^(bits + cut)`, from the other's bits.
    func whole(_ peer: [ShareWord], bits: [Int]) -> [ShareWord] {
        zip(zip(own(peer.count), peer), bits).map { ($0.0 &+ $0.1.shiftedLeft(cut)).masked($1 + cut) }
    }

    /// The other's bits, from results.
    func peer(_ whole: [ShareWord], bits: [Int]) -> [ShareWord] {
        zip(zip(own(whole.count), whole), bits).map {
            ($0.1 &- $0.0).masked($1 + cut).shiftedRight(cut).masked($1)
        }
    }
}
