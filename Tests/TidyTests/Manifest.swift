/// What Package.swift says about layers and folders, read as text: the manifest cannot be imported.
struct Manifest {
    /// The layer of each target, from the table.
    var layers: [String: String] = [:]
    /// The folder of each target, relative to the root.
    var folders: [String: String] = [:]

    init(_ text: String) {
        let behind = text.split(separator: "let layers", maxSplits: 1).last ?? ""
        let table = behind.split(separator: "\n]", maxSplits: 1).first ?? ""
        for row in table.matches(of: /"(\w+)":\s*\.(\w+)/) {
            layers[String(row.output.1)] = String(row.output.2)
        }
        for room in text.matches(of: /\b(room|tests|library)\(\s*"(\w+)",\s*at:\s*"([^"]+)"/) {
            let parent = room.output.1 == "tests" ? "Tests/" : "Sources/"
            folders[String(room.output.2)] = parent + room.output.3
        }
        // The targets written in full: the path that follows the name, whatever stands between.
        let whole =
            #/
            \. (?: target | systemLibrary | executableTarget ) \( \s* name: \s* "(\w+)",
            (?s: .*? ) path: \s* "([^"]+)"
            /#
        for target in text.matches(of: whole) {
            folders[String(target.output.1)] = String(target.output.2)
        }
    }

    /// Where the targets of a layer have to lie.
    static let floors = [
        "ground": ["Sources/Ground"], "contract": ["Sources/Contract"],
        "sourcing": ["Sources/Sourcing"], "journal": ["Sources/Journal"],
        "store": ["Sources/Store"], "server": ["Sources/Server"],
        // The examples are a package of their own, and the command runs them.
        "command": ["Sources/CLI", "Examples/Sources"], "testing": ["Sources/Testing"],
        "tests": ["Tests"],
    ]

    /// Targets without a layer or a folder, and folders on a wrong floor.
    var problems: [String] {
        var found: [String] = []
        for name in Set(layers.keys).symmetricDifference(folders.keys).sorted() {
            found.append(
                layers[name] == nil
                    ? "\(name) is not in the table of layers" : "\(name) has a layer and no folder")
        }
        for (name, folder) in folders.sorted(by: { $0.key < $1.key }) {
            guard let layer = layers[name] else { continue }
            guard let floors = Self.floors[layer] else {
                found.append("\(name) is on \(layer), a floor without a folder")
                continue
            }
            if !floors.contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) {
                found.append(
                    "\(name) is on \(layer) and lies in \(folder), not below "
                        + floors.joined(separator: " or "))
            }
        }
        return found
    }

    /// The target a file belongs to: the one with the longest folder above it.
    func target(of file: String) -> String? {
        folders.filter { file.hasPrefix($0.value + "/") }
            .max { $0.value.count < $1.value.count }?.key
    }
}
