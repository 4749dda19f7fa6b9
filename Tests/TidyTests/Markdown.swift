import Foundation

/// A page of documentation: its headings, links and the code in it.
struct Markdown {
    private(set) var anchors: Set<String> = []
    /// Where links point to, with the line they are on.
    private(set) var links: [(line: Int, target: String)] = []
    /// The words set as code, in text and in blocks.
    private(set) var code: [(line: Int, text: String)] = []
    /// The blocks of code by their language.
    private(set) var blocks: [(language: String, text: String)] = []

    init(_ text: String) {
        var block: (language: String, text: String)?
        for (number, line) in text.numberedLines {
            if line.hasPrefix("```") {
                if let ended = block { blocks.append(ended) }
                block = block == nil ? (String(line.dropFirst(3)), "") : nil
            } else if block != nil {
                block?.text += line + "\n"
                code.append((number, String(line)))
            } else {
                read(line, number)
            }
        }
    }

    private mutating func read(_ line: Substring, _ number: Int) {
        if line.hasPrefix("#") { anchors.insert(Self.anchor(line.drop { $0 == "#" })) }
        for span in line.matches(of: /`([^`]+)`/) { code.append((number, String(span.output.1))) }
        let prose = line.replacing(/`[^`]+`/, with: "")
        for link in prose.matches(of: /\]\(<?([^)\s>]+)>?[^)]*\)/) {
            links.append((number, String(link.output.1)))
        }
        for link in prose.matches(of: /^\s*\[[^\]]+\]:\s*(\S+)/) {
            links.append((number, String(link.output.1)))
        }
    }

    /// The anchor of a heading, as the web pages of a repository make it.
    static func anchor(_ heading: Substring) -> String {
        heading.lowercased().trimmingCharacters(in: .whitespaces)
            .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == " " }
            .replacing(" ", with: "-")
    }
}

/// Whether what a page points to is there.
struct Links {
    /// Every file, and every folder above one.
    let places: Set<String>
    let page: (String) -> Markdown?

    /// - Parameter page: a page of the repository by its path.
    init(_ files: [String], page: @escaping (String) -> Markdown?) {
        var places: Set<String> = [""]
        for file in files {
            let parts = file.split(separator: "/")
            for count in 1...max(1, parts.count) {
                places.insert(parts.prefix(count).joined(separator: "/"))
            }
        }
        self.places = places
        self.page = page
    }

    func problems(_ file: String, _ text: String) -> [String] {
        let page = Markdown(text)
        return linkProblems(file, page) + pathProblems(page)
    }

    private func linkProblems(_ file: String, _ markdown: Markdown) -> [String] {
        markdown.links.compactMap { line, target in
            if target.contains(":") { return nil }
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = parts[0].isEmpty ? file : resolve(String(parts[0]), from: file)
            guard let path, places.contains(path) else {
                return "line \(line) links to \(target), which is not there"
            }
            guard parts.count == 2 else { return nil }
            let anchors = path == file ? markdown.anchors : page(path)?.anchors ?? []
            return anchors.contains(String(parts[1]))
                ? nil : "line \(line) links to \(target), and there is no such heading"
        }
    }

    /// Paths of the repository that are named in code, like `Scripts/test`.
    private func pathProblems(_ page: Markdown) -> [String] {
        page.code.flatMap { line, text in
            Self.paths(in: text).filter { !places.contains($0) }.map { path in
                "line \(line) names \(path), which is not there"
            }
        }
    }

    /// What in a text is a path from the root: it begins with one of our folders.
    static func paths(in text: String) -> [String] {
        // Most lines have none, and the pattern is slow.
        guard text.contains("/") else { return [] }
        let path =
            #/
            (?: ^ | [\s"'`(] )
            ( (?: Sources | Tests | Scripts | Documentation | Benchmarks | Examples | \.ci )
              / [\w/.+\-]* )
            ( [*…<{]? )
            /#
        return text.matches(of: path).compactMap { match in
            if !match.output.2.isEmpty { return nil }
            var path = match.output.1
            while path.last == "." || path.last == "/" { path.removeLast() }
            return String(path)
        }
    }

    private func resolve(_ target: String, from file: String) -> String? {
        var parts = file.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") {
            if part == ".." {
                if parts.isEmpty { return nil }
                parts.removeLast()
            } else if part != "." {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
