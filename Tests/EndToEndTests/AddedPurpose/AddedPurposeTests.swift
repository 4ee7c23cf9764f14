import Foundation
import Jobs
import ProtocolKit
import Runner
import Site
import TestSupport
import Testing
import Transcript

// Among the last: both its parties run in this process, where at first everything computes that does not wait.
extension EndToEnd.Services {
    /// A purpose that the program does not have: one value is enough to run it over TLS, to verify and to replay it, with every check that
    /// the program's own purposes have.
    @Suite(.serialized) struct AddedPurpose {
        private struct Silent: RunObserver {
            func progress(_ text: String) {}
            func warning(_ text: String) {}
            func sessionFailed(_ failure: Failure) {}
        }

        private let registry = SessionRegistry([FitProtocol(), SizesProtocol()])

        private func run(
            _ session: SizesProtocol, _ name: String, _ sites: TwoSites, at address: NetworkAddress? = nil,
            listening: @escaping @Sendable (NetworkAddress) -> Void = { _ in }
        ) async throws -> String {
            let site = try SiteFolder(opening: sites.site(name))
            let prepared = try PreparedJob(JobFile(reading: sites.job), for: session, at: site)
            let link = try PeerLink(
                prepared.job, site: site, observer: Silent(), peerAddress: address, onListening: listening)
            return try await SessionExecution(
                prepared, over: link, out: sites.results(name), observer: Silent()
            ).run(session).folder
        }

        private func both(_ lab: SizesProtocol, _ sites: TwoSites) async throws -> [Result<String, any Error>] {
            let (addresses, announce) = AsyncStream<NetworkAddress>.makeStream()
            async let hospital = result {
                try await run(SizesProtocol(), "hospital", sites, listening: { announce.yield($0) })
            }
            let address = try #require(await addresses.first { _ in true })
            let other = await result { try await run(lab, "lab", sites, at: address) }
            return [await hospital, other]
        }

        @Test(.stopsAHang)
        func itRunsVerifiesAndReplays() async throws {
            let sites = try await Small.sites(hospital: Small.hospital(80), lab: Small.lab(70))
            try await sites.approve()
            for folder in try await both(SizesProtocol(), sites) { _ = try folder.get() }

            let transcript = "\(sites.results("hospital"))/transcript"
            let files = try String(contentsOfFile: "\(sites.results("hospital"))/sizes.csv", encoding: .utf8)
            #expect(files == "party,rows\nown,80\npeer,70\n")
            var options = Verifier.Options(registry: registry)
            options.purpose = SizesProtocol().purpose
            let report = Verifier(folder: transcript, options: options)
                .verify(against: "\(sites.results("lab"))/transcript")
            #expect(report.verdict == .valid, "\(report.text)")
            #expect(report.summary?.counts == ["smaller": 70])
            #expect(report.text.hasSuffix("VALID (an exchange of sizes, no fit)\n"))
            let site = try SiteFolder(opening: sites.site("hospital"))
            let replayed = try await ReplayChecks(
                transcript, report, Silent(), protocols: [FitProtocol(), SizesProtocol()]
            ).replay(at: site)
            #expect(replayed.map(\.status) == [.passed, .passed, .passed], "\(replayed)")

            // A program without it takes the session for nothing that the job allows.
            let stranger = Verifier(folder: transcript, options: .init(registry: .moiety)).verify()
            #expect(stranger.failure?.error == "jobHashMismatch")
        }

        /// Its inspector runs live: the size is refused before it is answered.
        @Test(.stopsAHang)
        func itsInspectorRunsLive() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let ends = try await both(SizesProtocol(boast: 5), sites)
            for end in ends {
                guard case .failure(let error) = end else {
                    Issue.record("the session went on")
                    continue
                }
                #expect(Failure(describing: error).code.contains("wrongCount"), "\(error)")
            }
        }
    }
}
