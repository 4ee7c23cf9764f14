import Bignum
package import Runner
package import Site
import Synchronization

/// The command line, whichever program it stands in.
package enum Program {
    /// Parses the arguments, runs the command that they name, and ends the process where it did not succeed.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - ranks: what `doctor --mpi` shows; nil in a program without MPI.
    package static func run(_ arguments: [String], ranks: [StartCheck]? = nil) async {
        ProcessMemory.returnLargeBlocks()
        rankChecks.withLock { $0 = ranks }
        await Moiety.main(arguments)
    }

    /// Ends the command that runs, in order: its peer hears of it and its transcript is kept.
    ///
    /// - Parameter failure: what the command ends with, unless it succeeds all the same.
    package static func stop(because failure: Failure) { Interruption.stop(because: failure) }

    static var ranks: [StartCheck]? { rankChecks.withLock { $0 } }
    private static let rankChecks = Mutex<[StartCheck]?>(nil)
}
