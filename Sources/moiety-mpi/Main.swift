#if MPI
    import Bignum
    import Cluster
    import Commands
    import Crypto
    import Foundation
    import Records
    import Runner
    import Site
    import Synchronization

    #if canImport(Glibc)
        import Glibc
    #endif

    /// `moiety` on the ranks of a cluster. Rank 0 is the party: it alone reads jobs and files and talks to peers. The others compute.
    @main
    enum Main {
        static func main() async {
            do {
                let options = try ClusterOptions(Array(CommandLine.arguments.dropFirst()))
                if options.arguments.first == "key" { return try makeKey(options.arguments) }
                let world = try MPIWorld()
                if world.rank > 0 { return serve(world, options) }
                await lead(world, options)
            } catch let failure as Failure {
                end(failure)
            } catch {
                end(Failure(.internalError, "mpi", "MPI cannot be started: \(error)"))
            }
        }

        private static func report() -> RankReport {
            RankReport(
                version: build, arithmetic: .current, processors: Processors.available,
                host: ProcessInfo.processInfo.hostName)
        }

        /// The release and the start of the program's SHA-256: ranks of two builds may cut work in different ways.
        private static let build: String = {
            guard let program = FileHandle(forReadingAtPath: "/proc/self/exe") else { return Release.version }
            var hash = SHA256()
            while let part = try? program.read(upToCount: 1 << 20), !part.isEmpty { hash.update(data: part) }
            return
                "\(Release.version) \(hash.finalize().prefix(6).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())"
        }()

        // MARK: Rank 0

        private static func lead(_ world: MPIWorld, _ options: ClusterOptions) async {
            var reports = [report()]
            if world.ranks > 1 {
                do {
                    if options.arguments.first == "demo" {
                        throw Failure(.usage, "notOnACluster", "the demo starts processes of its own: use moiety demo")
                    }
                    let executor = try connect(world, options)
                    reports = executor.reports
                    Execution.use(executor)
                    leading.withLock { $0 = executor }
                    Thread.detachNewThread {
                        repeat {
                            Thread.sleep(forTimeInterval: Double(ClusterExecutor.pulse))
                        } while executor.keepAlive()
                    }
                } catch let failure as Failure {
                    say(failure)
                    MPIWorld.abort(failure.status.rawValue)
                } catch {
                    say(Failure(describing: error))
                    MPIWorld.abort(ExitStatus.internalError.rawValue)
                }
            }
            // However the process ends, a command's exit included.
            MPIWorld.atExit { Main.leave($0) }
            let checks = checks(reports, key: world.ranks > 1)
            await Program.run(options.arguments, ranks: checks)
        }

        private static let leading = Mutex<ClusterExecutor?>(nil)

        private static func connect(_ world: MPIWorld, _ options: ClusterOptions) throws -> ClusterExecutor {
            let key: ClusterKey
            do throws(KeyProblem) {
                key = try ClusterKey(readingFile: options.keyFile)
            } catch {
                throw Failure(lost: ClusterFailure(rank: 0, ranks: world.ranks, cause: .key(error)))
            }
            do throws(ClusterFailure) {
                return try ClusterExecutor(
                    (1..<world.ranks).map { MPILink(other: Int32($0)) }, key: key, own: report(),
                    patience: options.patience
                ) { failure in Program.stop(because: Failure(lost: failure)) }
            } catch {
                throw Failure(lost: error)
            }
        }

        private static func leave(_ code: Int32) {
            guard let executor = leading.withLock({ $0 }) else { return MPIWorld.end() }
            say("ranks: \(executor.messages) requests to the other ranks\n")
            // Without the others' consent MPI would wait for them for ever.
            if executor.stop() { MPIWorld.end() } else { MPIWorld.abort(code) }
        }

        private static func checks(_ reports: [RankReport], key: Bool) -> [StartCheck] {
            let common = key ? "\(reports.count) ranks, all with the key" : "one rank: nothing is spread"
            return [StartCheck("mpi", .ok, "\(MPIWorld.library), \(common)")]
                + reports.enumerated().map { rank, report in
                    StartCheck(
                        "rank \(rank)", .ok,
                        "\(report.host): moiety \(report.version), \(report.arithmetic), \(report.processors) "
                            + (report.processors == 1 ? "processor" : "processors"))
                }
        }

        // MARK: Other ranks

        private static func serve(_ world: MPIWorld, _ options: ClusterOptions) {
            // mpirun tells all ranks at once: rank 0, which ends its session in order, needs the others for that long.
            for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in alarm(30) } }
            let link = MPILink(other: 0)
            let key: Result<ClusterKey, KeyProblem>
            do throws(KeyProblem) {
                key = .success(try ClusterKey(readingFile: options.keyFile))
            } catch {
                key = .failure(error)
            }
            do throws(LinkError) {
                var worker = try ClusterWorker(link, rank: world.rank, key: key, report: report())
                try worker.serve()
            } catch {
                // Rank 0 names what is wrong with a key. Else it hears of it by what it cannot open.
                if case .key = error {
                } else {
                    say(Failure(.internalError, "rank", "rank \(world.rank): rank 0 \(error)"))
                    try? link.post(Data("?".utf8))
                    // Rank 0 names this rank and ends all of them. If it is gone itself, nobody else does.
                    let end = ContinuousClock.now + .seconds(60)
                    while ContinuousClock.now < end { _ = try? link.receive(seconds: 1) }
                    MPIWorld.abort(ExitStatus.internalError.rawValue)
                }
            }
            MPIWorld.end()
        }

        // MARK: Key

        private static func makeKey(_ arguments: [String]) throws {
            guard arguments.count == 2 else { throw Failure(.usage, "usage", "moiety-mpi key FILE") }
            try OutputFile.write(ClusterKey.newFile(), to: arguments[1], mode: .ownerOnly)
        }

        private static func say(_ failure: Failure) {
            let hint = failure.hint.map { "hint: \($0)\n" } ?? ""
            say("error: \(failure.message) [\(failure.code)]\n\(hint)")
        }

        private static func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

        private static func end(_ failure: Failure) -> Never {
            say(failure)
            exit(failure.status.rawValue)
        }
    }
#else
    import Foundation

    /// Without the trait there is nothing to run.
    @main
    enum Main {
        static func main() {
            try? FileHandle.standardError.write(
                contentsOf: Data("this moiety-mpi was built without MPI: scripts/build-mpi builds it with MPI\n".utf8))
            exit(78)
        }
    }
#endif
