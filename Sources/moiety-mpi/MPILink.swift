#if MPI
    import CMPI
    import Cluster
    import Foundation

    /// A channel to another rank by MPI. MPI itself would wait by asking again and again without a pause; this sleeps in between.
    struct MPILink: RankLink {
        let other: Int32

        func post(_ message: Data) throws(LinkError) {
            try check(unsafe message.withUnsafeBytes { unsafe cmpi_post(other, $0.baseAddress, $0.count) })
        }

        func flush(seconds: Int?) throws(LinkError) {
            try wait(seconds) { () throws(LinkError) in
                var left = 0
                try check(unsafe cmpi_pending(other, &left))
                return left == 0
            }
        }

        func receive(seconds: Int?) throws(LinkError) -> Data {
            var count = 0
            try wait(seconds) { () throws(LinkError) in
                var there: Int32 = 0
                try check(unsafe cmpi_probe(other, &there, &count))
                return there != 0
            }
            // A sealed message is 28 bytes longer.
            guard count <= mostMessageBytes + 28 else { throw .tooLarge(bytes: count) }
            // Its own block, because MPI writes into it from one call to the next.
            let block = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
            try check(unsafe cmpi_begin_take(other, block, count))
            do throws(LinkError) {
                try wait(seconds) { () throws(LinkError) in
                    var done: Int32 = 0
                    try check(unsafe cmpi_taken(&done))
                    return done != 0
                }
            } catch {
                // MPI may still write into it: the block is left to it. The executor asks for nothing more.
                throw error
            }
            return unsafe Data(
                bytesNoCopy: block, count: count, deallocator: .custom { block, _ in unsafe block.deallocate() })
        }

        private func check(_ code: Int32) throws(LinkError) {
            if code != 0 { throw .transport(code: code) }
        }

        /// Microseconds between questions: few at first, for an answer that is nearly there, then more.
        private static let pauses = (first: 20.0, last: 1000.0)

        private func wait(_ seconds: Int?, _ isReady: () throws(LinkError) -> Bool) throws(LinkError) {
            let start = ContinuousClock.now
            var pause = Self.pauses.first
            while !(try isReady()) {
                if let seconds, ContinuousClock.now - start > .seconds(seconds) { throw .silent(seconds: seconds) }
                Thread.sleep(forTimeInterval: pause / 1_000_000)
                pause = min(pause * 1.5, Self.pauses.last)
            }
        }
    }

    /// This process among the ranks.
    struct MPIWorld {
        let rank: Int
        let ranks: Int

        /// - Throws: ``LinkError/transport(code:)``
        init() throws(LinkError) {
            var (rank, ranks): (Int32, Int32) = (0, 0)
            let code = unsafe cmpi_start(&rank, &ranks)
            if code != 0 { throw .transport(code: code) }
            self.rank = Int(rank)
            self.ranks = Int(ranks)
        }

        /// The version of the library, in its own words.
        static var library: String {
            var text = [CChar](repeating: 0, count: 128)
            unsafe cmpi_library(&text, text.count)
            let all = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return all.split(separator: ",").first.map(String.init) ?? all
        }

        /// - Parameter leave: called with the exit code when this process ends, whoever ends it.
        static func atExit(_ leave: @convention(c) (Int32) -> Void) { cmpi_at_exit(leave) }

        static func end() { _ = cmpi_end() }
        static func abort(_ code: Int32) { cmpi_abort(code) }
    }
#endif
