/// A package that `daybook new` writes: a small bank, to be made into something else.
struct NewPackage {
    let name: PackageName
    let daybook: DaybookSource

    /// Its files by their paths, each behind what it needs to be understood.
    var files: [(path: String, text: String)] {
        let sources = "Sources/\(name.module)"
        let tests = "Tests/\(name.module)Tests"
        return [
            ("Package.swift", manifest), ("README.md", readme), (".gitignore", ignored),
            ("\(sources)/Events.swift", events), ("\(sources)/Account.swift", decider),
            ("\(sources)/Accounts.swift", repository), ("\(sources)/Program.swift", program),
            ("\(tests)/AccountTests.swift", deciderTests),
            ("\(tests)/EvolutionTests.swift", evolutionTests),
        ] + Self.goldenEvents.map { ("\(tests)/Events/\($0.0)", $0.1) }
    }

    /// The folders of its files, the outer ones first.
    var folders: [String] {
        ["Sources", "Sources/\(name.module)", "Tests", "Tests/\(name.module)Tests"]
            + ["Tests/\(name.module)Tests/Events"]
    }

    private var manifest: String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(name.text)",
            products: [.executable(name: "\(name.text)", targets: ["\(name.module)"])],
            dependencies: [\(daybook.dependency)],
            targets: [
                .executableTarget(
                    name: "\(name.module)",
                    dependencies: [
                        .product(name: "Daybook", package: "\(daybook.package)"),
                        .product(name: "DaybookSourcing", package: "\(daybook.package)"),
                    ]),
                .testTarget(
                    name: "\(name.module)Tests",
                    dependencies: [
                        "\(name.module)",
                        .product(name: "DaybookSourcingTesting", package: "\(daybook.package)"),
                    ],
                    exclude: ["Events"]),
            ]
        )

        """
    }

    private var ignored: String {
        """
        /.build
        /daybook-data

        """
    }

    /// What to type next, in the folder in which it was made.
    var nextSteps: [String] {
        [
            "swift test", "swift run -q \(name.text) open 41 Ada",
            "swift run -q \(name.text) deposit 41 50", "swift run -q \(name.text) history 41",
            "daybook read --all",
        ]
    }
}
