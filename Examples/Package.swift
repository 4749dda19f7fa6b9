// swift-tools-version: 6.2
import PackageDescription

// A package like anybody's: plain settings of Swift 6, and Daybook by the products that it offers. What compiles here compiles
// in yours.
let daybook: [Target.Dependency] = [
    .product(name: "Daybook", package: "daybook"),
    .product(name: "DaybookSourcing", package: "daybook"),
]

let package = Package(
    name: "daybook-examples",
    dependencies: [.package(name: "daybook", path: "..")],
    targets: [
        .target(name: "Examples", dependencies: daybook),
        .target(
            name: "MainActorExample", dependencies: daybook,
            swiftSettings: [.defaultIsolation(MainActor.self)]),
        .testTarget(
            name: "ExamplesTests",
            dependencies: daybook + [
                "Examples", "MainActorExample",
                .product(name: "DaybookSourcingTesting", package: "daybook"),
            ],
            exclude: ["Events"]),
    ],
    swiftLanguageModes: [.v6]
)
