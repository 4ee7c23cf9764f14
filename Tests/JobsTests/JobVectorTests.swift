import Foundation
import Jobs
import TestSupport
import Testing
import Wire

/// `protocols/vectors/job.json`: jobs with their encodings and hashes; jobs that must be refused, and where.
struct JobVectors: Codable, Equatable {
    struct Good: Codable, Equatable {
        let name: String
        let yaml: String
        let canonical: String
        let sha256: String
        /// What the hellos of sessions under the job name, by purpose.
        let sessions: [String: String]
    }

    struct BadYAML: Codable, Equatable {
        let name: String
        let yaml: String
        let path: String
        let line: Int
    }

    struct BadEncoding: Codable, Equatable {
        let name: String
        let canonical: String
    }

    let format: Int
    let good: [Good]
    let badYAML: [BadYAML]
    let badEncoding: [BadEncoding]
}

@Suite struct JobVectorTests {
    private var file: URL { Protocols.folder.appending(path: "vectors/job.json") }

    private static let goodJobs = [
        ("hospital and lab", Fixtures.trial), ("every field", Fixtures.full),
        ("guards loosened", Fixtures.wide("loosen: [budget, leverage]")),
        ("counts with exposure and case weights", Fixtures.counts),
        ("theta given", Fixtures.thetaGiven), ("described by arm", Fixtures.described),
        (
            "described with weights",
            Fixtures.described.replacing("label: cens", with: "label: cens\n    weights: w").replacing(
                "description]", with: "description, weighted-description]")
        ),
        (
            "described by the label",
            Fixtures.trial("label: cens", "label: cens\n    group: cens").replacing(
                "standard-errors]", with: "description]")
        ),
        ("times, entries and strata", Fixtures.survival), ("times alone", Fixtures.timesAlone),
        ("survival curve", Fixtures.curve), ("levels compared", Fixtures.groups),
        (
            "survival curves of strata, weights, offset, robust errors",
            Fixtures.curve.replacing(
                "    time: futime",
                with: "    time: futime\n    strata: ward\n    weights: iptw\n    offset: known"
            ).replacing("times: [", with: "mostStrata: 4, covariance: HC0, times: [")
        ),
        ("split by rows", RowJobTests.small), ("split by rows, every field", RowJobTests.full),
        ("a table of rows", RowJobTests.table), ("curves of rows", RowJobTests.curves),
        ("one baseline of rows", RowJobTests.grid), ("noise over rows", RowJobTests.noisy),
        ("aligned over a curve", Fixtures.trial + "\nalignment: {protocol: ecdh-p256}\n"),
    ]

    private static let badJobs = [
        ("unknown key", "table: counts", "tabel: counts"), ("path as table", "table: counts", "table: data/counts.csv"),
        ("two active parties", "role: passive", "role: active"), ("unknown family", "logistic", "cloglog"),
        ("label among the features", "label: cens", "label: age"), ("formula as column", "cd80", "'=cd80'"),
        ("unknown nonces", "family: logistic", "family: logistic\nkeys: {nonces: full}"),
        ("unknown alignment", "family: logistic", "family: logistic\nalignment: {protocol: ecdh-p384}"),
        ("not a number", "family: logistic", "family: logistic\n  l2: .inf"),
        ("theta of another family", "family: logistic", "family: logistic\n  theta: 2"),
        ("exposure without a log link", "label: cens", "label: cens\n    exposure: days"),
        ("an offset that is a feature", "label: cens", "label: cens\n    offset: age"),
        ("weights at the passive party", "table: counts", "table: counts\n    weights: w"),
        ("a group that nothing reveals", "label: cens", "label: cens\n    group: arm"),
        ("a group at the passive party", "table: counts", "table: counts\n    group: arm"),
        ("times of another family", "label: cens", "label: cens\n    time: days"),
        ("ties of another family", "family: logistic", "family: logistic\n  ties: efron"),
        ("no time", "family: logistic", "family: cox"),
        ("a survival curve of another family", "family: logistic", "family: logistic\n  times: [1, 2]"),
    ]

