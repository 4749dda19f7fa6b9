// swift-tools-version: 6.2
import PackageDescription

// The house has floors. A target names its own floor below and may depend on its own floor and on
// those under it; anything else stops the build right here, before a line is compiled.

enum Layer: Int {
    case ground, contract, journal, store, command, testing, tests
}

let layers: [String: Layer] = [
    "CDaybookPlatform": .ground,
    "DaybookBytes": .ground,
    "DaybookJSON": .ground,
    "DaybookPlatform": .ground,
    "Daybook": .contract,
    "DaybookJournal": .journal,
    "DaybookStore": .store,
    "CZstd": .store,
    "DaybookCompression": .store,
    "CZlib": .command,
    "CCrypto": .command,
    "DaybookCLI": .command,
    "DaybookSimulation": .testing,
    "DaybookStoreContract": .testing,
    "BytesTests": .tests,
    "JSONTests": .tests,
    "PlatformTests": .tests,
    "ContractTests": .tests,
    "JournalTests": .tests,
    "StoreTests": .tests,
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

func tests(_ name: String, at path: String, uses dependencies: [String]) -> Target {
    .testTarget(
        name: name, dependencies: checked(dependencies, of: name), path: "Tests/" + path,
        swiftSettings: language)
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
        .library(name: "DaybookCompression", targets: ["DaybookCompression"]),
        .executable(name: "daybook", targets: ["DaybookCLI"]),
    ],
    targets: [
        .target(name: "CDaybookPlatform", path: "Sources/Ground/CPlatform"),
        room("DaybookBytes", at: "Ground/Bytes", uses: ["CDaybookPlatform"]),
        room("DaybookJSON", at: "Ground/JSON", uses: ["DaybookBytes"]),
        room("DaybookPlatform", at: "Ground/Platform", uses: ["CDaybookPlatform", "DaybookBytes"]),
        room("Daybook", at: "Contract/Daybook", uses: ground + ["DaybookJSON"]),
        room("DaybookJournal", at: "Journal", uses: ground + ["DaybookJSON", "Daybook"]),
        room(
            "DaybookStore", at: "Store", uses: ground + ["Daybook", "DaybookJournal"],
            excluding: ["Compression"]),
        .systemLibrary(
            name: "CZstd", path: "Sources/Store/Compression/CZstd", pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"])]),
        room(
            "DaybookCompression", at: "Store/Compression",
            uses: ["CZstd", "DaybookJournal", "DaybookStore"],
            excluding: ["CZstd"]),

        .systemLibrary(
            name: "CZlib", path: "Sources/CLI/Libraries/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CCrypto", path: "Sources/CLI/Libraries/CCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]),
        .executableTarget(
            name: "DaybookCLI",
            dependencies: checked(
                ground + [
                    "DaybookJSON", "Daybook", "DaybookStore", "DaybookCompression", "CZstd",
                    "CZlib",
                    "CCrypto",
                ],
                of: "DaybookCLI"),
            path: "Sources/CLI", exclude: ["Libraries"],
            swiftSettings: language + [.strictMemorySafety()]),

        room("DaybookSimulation", at: "Testing/Simulation", uses: ground),
        room(
            "DaybookStoreContract", at: "Testing/StoreContract",
            uses: ground + ["DaybookJSON", "Daybook"]),

        tests("BytesTests", at: "Ground/BytesTests", uses: ["DaybookBytes"]),
        tests("JSONTests", at: "Ground/JSONTests", uses: ["DaybookBytes", "DaybookJSON"]),
        tests("PlatformTests", at: "Ground/PlatformTests", uses: ground + ["DaybookSimulation"]),
        tests(
            "ContractTests", at: "ContractTests",
            uses: ground + ["Daybook", "DaybookJSON", "DaybookStoreContract"]),
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
            "CLITests", at: "CLITests",
            uses: ground + [
                "Daybook", "DaybookJournal", "DaybookStore", "DaybookJSON", "DaybookCLI",
                "DaybookStoreContract",
            ]),
        tests(
            "RealDataTests", at: "RealDataTests",
            uses: ground + ["Daybook", "DaybookStore", "DaybookJSON", "DaybookCLI"]),
        tests("TidyTests", at: "TidyTests", uses: []),
    ]
)
