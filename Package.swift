// swift-tools-version: 6.2
import PackageDescription

/// Strict settings of every Swift target. Only `Bignum` may spell `unsafe`.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Tests that start programs, compare texts or tamper with files: nothing gets faster where the compiler optimises them, and that takes
/// it minutes. Those that compute in their own code are optimised.
let quickToCompile: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]
let computingTests: Set = [
    "Bignum", "Paillier", "PrivateSetIntersection", "SplitRegression", "SecureSums", "PooledRegression",
    "Transcript",
]

/// For what only a build with `--traits MPI` has.
let mpi = TargetDependencyCondition.when(traits: ["MPI"])
let mpiSetting = BuildSettingCondition.when(traits: ["MPI"])

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let nio: [Target.Dependency] =
    ["NIOCore", "NIOPosix", "NIOTLS"].map { .product(name: $0, package: "swift-nio") }
    + [.product(name: "NIOSSL", package: "swift-nio-ssl")]

/// Each test target depends on what it tests and on what its own files import, not on all libraries.
let tests: [(name: String, dependencies: [Target.Dependency])] = [
    ("Bignum", ["Bignum"]),
    ("Cluster", ["Cluster", "Bignum", crypto]),
    ("Paillier", ["Paillier", "Bignum", crypto]),
    ("Records", ["Records", crypto]),
    ("Wire", ["Wire", crypto]),
    ("Jobs", ["Jobs", "Records", "Wire"]),
    ("ProtocolKit", ["ProtocolKit", "Jobs", "Wire"]),
    ("KeyAgreement", ["KeyAgreement", "Paillier", "Wire"]),
    (
        "Transcript",
        [
            "Transcript", "Bignum", "Jobs", "Paillier", "PrivateSetIntersection", "ProtocolKit", "Records",
            "SplitRegression", "Wire",
        ]
    ),
    (
        "PrivateSetIntersection",
        ["PrivateSetIntersection", "Bignum", "KeyAgreement", "Paillier", "Records", "Transcript", "Wire", crypto]
    ),
    (
        "SplitRegression",
        ["SplitRegression", "Bignum", "KeyAgreement", "Paillier", "Records", "Transcript", "Wire", crypto]
    ),
    ("SecureSums", ["SecureSums", "Wire", crypto]),
    ("PooledRegression", ["PooledRegression", "Records", "SecureSums", "SplitRegression", "Wire"]),
    ("GRPCTransport", ["GRPCTransport", "Wire", crypto] + nio),
    (
        "Site",
        [
            "Site", "GRPCTransport", "Jobs", "Records", "Transcript", "Wire", crypto,
            .product(name: "GRDB", package: "GRDB.swift"),
        ]
    ),
    (
        "Runner",
        [
            "Bignum", "Runner", "Jobs", "PooledRegression", "PrivateSetIntersection", "ProtocolKit", "Records",
            "SecureSums", "Site", "SplitRegression", "Transcript", "Wire",
        ]
    ),
    (
        "EndToEnd",
        [
            "moiety", "GRPCTransport", "Jobs", "PrivateSetIntersection", "ProtocolKit", "Records", "Runner", "Site",
            "Transcript", "Wire",
        ]
    ),
]