    private func made() throws -> JobVectors {
        let bytes = try Job(yaml: Fixtures.full).canonical
        func edited(_ old: String, _ new: String) -> String { Hex.encode(bytes).replacing(old, with: new) }
        var spoilt: [(String, String)] = [
            ("empty", ""), ("truncated", Hex.encode(bytes.dropLast())), ("extended", Hex.encode(bytes + [0])),
            (
                "future format",
                edited(Hex.encode("moiety job\n".utf8) + "0008", Hex.encode("moiety job\n".utf8) + "000a")
            ),
            (
                "past format",
                edited(Hex.encode("moiety job\n".utf8) + "0008", Hex.encode("moiety job\n".utf8) + "0007")
            ),
            // 12 passes, HC1, no ties, no number of events, no time of a curve, no strata, no column compared, 2048 bits
            ("unknown covariance", edited("0000000c0300000000000800", "0000000c0400000000000800")),
            ("ties of another family", edited("0000000c0300000000000800", "0000000c030101000000000800")),
            ("events of another family", edited("0000000c0300000000000800", "0000000c030001000000090000000800")),
            ("strata of another family", edited("0000000c0300000000000800", "0000000c030000000102000800")),
            // 2048 bits, half, then the count of the reveal list
            ("unknown nonces", edited("08000200000004", "08000300000004")),
            // reveal: 1, 2, 4, 5 with its first two entries exchanged
            ("reveal list out of order", edited("0000000401020405", "0000000402010405")),
            // The end of that list, a hold-out, then ten parts for cross-validation.
            ("too many parts of the rows", edited("02040501" + "0a", "02040501" + "15")),
            ("unknown reveal item", edited("0000000401020405", "000000040102040e")),
            ("survival of another family", edited("0000000401020405", "000000040102040b")),
            ("a log-rank test of another family", edited("0000000401020405", "000000040102040c")),
            // 3, 6 and 7 are never used again.
            ("reveal item 3", edited("0000000401020405", "0000000401020304")),
            ("reveal item 6", edited("0000000401020405", "0000000401020406")),
            ("reveal item 7", edited("0000000401020405", "0000000401020407")),
            ("negative zero", edited("0000000000000000", "8000000000000000")),
            ("white space around a name", edited(Hex.encode("smoker".utf8), Hex.encode(" moker".utf8))),
        ]
        // 20 passes, classical, breslow, 150 events
        let survival = Hex.encode(try Job(yaml: Fixtures.survival).canonical)
        let end = "00000014" + "01" + "0102" + "0100000096"
        spoilt += [
            ("unknown ties", survival.replacing(end, with: "00000014" + "01" + "0103" + "0100000096")),
            ("no ties", survival.replacing(end, with: "00000014" + "01" + "00" + "0100000096")),
            ("no event at most", survival.replacing(end, with: "00000014" + "01" + "0102" + "0100000000")),
            (
                "no time", survival.replacing("01" + "00000006" + Hex.encode("futime".utf8), with: "00")
            ),
        ]
        // 20 passes, classical, efron, no number of events, three times
        let curve = Hex.encode(try Job(yaml: Fixtures.curve).canonical)
        func times(_ times: [Double]) -> String {
            let count = Hex.encode([UInt8(times.count)])
            let bits = times.map { time in
                Hex.encode((0..<8).map { UInt8(truncatingIfNeeded: time.bitPattern >> UInt64(56 - 8 * $0)) })
            }
            return "00000014" + "01" + "0101" + "00" + count + bits.joined()
        }
        let declared = times([365, 730, 1095.5])
        spoilt += [
            ("times of a curve out of order", curve.replacing(declared, with: times([730, 365, 1095.5]))),
            ("a time of a curve twice", curve.replacing(declared, with: times([365, 365, 1095.5]))),
            ("a time of a curve at 0", curve.replacing(declared, with: times([0, 730, 1095.5]))),
            ("a time of a curve below 0", curve.replacing(declared, with: times([-1, 730, 1095.5]))),
            ("an infinite time of a curve", curve.replacing(declared, with: times([365, 730, .infinity]))),
            ("more times of a curve than 50", curve.replacing(declared, with: times((1...51).map(Double.init)))),
            ("a curve without times", curve.replacing(declared, with: times([]))),
            // coefficients, standard-errors, survival
            ("times of a curve that is not revealed", curve.replacing("0000000301020b", with: "000000020102")),
            (
                "times of a curve with strata",
                curve.replacing(
                    Hex.encode("futime".utf8) + "0000", with: Hex.encode("futime".utf8) + "000100000001" + "77")
            ),
        ]
        let groups = Hex.encode(try Job(yaml: Fixtures.groups).canonical)
        let stage = "01" + "00000005" + Hex.encode("stage".utf8)
        func named(_ column: String) -> String {
            groups.replacing(
                stage + "0c00",
                with: "01" + "0000000" + String(column.utf8.count, radix: 16) + Hex.encode(column.utf8) + "0c00")
        }
        spoilt += [
            ("levels of a numeric column compared", named("age")), ("levels of no feature compared", named("nobody")),
            ("no column for a test that is revealed", groups.replacing(stage + "0c00", with: "00" + "0c00")),
            ("a column that nothing reveals", groups.replacing("0000000401020c0d", with: "0000000301020b")),
        ]
        return JobVectors(
            format: Int(Job.formatVersion),
            good: try Self.goodJobs.map { name, yaml in
                let job = try Job(yaml: yaml)
                let sessions = ["fit", "alignment", "count", "describe", "prediction"].map { SessionPurpose($0) }.map {
                    ($0.rawValue, $0.hash(of: job.hash).hex)
                }
                return .init(
                    name: name, yaml: yaml, canonical: Hex.encode(job.canonical), sha256: job.hash.hex,
                    sessions: Dictionary(uniqueKeysWithValues: sessions))
            },
            badYAML: Self.badJobs.map { name, old, new in
                let yaml = Fixtures.trial(old, new)
                let problem = Fixtures.problems(yaml).first
                return .init(name: name, yaml: yaml, path: problem?.path ?? "", line: problem?.line ?? 0)
            }, badEncoding: spoilt.map { .init(name: $0.0, canonical: $0.1) })
    }

