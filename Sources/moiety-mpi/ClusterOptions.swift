#if MPI
    import Foundation
    import Site

    /// What `moiety-mpi` takes besides the arguments of `moiety`. Every rank reads it, and before any command.
    struct ClusterOptions {
        /// Of `moiety`.
        private(set) var arguments: [String] = []
        private(set) var keyFile: String? = ProcessInfo.processInfo.environment["MOIETY_MPI_KEY"]
        /// Seconds after which a rank that owes an answer counts as lost.
        private(set) var patience = 30

        /// - Throws: `Failure` 64.
        init(_ all: [String]) throws {
            var left = all[...]
            while let word = left.popFirst() {
                switch word {
                case "--mpi-key":
                    guard let path = left.popFirst() else {
                        throw Failure(.usage, "usage", "--mpi-key needs the path of a key file")
                    }
                    keyFile = path
                case "--mpi-patience":
                    guard let seconds = left.popFirst().flatMap({ Int($0) }), (1...300).contains(seconds) else {
                        throw Failure(.usage, "usage", "--mpi-patience needs a number of seconds, 1 to 300")
                    }
                    patience = seconds
                default: arguments.append(word)
                }
            }
        }
    }
#endif
