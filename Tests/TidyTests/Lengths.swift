/// How long files are: the figures of a calm house, from CONTRIBUTING.md.
struct Lengths: CustomStringConvertible {
    static let linesMax = 800
    static let percentile90Below = 400

    let files: [(file: String, lines: Int)]

    init(_ files: [(file: String, lines: Int)]) {
        self.files = files.sorted { $0.lines < $1.lines }
    }

    var median: Int { files.isEmpty ? 0 : files[files.count / 2].lines }
    var percentile90: Int { files.isEmpty ? 0 : files[files.count * 9 / 10].lines }

    var problems: [String] {
        var found = files.filter { $0.lines > Self.linesMax }.map { file in
            "\(file.file) has \(file.lines) lines, and \(Self.linesMax) is the most"
        }
        if percentile90 >= Self.percentile90Below {
            found.append(
                "one file in ten has \(percentile90) lines or more; below \(Self.percentile90Below)"
                    + " is the rule")
        }
        return found
    }

    var description: String {
        "\(files.count) files: median \(median) lines, 90th percentile \(percentile90), "
            + "longest \(files.last?.lines ?? 0)"
    }
}