    private func stored() throws -> JobVectors {
        if Protocols.isWritten {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try (encoder.encode(try made()) + Data("\n".utf8)).write(to: file, options: .atomic)
        }
        return try JSONDecoder().decode(JobVectors.self, from: Data(contentsOf: file))
    }

    @Test func programAgreesWithTheVectors() throws {
        let vectors = try stored()
        #expect(vectors == (try made()))
        for good in vectors.good {
            let job = try Job(yaml: good.yaml)
            #expect(Hex.encode(job.canonical) == good.canonical, "\(good.name)")
            #expect(Bytes32(hashing: job.canonical).hex == good.sha256, "\(good.name)")
            #expect(try Job(canonical: try #require(Hex.decode(good.canonical))) == job, "\(good.name)")
        }
        for bad in vectors.badYAML {
            let problem = try #require(Fixtures.problems(bad.yaml).first, "\(bad.name)")
            #expect(problem.path == bad.path && problem.line == bad.line, "\(bad.name)")
        }
        let honest = Set(vectors.good.map(\.canonical))
        for bad in vectors.badEncoding {
            #expect(!honest.contains(bad.canonical), "\(bad.name)")
            #expect(throws: DocumentError.self, "\(bad.name)") {
                try Job(canonical: try #require(Hex.decode(bad.canonical)))
            }
        }
    }
}
