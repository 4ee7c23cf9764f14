// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of the library never resolve it.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "moiety", path: "..")],
    targets: [
        .executableTarget(
            name: "benchmark",
            dependencies: [
                .product(name: "Bignum", package: "moiety"), .product(name: "Paillier", package: "moiety"),
                .product(name: "PrivateSetIntersection", package: "moiety"), .product(name: "Wire", package: "moiety"),
                .product(name: "Records", package: "moiety"), .product(name: "SplitRegression", package: "moiety"),
                .product(name: "Jobs", package: "moiety"), .product(name: "Transcript", package: "moiety"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
    ]
)
