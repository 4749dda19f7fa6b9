// swift-tools-version: 6.2
import PackageDescription

// The house has floors. A target names its own floor below and may depend on its own floor and on
// those under it; anything else stops the build right here, before a line is compiled.

enum Layer: Int {
    case ground, contract, sourcing, journal, store, server, command, testing, tests
}

let layers: [String: Layer] = [
    "CDaybookPlatform": .ground,
    "DaybookBytes": .ground,
    "DaybookCoding": .ground,
    "DaybookJSON": .ground,
    "DaybookPlatform": .ground,
    "DaybookProtobuf": .ground,
    "Daybook": .contract,
    "DaybookLines": .contract,
    "DaybookSourcing": .sourcing,
    "DaybookSourcingTesting": .sourcing,
    "DaybookJournal": .journal,
    "DaybookStore": .store,
    "CZstd": .store,
    "DaybookCompression": .store,
    "CUV": .server,
    "CNGHTTP2": .server,
    "CTLS": .server,
    "CPCRE2": .server,
    "CZlib": .server,
    "DaybookGzip": .server,
    "DaybookHTTP": .server,
    "DaybookGRPC": .server,
    "DaybookProtocol": .server,
    "DaybookDesk": .server,
    "DaybookProtocolService": .server,
    "DaybookKurrentDB": .server,
    "DaybookClient": .server,
    "DaybookWeb": .server,
    "DaybookServer": .server,
    "CCrypto": .command,
    "DaybookExamples": .command,
    "DaybookCLI": .command,
    "DaybookSimulation": .testing,
    "DaybookStoreContract": .testing,
    "DaybookFuzz": .testing,
    "DaybookServerTesting": .testing,
    "BytesTests": .tests,
    "CodingTests": .tests,
    "JSONTests": .tests,
    "PlatformTests": .tests,
    "ProtobufTests": .tests,
    "ContractTests": .tests,
    "SourcingTests": .tests,
    "JournalTests": .tests,
    "StoreTests": .tests,
    "HTTPTests": .tests,
    "GRPCTests": .tests,
    "ClientTests": .tests,
    "KurrentDBTests": .tests,
    "ProtocolTests": .tests,
    "WebTests": .tests,
    "ServerTests": .tests,
    "CLITests": .tests,
    "RealDataTests": .tests,
    "TidyTests": .tests,
]

let language: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

func room(
    _ name: String, at path: String, uses dependencies: [String] = [],
    excluding folders: [String] = []
) -> Target {
    .target(
        name: name, dependencies: checked(dependencies, of: name), path: "Sources/" + path,
        exclude: folders, swiftSettings: language + [.strictMemorySafety()])
}

func tests(
    _ name: String, at path: String, uses dependencies: [String], excluding folders: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: checked(dependencies, of: name), path: "Tests/" + path,
        exclude: folders, swiftSettings: language)
}

/// A C library of the system.
func library(_ name: String, at path: String, config: String, package: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/" + path, pkgConfig: config, providers: [.apt([package])])
}

func checked(_ dependencies: [String], of name: String) -> [Target.Dependency] {
    guard let layer = layers[name] else { fatalError("\(name) has no layer: add it to the table") }
    return dependencies.map { dependency in
        guard let below = layers[dependency] else { fatalError("\(dependency) has no layer") }
        if below.rawValue > layer.rawValue {
            fatalError(
                "\(name) (\(layer)) may not depend on \(dependency) (\(below)): it points upward")
        }
        return .byName(name: dependency)
    }
}

let ground = ["DaybookBytes", "DaybookPlatform"]

