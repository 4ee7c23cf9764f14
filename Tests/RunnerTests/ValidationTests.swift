import Foundation
import Records
import Site
import TestSupport
import Testing

@testable import Runner

/// Results beside a fit of the joined table by another program.
@Suite struct ValidationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let header = CoefficientColumns.header(hasRatios: false).joined(separator: ",")
    private static let own = """
        (Intercept),1.5,0.5,3.0,0.0027,0.5,2.5,hospital,0.1,NA
        age,-0.25,0.05,-5.0,0.0000006,-0.35,-0.15,hospital,-2.5,NA

        """
    private static let peers = """
        arm=low,2.0,0.4,5.0,0.0000006,1.2,2.8,lab,1.0,NA
        odd,NA,NA,NA,NA,NA,NA,lab,NA,left out: it follows from other columns

        """
    private static let tidy = """
        "term","estimate","std.error","statistic","p.value"
        "(Intercept)",1.50000001,0.50000001,3,0.0027
        "age",-0.2500000001,0.05,-5,5.7e-07
        "armlow",2,0.4,5,5.7e-07
        "odd",NA,NA,NA,NA

        """
    private static let glance = "nobs,r.squared,sigma,logLik,AIC\n377,0.5,54.1,-2040.25,NA\n"
    private static let ownGlance =
        "nobs,r.squared,sigma,logLik,AIC,vcov\n377,0.50001,54.1001,-2040.2501,4090,classical\n"

    private func merged(
        own: String = own, peers: String? = peers, ownGlance: String = ownGlance
    ) throws -> MergedCoefficients {
        try FileManager.default.createDirectory(atPath: folder.path("own"), withIntermediateDirectories: true)
        _ = try folder.write("own/coefficients.csv", "\(Self.header)\n\(own)")
        _ = try folder.write("own/glance.csv", ownGlance)
        var sources = [try CoefficientSource(folder.path("own"))]
        if let peers {
            sources.append(try CoefficientSource(folder.write("peer.csv", "\(Self.header)\n\(peers)")))
        }
        return try MergedCoefficients(sources)
    }

    private func validation(
        _ tidy: String = tidy, glance: String? = glance, of merged: MergedCoefficients
    ) throws -> Validation {
        let reference = try ReferenceFit(
            terms: folder.write("tidy.csv", tidy), whole: glance.map { try folder.write("glance.csv", $0) })
        return try Validation(merged, against: reference, Validation.Tolerances())
    }

    @Test func sameFit() throws {
        let found = try validation(of: merged())
        #expect(found.isEquivalent && found.terms.count == 3 && found.parties == ["hospital", "lab"])
        #expect(found.whole.map(\.measure) == ["nobs", "logLik", "sigma", "r.squared"])
        let age = found.terms[1]
        // A standard deviation of age is ten years here.
        #expect(abs(age.standardisedDifference - 1e-9) < 1e-12)
        #expect(abs((age.differenceInStandardErrors ?? 0) - 2e-9) < 1e-12)
        #expect(found.text.contains("EQUIVALENT: 3 terms and 4 numbers"))
        #expect(found.results.count == 3 && found.reference.count == 2)
        #expect(found.reference[0].sha256.count == 64)
        let file = String(decoding: try ResultFiles.json(found), as: UTF8.self)
        #expect(file.contains("\"isEquivalent\" : true") && file.contains("\"schemaVersion\" : 1"))
    }

    @Test(
        "A number that is farther off than it may be, by its kind",
        arguments: [
            ("1.50000001,0.50000001", "1.5002,0.5"), ("-0.2500000001,0.05,", "-0.2500000001,0.0501,"),
            ("0.4,5,5.7e-07", "0.4,5,0.002"),
        ])
    func far(_ old: String, _ new: String) throws {
        let tidy = Self.tidy.replacing(old, with: new)
        try #require(tidy != Self.tidy)
        let found = try validation(tidy, of: merged())
        #expect(!found.isEquivalent && found.terms.count { !$0.passes } == 1)
        #expect(found.text.contains("NOT EQUIVALENT: 1 number out of tolerance") && found.text.contains("FAR"))
    }

    @Test func estimateWithinItsStandardErrors() throws {
        // 2e-4 for a standard deviation, but 2^-12 of a standard error is 1.2e-3 here.
        let found = try validation(
            Self.tidy.replacing("-0.2500000001,0.05,", with: "-0.25002,0.5,"),
            of: merged(own: Self.own.replacing("0.05,-5.0", with: "0.5,-5.0")))
        #expect(found.isEquivalent)
    }

    @Test func wholeFitThatIsAnother() throws {
        let found = try validation(glance: Self.glance.replacing("-2040.25", with: "-2041.25"), of: merged())
        #expect(!found.isEquivalent && found.whole.first { !$0.passes }?.measure == "logLik")
    }

    @Test func termsOfOneSideOnly() throws {
        let more = try validation(Self.tidy + "\"bmi\",1,0.1,10,0\n", of: merged())
        #expect(!more.isEquivalent && more.withoutResult == ["bmi"])
        #expect(more.text.contains("the results have no estimate of: bmi"))
        let fewer = try validation(Self.tidy.replacing("\"age\",-0.25", with: "\"ages\",-0.25"), of: merged())
        #expect(!fewer.isEquivalent && fewer.withoutReference == ["age"] && fewer.withoutResult == ["ages"])
        // One party's own file has no more than its own terms.
        let alone = try validation(of: merged(peers: nil))
        #expect(alone.isEquivalent && alone.terms.count == 2 && alone.withoutResult.isEmpty)
        #expect(alone.notCompared == ["armlow"] && alone.text.contains("not compared: armlow"))
        // A column that only one of both left out.
        let kept = try validation(Self.tidy.replacing("\"odd\",NA", with: "\"odd\",3"), of: merged())
        #expect(!kept.isEquivalent && kept.withoutReference == ["odd"])
    }

    @Test(arguments: [
        ("term\nage\n", "notCoefficients", "estimate"), ("estimate\n1\n", "notCoefficients", "term"),
        ("term,estimate\nage,abc\n", "notNumeric", "row 2"), ("term,estimate\nage,0x1p3\n", "notNumeric", "row 2"),
        ("term,estimate\nage,1\nage,1\n", "termTwice", "row 3"), ("term,estimate\n,1\n", "emptyTerm", "row 2"),
        ("term,estimate\nage,NA\n", "notCoefficients", "no estimate"),
        ("term,estimate\nx,1\n", "nothingInCommon", "x is none of (Intercept), age"),
    ])
    func badReference(_ text: String, _ code: String, _ place: String) throws {
        let own = try merged()
        let refused = failure { _ = try validation(text, glance: nil, of: own) }
        #expect(refused?.code == code && refused?.status == .badData)
        #expect(refused?.message.contains(place) == true, "\(refused?.message ?? "")")
        #expect(refused?.hint != nil || code == "termTwice")
    }

    @Test func glanceOfManyRows() throws {
        let own = try merged()
        #expect(failure { _ = try validation(glance: "nobs\n1\n2\n", of: own) }?.code == "notGlance")
        #expect(failure { _ = try validation(glance: "nobs\nmany\n", of: own) }?.code == "notNumeric")
        // What says nothing must not pass for a comparison.
        let other = failure { _ = try validation(glance: "deviance,df.null\n1,2\n", of: own) }
        #expect(other?.code == "nothingInCommon" && other?.message.contains("glance.csv") == true)
        let some = try validation(glance: "nobs,deviance,df.null\n377,2,3\n", of: own)
        #expect(some.isEquivalent && some.notCompared == ["deviance", "df.null"])
        #expect(failure { _ = try ReferenceFit(terms: folder.path("none.csv"), whole: nil) }?.status == .noInput)
    }
}