let package = Package(
    name: "moiety",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "moiety", targets: ["moiety"]),
        .executable(name: "moiety-mpi", targets: ["moiety-mpi"]),
        .library(name: "Bignum", targets: ["Bignum"]),
        .library(name: "Jobs", targets: ["Jobs"]),
        .library(name: "Paillier", targets: ["Paillier"]),
        .library(name: "ProtocolKit", targets: ["ProtocolKit"]),
        .library(name: "PrivateSetIntersection", targets: ["PrivateSetIntersection"]),
        .library(name: "Records", targets: ["Records"]),
        .library(name: "SplitRegression", targets: ["SplitRegression"]),
        .library(name: "Transcript", targets: ["Transcript"]),
        .library(name: "Wire", targets: ["Wire"]),
    ],
    traits: [.trait(name: "MPI", description: "Build moiety-mpi, which spreads a job over the ranks of Open MPI.")],
    dependencies: [
        // SHA-2, HMAC, HKDF, AES-CTR, Ed25519: no cryptographic primitive of our own where one exists.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // Self-signed site certificates: making and reading X.509 is not ours to write.
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        // The network: gRPC over HTTP/2 with mutual TLS.
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        // What gRPC's transport runs on: our own listener and dialer pin certificates at its level.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        // A site's ledger: SQLite's transactions and locks, which no file format of ours should imitate.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Job and site files are YAML, written by people.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // The command line.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .systemLibrary(name: "CGMP", providers: [.apt(["libgmp-dev"]), .brew(["gmp"])]),
        .target(
            name: "CMontgomery",
            dependencies: ["CGMP"],
            linkerSettings: [.linkedLibrary("gmp")]),
        .target(name: "Bignum", dependencies: ["CGMP", "CMontgomery"], swiftSettings: strict),
        // Rank 0 and the other ranks of a cluster, over any channel: knows no MPI.
        .target(name: "Cluster", dependencies: ["Bignum", crypto], swiftSettings: strict),
        .target(name: "Paillier", dependencies: ["Bignum", crypto], swiftSettings: strict),
        .target(name: "Records", dependencies: [crypto], swiftSettings: strict),
        .target(name: "Wire", dependencies: [crypto, cryptoExtras], swiftSettings: strict),
        .target(name: "Jobs", dependencies: ["Records", "Wire", "Yams", crypto], swiftSettings: strict),
        .target(name: "ProtocolKit", dependencies: ["Wire", "Jobs"], swiftSettings: strict),
        .target(
            name: "Transcript",
            dependencies: ["Wire", "Jobs", "ProtocolKit", crypto, .product(name: "SwiftASN1", package: "swift-asn1")],
            swiftSettings: strict),
        .target(name: "KeyAgreement", dependencies: ["Paillier", "Wire"], swiftSettings: strict),
        .target(
            name: "PrivateSetIntersection", dependencies: ["KeyAgreement", "Paillier", "Bignum", "Wire", crypto],
            swiftSettings: strict),
        .target(
            name: "SplitRegression", dependencies: ["KeyAgreement", "Paillier", "Bignum", "Wire", "Records", crypto],
            swiftSettings: strict),
        .target(name: "SecureSums", dependencies: ["Wire", crypto], swiftSettings: strict),
        .target(
            name: "PooledRegression", dependencies: ["SecureSums", "SplitRegression", "Records", "Wire"],
            swiftSettings: strict),
        .target(
            name: "GRPCTransport",
            dependencies: [
                "Wire", crypto,
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ] + nio,
            swiftSettings: strict),
        .target(
            name: "Site",
            dependencies: [
                "Records", "Wire", "Jobs", "Transcript", "GRPCTransport", crypto,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Runner",
            dependencies: [
                "Bignum", "Paillier", "Records", "Wire", "Jobs", "ProtocolKit", "Transcript", "PrivateSetIntersection",
                "SplitRegression", "SecureSums", "PooledRegression", "GRPCTransport", "Site",
            ],
            swiftSettings: strict),
        .target(
            name: "Commands",
            dependencies: [
                "Bignum", "Records", "Wire", "Jobs", "ProtocolKit", "Transcript", "SplitRegression", "GRPCTransport",
                "Site",
                "Runner", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(name: "moiety", dependencies: ["Commands"], swiftSettings: strict),
        // The same commands on the ranks of a cluster. Without the trait MPI it is empty: nobody needs MPI to build the rest.
        .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .target(
            name: "CMPI", dependencies: [.target(name: "COpenMPI", condition: mpi)],
            cSettings: [.define("MOIETY_MPI", mpiSetting)]),
        .executableTarget(
            name: "moiety-mpi",
            dependencies: ["Bignum", "Cluster", "CMPI", "Commands", "Records", "Runner", "Site"].map {
                .target(name: $0, condition: mpi)
            } + [.product(name: "Crypto", package: "swift-crypto", condition: mpi)],
            swiftSettings: strict),
        // Here and not a package of its own, so that one build of the dependencies serves it too.
        .executableTarget(
            name: "benchmark",
            dependencies: [
                "Bignum", "Paillier", "PrivateSetIntersection", "Wire", "Records", "SplitRegression", "Jobs",
                "ProtocolKit", "Transcript", crypto,
            ],
            path: "Benchmarks",
            exclude: ["README.md"],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
        // Helpers of more than one test target. Nothing but tests uses it.
        .target(name: "TestSupport", dependencies: ["Wire"], path: "Tests/TestSupport", swiftSettings: strict),
    ]
        + tests.map { name, dependencies in
            .testTarget(
                name: "\(name)Tests", dependencies: dependencies + ["TestSupport"],
                swiftSettings: computingTests.contains(name) ? strict : quickToCompile)
        }
)
