import Foundation
import Records

/// About what a job will take: from sizes of messages and from measured times (`Benchmarks/README.md`), for planning a night or
/// an afternoon, and no more exact than that.
public struct JobEstimate: Sendable, Hashable, Codable {
    /// Bytes that all parties send together, from and to.
    public let leastBytes: Double
    public let mostBytes: Double
    /// By the clock, each party on two cores of such a processor.
    public let leastSeconds: Double
    public let mostSeconds: Double

    /// - Parameters:
    ///   - rows: common rows that are fitted.
    ///   - ownIdentifiers: usable ones of this site; the others are taken to have as many.
    ///   - relativeCost: of a modular product, at the others too, compared with one by AVX-512 IFMA.
    public init(_ job: Job, rows: Int, ownIdentifiers: Int, relativeCost: Double) {
        // Sizes grow with the bits of the key; products of limbs with their square, for digits as many with its cube.
        let width = Double(job.keys.bits) / 2048
        let work = width * width * relativeCost
        // Measured with nonces of half length; short ones spare three quarters of the owners' encryption, most of a pass.
        let encryption = job.keys.nonces == .short ? 0.7 : 1
        // protocols/alignment.md 2: ciphertexts of 3 or 5 slots one way, group elements and tags the other.
        let slots = Double((job.keys.bits - 1) / 611)
        let identifiers = Double(ownIdentifiers)
        let (alignment, aligning): (Double, Double)
        switch job.alignment.method {
        case .paillierOPRF:
            alignment = identifiers * (512 * width / slots + 256 * width + 32) + 2e6 * width
            aligning = (identifiers * 2.2e-4 + 3) * work
        case .ecdhP256:
            // protocols/alignment-ecdh.md 2: two points and two tags; four products on the curve, on any processor.
            (alignment, aligning) = (identifiers * 96, identifiers * 3.6e-4)
        }
        // A logistic fit sends some 25 to 80 kB a row at 2048 bits, a linear one a few. Each iteration of the inverse is two products of
        // matrices, 0.7 CPU s of both parties at 31 coefficients; a fit has some ten to eighty.
        let n = Double(rows)
        let parameters = Double(job.parameterCount)
        let iteration = 0.7 * pow(parameters / 31, 3)
        let products = 2e3 * parameters * (parameters / 6 + 1) * width
        var (least, most): (Double, Double)
        var fitting: (least: Double, most: Double)
        switch job.model.family {
        case .linear:
            let ciphertexts = (Double(job.parameterCount(of: job.active)) * 152 / Double(job.keys.bits)).rounded(.up)
            (least, most) = (
                n * 512 * width * ciphertexts + 3 * products, n * 512 * width * (ciphertexts + 3) + 40 * products
            )
            fitting = (
                (n * 3e-4 + 10 * iteration) * work, (n * (2e-3 + 3e-5 * parameters) + 30 * iteration) * work
            )
        default:
            (least, most) = (n * 25e3 * width + 5 * products, n * 80e3 * width + 160 * products)
            fitting = (
                (n * 2.5e-3 * encryption + 10 * iteration) * work,
                (n * (6e-3 + 5e-5 * parameters) * encryption + 80 * iteration) * work
            )
        }
        // Squares of residuals and their sums are about a pass and an information more.
        if job.model.covariance.isRobust {
            fitting.least += (n * 1e-3 * encryption + iteration) * work
            fitting.most += (n * (2e-3 + 3e-5 * parameters) * encryption + 2 * iteration) * work
            (least, most) = (least + n * 600 * width, most + n * 2e3 * width)
        }
        // A predictor, a loss and sums by parts are about a pass and an information more, and each part has nine products of a matrix with
        // a column, a thirtieth of two iterations each.
        if job.crossValidation > 0 {
            let parts = Double(job.crossValidation) * 9 / 60 * iteration
            fitting.least += (n * 5e-4 * encryption + parts) * work
            fitting.most += (n * (3e-3 + 3e-5 * parameters) * encryption + 3 * parts) * work
            (least, most) = (least + n * 2e3 * width, most + n * 15e3 * width)
        }
        // Of more than two parties each further one takes some six tenths of what two take, of all processors together, and about a fifth
        // by the clock at least (protocols/multiparty-training.md 8).
        let further = Double(job.parties.count - 2)
        leastBytes = alignment * 0.9 * (1 + further) + least * (1 + 0.1 * further)
        mostBytes = alignment * 1.2 * (1 + further) + most * (1 + 0.3 * further)
        leastSeconds = (aligning + fitting.least) / 2 * (1 + 0.2 * further)
        mostSeconds = (aligning + fitting.most) * (1 + 0.6 * further)
    }
}

extension JobEstimate: CustomStringConvertible {
    public var description: String {
        "\(Self.bytes(leastBytes)) to \(Self.bytes(mostBytes)) in all, "
            + "\(Self.time(leastSeconds)) to \(Self.time(mostSeconds)); measured on other machines, so a guess for this one"
    }

    private static func bytes(_ value: Double) -> String {
        switch value {
        case ..<1e6: "1 MB"
        case ..<1e9: "\(rounded(value / 1e6)) MB"
        default: "\(rounded(value / 1e9)) GB"
        }
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(rounded(max(1, seconds))) s"
        case ..<5400: "\(rounded(seconds / 60)) min"
        default: "\(rounded(seconds / 3600)) h"
        }
    }

    /// Two digits that mean something.
    private static func rounded(_ value: Double) -> String {
        guard value >= 1 else { return "1" }
        let unit = pow(10, max(0, floor(log10(value)) - 1))
        return "\(Int((value / unit).rounded() * unit))"
    }
}
