extension AlignmentTerms.Method {
    /// What it costs and assumes, in one sentence.
    public var meaning: String {
        switch self {
        case .paillierOPRF:
            "\(rawValue) takes 0.2 ms a pair of identifiers with AVX-512 IFMA and some 1 to 2.5 ms without, at 3072 bits twice that; it "
                + "rests on Paillier's assumption and k-CAA, and hides by statistics what the asking side has."
        case .ecdhP256:
            "\(rawValue) takes some 0.5 ms a pair of identifiers, with or without AVX-512; it rests on Diffie-Hellman problems on the curve "
                + "P-256 for both sides: whoever solves them, also from a kept transcript, can test guesses."
        }
    }

    /// The same for one screen.
    var brief: String {
        switch self {
        case .paillierOPRF: "\(rawValue): 0.2 to 5 ms, assumes Paillier, k-CAA."
        case .ecdhP256: "\(rawValue): 0.5 ms, assumes P-256."
        }
    }
}

extension AlignmentTerms {
    /// The job's own first.
    var methods: [Method] { [method] + Method.allCases.filter { $0 != method } }
}
