package import Paillier

// What an alignment takes, counted from the sizes and chunks of its messages.
extension Workload {
    /// Both parties' work.
    ///
    /// - Parameters:
    ///   - sender: identifiers of the sender, in multiparty alignments those of a passive party.
    ///   - receiver: identifiers of the receiver.
    ///   - common: of both.
    /// - Throws: ``AlignmentError/unsupportedKeySize(bits:)``.
    package init(
        aligning scheme: AlignmentScheme, keyBits: Int, sender: Int, receiver: Int, common: Int
    ) throws(AlignmentError) {
        self.init()
        let tags = [sender, common].map { Chunking.tags($0).count }.reduce(0, +)
        send(messages: tags, payload: Double((sender + common) * AlignmentTag.width))
        send(messages: 8, payload: 400)
        roundTrips += 5
        switch scheme {
        case .curve: addCurve(sender: sender, receiver: receiver)
        case .paillierOPRF: try addFunction(keyBits: keyBits, sender: sender, receiver: receiver)
        }
    }

    /// A product with a point for each identifier of the sender, three for each of the receiver: asked, answered, unmasked (alignment-ecdh.md 3).
    private mutating func addCurve(sender: Int, receiver: Int) {
        points += Double(sender + 3 * receiver)
        let chunks = Chunking.elements(receiver).count
        send(messages: 2 * chunks, payload: Double(2 * receiver * Curve.width))
        roundTrips += 1
    }

    /// The pseudorandom function (alignment.md 5): questions in slots of the sender's plaintexts, with a proof for each chunk.
    private mutating func addFunction(keyBits: Int, sender: Int, receiver: Int) throws(AlignmentError) {
        let element = try AlignmentGroup(keyBits: keyBits).elementWidth
        let slots = BlindingSizes.slots(modulusBits: keyBits)
        let chunks = Chunking.identifiers(receiver, slots: slots).count
        let plaintexts = Double((receiver + slots - 1) / slots)
        let proven = Double(chunks * BlindingSizes.challengeRows)
        // With the proof that the function's key is short, about a key's.
        keys += 2
        var schedule = NonceSchedule()
        addMasks(
            (receiver + slots - 1) / slots + chunks * BlindingSizes.challengeRows, atOnce: BlindingSizes.challengeRows,
            &schedule)
        decryptions += plaintexts + proven
        transfers += plaintexts + proven
        // Powers of K by digits of eight bits.
        tables +=
            plaintexts * Double(slots * (BlindingSizes.coefficient + 7) / 8)
            + proven * Double(slots * (BlindingSizes.coefficientMask + 7) / 8)
        // A fixed base for each answer and each own identifier of the sender's, and one power of each answer.
        let digits = Double((BlindingSizes.order + 8) / 8)
        groupProducts += digits * Double(sender + receiver) + 1.28 * Double(BlindingSizes.order) * Double(receiver)
        let proof = slots * (BlindingSizes.coefficientMask + BlindingSizes.offsetMask) / 8
        send(
            messages: 2 * chunks + 4,
            payload: Double(receiver * element) + (plaintexts + proven) * Double(keyBits / 4)
                + proven * Double(proof) + Double(keyBits) * 90)
        roundTrips += 3
    }
}
