// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "carillon",
    products: [
        .executable(name: "media-server", targets: ["MediaServer"]),
        .executable(name: "cti", targets: ["CTI"]),
        .executable(name: "acd", targets: ["ACD"]),
        .executable(name: "dialer", targets: ["Dialer"]),
        .executable(name: "crm", targets: ["CRM"]),
        .executable(name: "reporting", targets: ["Reporting"]),
        .executable(name: "fax-worker", targets: ["FaxWorker"]),
        .executable(name: "speech-worker", targets: ["SpeechWorker"]),
        .executable(name: "sandbox-carrier", targets: ["SandboxCarrier"]),
        .executable(name: "carillon", targets: ["CarillonCLI"]),
        .executable(name: "carillon-bench", targets: ["Bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // Maps of C libraries, nothing else.
        system("CLibPQ", "libpq", "libpq-dev"),
        system("CZeroMQ", "libzmq", "libzmq3-dev"),
        system("CSodium", "libsodium", "libsodium-dev"),
        system("COpenSSL", "openssl", "libssl-dev"),
        system("CSRTP", "libsrtp2", "libsrtp2-dev"),
        system("CSpanDSP", "spandsp", "libspandsp-dev"),
        system("COpus", "opus", "libopus-dev"),
        system("CPocketSphinx", "pocketsphinx", "libpocketsphinx-dev"),
        .systemLibrary(name: "CEpoll", path: "Shared/CEpoll"),

        // Shared: libraries, from the bottom up. None imports a service.
        shared("Contracts"),
        shared("Database", ["CLibPQ", .logging]),
        shared("Bus", ["Contracts", "CZeroMQ", .lifecycle, .logging]),
        shared("Cluster", ["Contracts", "Bus", "Database", .lifecycle, .logging]),
        shared(
            "ServiceKit",
            [
                "Contracts", "Database", "Bus", "Cluster", .hummingbird, .httpTypes, .jwt, .lifecycle, .configuration,
                .logging, .metrics, .nioCore, .crypto,
            ]),
        shared("SDP"),
        shared("RTP"),
        shared("Fax"),
        shared("Speech"),
        shared("Codecs", ["RTP", "SDP", "CSpanDSP", "COpus"]),
        shared("WebRTC", ["SDP", "COpenSSL", "CSRTP"]),
        shared("SIP", [.nioCore, .nioPosix, .nioHTTP1, .nioWebSocket, .nioSSL, .crypto, .logging]),

        // Services: one executable each. No service imports another.
        service(
            "MediaServer",
            [
                "CEpoll", "COpus", "CSpanDSP", "SIP", "SDP", "RTP", "Fax", "Speech", "Codecs", "WebRTC", .crypto,
                .nioCore, .nioPosix,
            ]),
        service("CTI", ["Speech"]),
        service("ACD", [.collections]),
        service("CRM", ["CSodium", .jwt, .crypto]),
        service("Dialer"),
        service("Reporting"),

        // Beside them.
        program("SandboxCarrier", ["SIP", "SDP", "RTP", .nioCore, .nioPosix, .logging, .argumentParser]),
        program("FaxWorker", ["Fax", "SDP", "RTP", "CSpanDSP"]),
        program("SpeechWorker", ["Speech", "CPocketSphinx"]),
        program("CarillonCLI", ["Contracts", "Database", "Bus", "Cluster", .argumentParser, .logging]),
        program(
            "Bench",
            ["Contracts", "Database", "Bus", "Cluster", "ServiceKit", "SIP", "SDP", .argumentParser, .logging]),

        .target(
            name: "TestSupport",
            dependencies: [
                "Contracts", "Database", "Bus", "Cluster", "ServiceKit", .hummingbird, .lifecycle, .logging,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("ContractsTests", ["Contracts"]),
        tests("DatabaseTests", ["Database"]),
        tests("BusTests", ["Bus", "Contracts", "Database", .logging]),
        tests("ClusterTests", ["Cluster", "Bus", "Contracts", "Database", .lifecycle, .logging]),
        tests(
            "ServiceKitTests",
            ["ServiceKit", "Bus", "Contracts", "Database", .hummingbird, .hummingbirdTesting, .jwt, .logging]),
        tests("SIPTests", ["SIP", "SDP", .nioCore, .nioPosix, .logging]),
        tests("SDPTests", ["SDP"]),
        tests("RTPTests", ["RTP"]),
        tests("FaxTests", ["Fax", "FaxWorker", "SDP", "RTP"]),
        tests("SpeechTests", ["Speech", "SpeechWorker"]),
        tests("CodecsTests", ["Codecs", "RTP", "SDP"]),
        tests("WebRTCTests", ["WebRTC", "SDP"]),
        tests(
            "MediaServerTests",
            [
                "MediaServer", "SIP", "SDP", "RTP", "Fax", "FaxWorker", "Speech", "SpeechWorker", "Codecs", "WebRTC",
                "COpenSSL", "ServiceKit",
                "Bus", "Contracts",
                "Database", .crypto, .hummingbird,
                .logging,
            ]),
        tests(
            "CTITests",
            [
                "CTI", "ServiceKit", "Bus", "Cluster", "Contracts", "Database", .hummingbird, .hummingbirdTesting,
                .logging,
            ]),
        tests("ACDTests", ["ACD", "ServiceKit", "Bus", "Cluster", "Contracts", "Database", .logging]),
        tests(
            "CRMTests",
            ["CRM", "ServiceKit", "Bus", "Contracts", "Database", .hummingbird, .hummingbirdTesting, .logging]),
        tests("DialerTests", ["Dialer", "ServiceKit", "Bus", "Contracts", "Database", .logging]),
        tests("ReportingTests", ["Reporting", "ServiceKit", "Bus", "Contracts", "Database", .logging]),
        tests("BenchTests", ["Bench", "SIP", "SDP"]),
        tests(
            "CarillonCLITests",
            ["CarillonCLI", "Contracts", "Bus", "ServiceKit", .argumentParser, .hummingbird, .httpTypes, .logging]),
        tests("SandboxCarrierTests", ["SandboxCarrier", "SIP", "SDP", "RTP", .argumentParser]),
        tests("SystemTests", ["Contracts", "Database", "Bus", "RTP", "SIP", .logging]),
        tests("SimulationTests", ["CTI", "ACD", "MediaServer", "Bus", "Contracts"]),
    ],
    swiftLanguageModes: [.v6]
)

extension Target.Dependency {
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdTesting: Self { .product(name: "HummingbirdTesting", package: "hummingbird") }
    static var jwt: Self { .product(name: "JWTKit", package: "jwt-kit") }
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var collections: Self { .product(name: "Collections", package: "swift-collections") }
    static var configuration: Self { .product(name: "Configuration", package: "swift-configuration") }
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var metrics: Self { .product(name: "Metrics", package: "swift-metrics") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioHTTP1: Self { .product(name: "NIOHTTP1", package: "swift-nio") }
    static var nioWebSocket: Self { .product(name: "NIOWebSocket", package: "swift-nio") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
    static var nioSSL: Self { .product(name: "NIOSSL", package: "swift-nio-ssl") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
}

nonisolated var strict: [SwiftSetting] {
    [
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("ExistentialAny"),
        .treatAllWarnings(as: .error),
    ]
}

func system(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: ["README.md"], swiftSettings: strict)
}

/// A service of the suite: everything that each of them needs, and what this one needs besides.
func service(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "Contracts", "Database", "Bus", "Cluster", "ServiceKit", .hummingbird, .httpTypes, .lifecycle,
            .configuration, .logging, .metrics,
        ]
            + dependencies,
        path: "Services/\(name)", exclude: ["README.md"], swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Services/\(name)", exclude: ["README.md"], swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", swiftSettings: strict)
}