let package = Package(
    name: "daybook",
    products: [
        .library(name: "Daybook", targets: ["Daybook", "DaybookStore"]),
        .library(name: "DaybookSourcing", targets: ["Daybook", "DaybookSourcing"]),
        .library(name: "DaybookSourcingTesting", targets: ["DaybookSourcingTesting"]),
        .library(name: "DaybookClient", targets: ["Daybook", "DaybookClient"]),
        .library(name: "DaybookCompression", targets: ["DaybookCompression"]),
        .executable(name: "daybook", targets: ["DaybookCLI"]),
    ],
    targets: [
        .target(name: "CDaybookPlatform", path: "Sources/Ground/CPlatform"),
        room("DaybookBytes", at: "Ground/Bytes", uses: ["CDaybookPlatform"]),
        room("DaybookJSON", at: "Ground/JSON", uses: ["DaybookBytes"]),
        room("DaybookCoding", at: "Ground/Coding", uses: ["DaybookBytes", "DaybookJSON"]),
        room("DaybookPlatform", at: "Ground/Platform", uses: ["CDaybookPlatform", "DaybookBytes"]),
        room("DaybookProtobuf", at: "Ground/Protobuf", uses: ["DaybookBytes"]),
        room("Daybook", at: "Contract/Daybook", uses: ground + ["DaybookJSON"]),
        room(
            "DaybookLines", at: "Contract/Lines", uses: ["DaybookBytes", "DaybookJSON", "Daybook"]),
        room(
            "DaybookSourcing", at: "Sourcing/Sourcing",
            uses: ground + ["DaybookJSON", "DaybookCoding", "Daybook"]),
        room(
            "DaybookSourcingTesting", at: "Sourcing/Testing",
            uses: ground + ["DaybookJSON", "Daybook", "DaybookSourcing"]),
        room("DaybookJournal", at: "Journal", uses: ground + ["DaybookJSON", "Daybook"]),
        room(
            "DaybookStore", at: "Store", uses: ground + ["Daybook", "DaybookJournal"],
            excluding: ["Compression"]),
        library(
            "CZstd", at: "Store/Compression/CZstd", config: "libzstd", package: "libzstd-dev"),
        room(
            "DaybookCompression", at: "Store/Compression",
            uses: ["CZstd", "DaybookJournal", "DaybookStore"],
            excluding: ["CZstd"]),

        library("CUV", at: "Server/Libraries/CUV", config: "libuv", package: "libuv1-dev"),
        library(
            "CNGHTTP2", at: "Server/Libraries/CNGHTTP2", config: "libnghttp2",
            package: "libnghttp2-dev"),
        library("CTLS", at: "Server/Libraries/CTLS", config: "openssl", package: "libssl-dev"),
        library(
            "CPCRE2", at: "Server/Libraries/CPCRE2", config: "libpcre2-8",
            package: "libpcre2-dev"),
        library(
            "CZlib", at: "Server/Libraries/CZlib", config: "zlib", package: "zlib1g-dev"),
        room("DaybookGzip", at: "Server/Gzip", uses: ["DaybookBytes", "CZlib"]),
        room(
            "DaybookHTTP", at: "Server/HTTP", uses: ground + ["CUV", "CNGHTTP2", "CTLS"]),
        room("DaybookGRPC", at: "Server/GRPC", uses: ground + ["DaybookProtobuf", "DaybookHTTP"]),
        room(
            "DaybookProtocol", at: "Server/Protocol/Messages",
            uses: ground + ["DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "Daybook"]),
        room(
            "DaybookDesk", at: "Server/Desk",
            uses: ground + [
                "DaybookHTTP", "DaybookGRPC", "Daybook", "DaybookJournal", "DaybookStore",
            ]),
        room(
            "DaybookProtocolService", at: "Server/Protocol/Service",
            uses: ground + [
                "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "Daybook", "DaybookStore",
                "DaybookDesk", "DaybookProtocol",
            ]),
        room(
            "DaybookKurrentDB", at: "Server/KurrentDB",
            uses: ground + [
                "DaybookJSON", "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "Daybook",
                "DaybookJournal", "DaybookStore", "DaybookDesk", "CPCRE2",
            ]),
        room(
            "DaybookClient", at: "Server/Client",
            uses: ground + [
                "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "DaybookProtocol", "Daybook",
            ]),
        room(
            "DaybookWeb", at: "Server/Web",
            uses: ground + [
                "DaybookJSON", "DaybookGzip", "DaybookHTTP", "DaybookGRPC", "DaybookDesk",
                "Daybook", "DaybookLines", "DaybookStore",
            ]),
        room(
            "DaybookServer", at: "Server/Serve",
            uses: ground + [
                "DaybookJSON", "Daybook", "DaybookJournal", "DaybookStore", "DaybookHTTP",
                "DaybookGRPC", "DaybookDesk", "DaybookKurrentDB", "DaybookProtocolService",
                "DaybookProtobuf", "DaybookClient", "DaybookWeb",
            ]),

        library("CCrypto", at: "CLI/Libraries/CCrypto", config: "libcrypto", package: "libssl-dev"),
        // The files of the package in `Examples`, with its plain settings: for `daybook demo`.
        .target(
            name: "DaybookExamples",
            dependencies: checked(["Daybook", "DaybookSourcing"], of: "DaybookExamples"),
            path: "Examples/Sources/Examples", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "DaybookCLI",
            dependencies: checked(
                ground + [
                    "DaybookJSON", "DaybookCoding", "Daybook", "DaybookStore",
                    "DaybookCompression",
                    "DaybookServer", "DaybookClient", "CZstd", "CCrypto", "DaybookLines",
                    "DaybookSourcing", "DaybookExamples",
                    "DaybookGzip",
                ],
                of: "DaybookCLI"),
            path: "Sources/CLI", exclude: ["Libraries"],
            swiftSettings: language + [.strictMemorySafety()]),

        room("DaybookSimulation", at: "Testing/Simulation", uses: ground),
        room(
            "DaybookStoreContract", at: "Testing/StoreContract",
            uses: ground + ["DaybookJSON", "Daybook"]),
        room(
            "DaybookServerTesting", at: "Testing/ServerTesting",
            uses: ground + ["DaybookHTTP", "DaybookGRPC"]),

        tests("BytesTests", at: "Ground/BytesTests", uses: ["DaybookBytes"]),
        tests("JSONTests", at: "Ground/JSONTests", uses: ["DaybookBytes", "DaybookJSON"]),
        tests(
            "CodingTests", at: "Ground/CodingTests",
            uses: ["DaybookBytes", "DaybookJSON", "DaybookCoding"]),
        tests("PlatformTests", at: "Ground/PlatformTests", uses: ground + ["DaybookSimulation"]),
        tests(
            "ProtobufTests", at: "Ground/ProtobufTests", uses: ["DaybookBytes", "DaybookProtobuf"]),
        tests(
            "ContractTests", at: "ContractTests",
            uses: ground + ["Daybook", "DaybookJSON", "DaybookStoreContract"]),
        tests(
            "SourcingTests", at: "SourcingTests",
            uses: ground + [
                "Daybook", "DaybookCoding", "DaybookSourcing", "DaybookSourcingTesting",
                "DaybookStoreContract",
            ],
            excluding: ["Events"]),
        tests(
            "JournalTests", at: "JournalTests",
            uses: ground + ["Daybook", "DaybookJournal", "DaybookSimulation"]),
        tests(
            "StoreTests", at: "StoreTests",
            uses: ground + [
                "Daybook", "DaybookJournal", "DaybookStore", "DaybookCompression",
                "DaybookSimulation",
                "DaybookStoreContract", "DaybookJSON",
            ]),
        tests(
            "HTTPTests", at: "Server/HTTPTests",
            uses: ground + ["DaybookHTTP", "DaybookServerTesting", "CTLS"]),
        tests(
            "GRPCTests", at: "Server/GRPCTests",
            uses: ground + [
                "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "DaybookServerTesting",
            ]),
        tests(
            "ClientTests", at: "Server/ClientTests",
            uses: ground + [
                "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "DaybookProtocol",
                "DaybookClient", "Daybook", "DaybookStore", "DaybookServer",
                "DaybookServerTesting", "DaybookStoreContract", "CTLS",
            ]),
        tests(
            "KurrentDBTests", at: "Server/KurrentDBTests",
            uses: ground + [
                "DaybookJSON", "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "DaybookDesk",
                "DaybookKurrentDB", "Daybook", "DaybookJournal", "DaybookStore",
                "DaybookServerTesting",
            ]),
        tests(
            "ProtocolTests", at: "Server/ProtocolTests",
            uses: ground + [
                "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "DaybookDesk", "DaybookProtocol",
                "DaybookProtocolService", "Daybook", "DaybookStore", "DaybookServerTesting",
                "DaybookSimulation",
            ]),
        tests(
            "WebTests", at: "Server/WebTests",
            uses: ground + [
                "DaybookJSON", "DaybookGzip", "DaybookHTTP", "DaybookGRPC", "DaybookDesk",
                "DaybookWeb", "Daybook",
                "DaybookLines", "DaybookStore", "DaybookServerTesting",
            ]),
        tests(
            "ServerTests", at: "Server/ServerTests",
            uses: ground + [
                "DaybookJSON", "Daybook", "DaybookJournal", "DaybookStore", "DaybookSimulation",
                "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC", "DaybookKurrentDB",
                "DaybookProtocol", "DaybookServer", "DaybookClient", "DaybookWeb",
                "DaybookServerTesting",
            ]),
        tests(
            "CLITests", at: "CLITests",
            uses: ground + [
                "Daybook", "DaybookLines", "DaybookJournal", "DaybookStore", "DaybookJSON",
                "DaybookCLI", "DaybookServer", "DaybookClient", "DaybookStoreContract",
            ]),
        tests(
            "RealDataTests", at: "RealDataTests",
            uses: ground + [
                "Daybook", "DaybookLines", "DaybookSourcing", "DaybookStore", "DaybookJSON",
                "DaybookExamples", "DaybookCLI",
            ]),
        tests("TidyTests", at: "TidyTests", uses: []),
    ]
)

// Its `main` is the fuzzer's, which is there only where everything is built for it: by Scripts/fuzz.
if Context.environment["DAYBOOK_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "DaybookFuzz",
            dependencies: checked(
                ground + [
                    "DaybookCoding", "DaybookProtobuf", "DaybookHTTP", "DaybookGRPC",
                    "DaybookKurrentDB", "DaybookProtocol", "DaybookWeb", "DaybookServerTesting",
                ],
                of: "DaybookFuzz"),
            path: "Sources/Testing/Fuzz", swiftSettings: language + [.strictMemorySafety()]))
}
