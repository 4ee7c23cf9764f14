import ArgumentParser

struct DemoCommand: AsyncParsableCommand {}
struct AlignCommand: AsyncParsableCommand {}
struct JobExplain: AsyncParsableCommand {}
struct JobRun: AsyncParsableCommand {}
struct ServeCommand: AsyncParsableCommand {}
struct ModelCommand: AsyncParsableCommand {}
struct VerifyCommand: AsyncParsableCommand {}
