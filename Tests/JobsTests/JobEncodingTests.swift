import Jobs
import Testing
import Wire

@Suite struct JobEncodingTests {
    @Test(arguments: [Fixtures.trial, Fixtures.full, Fixtures.wide("loosen: [budget, leverage]"), JobTemplate.text()])
    func roundTrips(_ yaml: String) throws {
        let job = try Job(yaml: yaml)
        #expect(try Job(canonical: job.canonical) == job)
        #expect(Bytes32(hashing: job.canonical) == job.hash)
    }

    /// The same agreement in another order, quoting, style, with defaults written out and comments.
    @Test func writtenDifferentlyHashesTheSame() throws {
        let other = """
            # A comment
            reveal:
            - standard-errors
            model: {"family": 'logistic', maxPasses: 30, covariance: classical, l2: 0.0, tolerance: 1.0e-4}
            network: {listener: hospital}
            limits: {maximumSetSize: 1_000_000}
            alignment: {sender: auto}
            keys:
              bits: 3072
              nonces: short
            parties:
              - {name: lab, role: passive, table: counts, identifier: {columns: [USUBJID]}, features: [cd40, {column: cd80}]}
              - name: hospital
                features: [{column: age, type: numeric}, wtkg, hemo, homo, drugs, karnof, race, gender, symptom]
                identifier: {columns: USUBJID, normaliser: raw, duplicates: error}
                label: cens
                table: "visits"
                role: active
            title: >-
              CD4 and CD8 counts
              beside the clinic's columns
            moiety: "8"
            loosen: []
            """
        #expect(try Job(yaml: other).hash == Job(yaml: Fixtures.trial).hash)
    }

    @Test func composedAndDecomposedLettersHashTheSame() throws {
        let composed = try Job(yaml: Fixtures.trial("cd40", "caf\u{E9}"))
        let decomposed = try Job(yaml: Fixtures.trial("cd40", "cafe\u{301}"))
        #expect(composed.hash == decomposed.hash)
    }

    @Test(arguments: [
        ("cd40, cd80", "cd80, cd40"), ("cens", "censored"), ("USUBJID", "SUBJID"), ("logistic", "linear"),
        ("name: lab", "name: labs"), ("title: CD4", "title: CD5"), ("table: counts", "table: count"),
        ("reveal: [coefficients, standard-errors]", "reveal: []"),
        ("reveal: [coefficients, standard-errors]", "reveal: [standard-errors]\nholdout: hash"),
        ("reveal: [coefficients, standard-errors]", "reveal: [standard-errors]\nkeys: {bits: 2048}"),
        ("reveal: [coefficients, standard-errors]", "reveal: [standard-errors]\nkeys: {nonces: half}"),
    ])
    func anotherAgreementHashesOtherwise(_ old: String, _ new: String) throws {
        #expect(try Job(yaml: Fixtures.trial(old, new)).hash != Job(yaml: Fixtures.trial).hash)
    }

    @Test func truncatedExtendedAndForeignBytesAreRefused() throws {
        let bytes = try Job(yaml: Fixtures.full).canonical
        for count in 0..<bytes.count {
            #expect(throws: DocumentError.self) { try Job(canonical: Array(bytes[..<count])) }
        }
        #expect(throws: DocumentError.self) { try Job(canonical: bytes + [0]) }
        #expect(throws: DocumentError.self) { try Job(canonical: Array("moiety".utf8)) }
        #expect(throws: DocumentError.self) { try Job(canonical: Array(repeating: 0, count: 1 << 20)) }
    }

    /// Every changed byte is refused or is another job: no two encodings of one job.
    @Test func noByteIsRedundant() throws {
        let job = try Job(yaml: Fixtures.full)
        let bytes = job.canonical
        for place in bytes.indices {
            for change: UInt8 in [0x01, 0x20, 0x80] {
                var changed = bytes
                changed[place] ^= change
                if let other = try? Job(canonical: changed) {
                    #expect(other != job)
                    #expect(other.canonical == changed)
                }
            }
        }
    }
}
