internal import CMontgomery

/// The memory of this process.
package enum ProcessMemory {
    /// Large blocks go back to the system when they are freed. By itself glibc keeps blocks of up to 32 MiB once one was freed, and what
    /// stands between them holds them: of a fit of 100,000 rows that was a quarter of the peak. For the start of a program.
    package static func returnLargeBlocks() { cm_return_large_blocks() }
}
