import Foundation
import GRPCTransport
import Runner
import Site
import TestSupport
import Testing

extension EndToEnd {
    /// A service among several peers, and what failed sessions leave.
    @Suite(.serialized) struct Services {
        /// A pinned peer that connects and says nothing keeps nobody else waiting.
        @Test(.stopsAHang)
        func aSlowPeerBlocksNobody() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let clinic = sites.scratch.path("clinic")
            let made = try await Program.run("init", "--name", "clinic", "--site", clinic, "--listen", "127.0.0.1:0")
            try #require(made.code == 0, "\(made.errors)")
            let added = try await Program.run(
                "peer", "add", try sites.scratch.write("clinic.txt", made.output), "--site", sites.site("hospital"),
                "--yes")
            try #require(added.code == 0, "\(added.errors)")
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"), "--once",
            ])
            let hospital = try SiteFolder(opening: sites.site("hospital"))
            let certificate = try SiteCertificate.load(
                certificatePath: hospital.certificateFile, keyPath: hospital.certificateKeyFile)
            let place = try NetworkAddress(address)
            let dialer = GRPCDialer(
                peerName: "hospital", host: place.host, port: place.port,
                identity: try SiteCertificate.load(
                    certificatePath: "\(clinic)/certificate.pem", keyPath: "\(clinic)/certificate.key"),
                pinned: [certificate.fingerprint], limits: TransportLimits(handshakeTimeout: .seconds(300)))
            try await dialer.withChannel(timeout: .seconds(600)) { _ in
                async let lab = Program.run(sites.command("lab") + ["--peer-address", address])
                // While the other one is there, and before the service has given it up.
                #expect(try await service.says("lab asks for job"))
                #expect(!service.errors.contains("error:"), "\(service.errors)")
                let ended = try await lab
                #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
            }
            #expect(await service.wait().code == 0)
        }

        /// A session that takes too long ends by name, and the service goes on.
        @Test(.stopsAHang)
        func aSessionHasADeadline() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let path = "\(sites.site("hospital"))/site.yaml"
            let settings = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("session: 86400", with: "session: 1")
            try Data(settings.utf8).write(to: URL(fileURLWithPath: path))
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            let lab = try await Program.run(sites.command("lab") + ["--peer-address", address])
            #expect(lab.code != 0)
            #expect(try await service.says("[sessionDeadline]"), "\(service.errors)")
            #expect(service.isRunning)
            service.send(SIGINT)
            _ = await service.wait()
        }

        /// The oldest goes first, and evidence of two signed logs last, its oldest after all others.
        @Test func failedSessionsAreBounded() async throws {
            let sites = try await Small.sites()
            let path = "\(sites.site("lab"))/site.yaml"
            let settings = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("  sessions: 50", with: "  sessions: 3").replacing("megabytes: 2000", with: "megabytes: 1")
            try Data(settings.utf8).write(to: URL(fileURLWithPath: path))
            let site = try SiteFolder(opening: sites.site("lab"))
            let failed = "\(site.path)/failed"
            var kept = 0
            func fail(equivocation: Bool = false, bytes: Int = 10) throws -> String? {
                let staged = sites.scratch.path("staged-\(kept)")
                kept += 1
                try FileManager.default.createDirectory(
                    atPath: "\(staged)/equivocation", withIntermediateDirectories: true)
                try Data(repeating: 1, count: bytes).write(to: URL(fileURLWithPath: "\(staged)/parties.bin"))
                if equivocation {
                    try Data([1]).write(to: URL(fileURLWithPath: "\(staged)/equivocation/1-1.txt"))
                }
                let name = try #require(
                    try FailedSessions(at: site).keep(staged, of: String(repeating: "1", count: 64)))
                // The names have whole seconds: older ones are renamed, so that their order is known.
                guard let path = name.path else { return nil }
                let place = "\(failed)/2026010100000\(kept)"
                try FileManager.default.moveItem(atPath: "\(site.path)/\(path)", toPath: place)
                return String(place.split(separator: "/").last ?? "")
            }
            func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: failed).sorted() }
            let first = try #require(try fail())
            let proof = try #require(try fail(equivocation: true))
            let second = try #require(try fail())
            #expect(try names() == [first, proof, second].sorted())
            let later = try #require(try fail(equivocation: true))
            #expect(try names() == [proof, second, later].sorted())
            let last = try #require(try fail())
            #expect(try names() == [proof, later, last].sorted())
            // Where only proofs are left to go, what has just come goes, and of proofs the newest.
            #expect(try fail(bytes: 1_000_000) == nil)
            #expect(try names() == [proof, later].sorted())
            let third = try #require(try fail(equivocation: true))
            #expect(try fail(equivocation: true) == nil)
            #expect(try names() == [proof, later, third].sorted())
        }

        /// A peer that dials again does not have removed what it did in its last try.
        @Test func aTryThatCameToNothingIsKept() async throws {
            let sites = try await Small.sites()
            let site = try SiteFolder(opening: sites.site("lab"))
            let folder = sites.scratch.path("transcripts/hospital")
            let job = String(repeating: "2", count: 64)
            func stage(_ file: String) throws {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data("said".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
            }
            func names() -> [String] {
                ((try? FileManager.default.contentsOfDirectory(atPath: "\(site.path)/failed")) ?? []).sorted()
            }
            try FailedSessions(at: site).clear(folder, of: job)
            // No session was opened.
            try stage("seed")
            try FailedSessions(at: site).clear(folder, of: job)
            #expect(names().isEmpty && !FileManager.default.fileExists(atPath: folder))
            try stage("parties.bin")
            try FailedSessions(at: site).clear(folder, of: job)
            #expect(!FileManager.default.fileExists(atPath: folder))
            let kept = try #require(names().first)
            let said = try String(contentsOfFile: "\(site.path)/failed/\(kept)/parties.bin", encoding: .utf8)
            #expect(names().count == 1 && said == "said")
        }
    }
}
