extension StateMachine {
    /// The machine as a Mermaid diagram, for pages that draw those.
    public var mermaid: String {
        var lines = ["stateDiagram-v2"]
        var names: [Definition.Phase: String] = [:]
        for (index, phase) in Definition.Phase.allCases.enumerated() {
            let name = phase.rawValue
            if Self.isMermaidName(name) {
                names[phase] = name
            } else {
                names[phase] = "phase\(index)"
                lines.append("    state \"\(Self.mermaidText(name))\" as phase\(index)")
            }
        }
        func name(_ phase: Definition.Phase) -> String { names[phase] ?? phase.rawValue }
        lines.append("    [*] --> \(name(definition.start))")
        for arrow in arrows {
            let label = Self.mermaidText(arrow.label)
            lines.append("    \(name(arrow.from)) --> \(name(arrow.to)): \(label)")
        }
        for phase in Definition.Phase.allCases where final.contains(phase) {
            lines.append("    \(name(phase)) --> [*]")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The machine as a graph in the language of Graphviz.
    public var graphviz: String {
        func quoted(_ text: String) -> String {
            let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }
            return "\"\(escaped.joined())\""
        }
        var lines = [
            "digraph \(quoted(Definition.name)) {", "    rankdir = LR",
            "    node [shape = box, style = rounded]", "    \"[*]\" [shape = point]",
        ]
        for phase in Definition.Phase.allCases {
            let border = final.contains(phase) ? " [peripheries = 2]" : ""
            lines.append("    \(quoted(phase.rawValue))\(border)")
        }
        lines.append("    \"[*]\" -> \(quoted(definition.start.rawValue))")
        for arrow in arrows {
            let style = arrow.isPast ? ", style = dashed" : ""
            lines.append(
                "    \(quoted(arrow.from.rawValue)) -> \(quoted(arrow.to.rawValue)) "
                    + "[label = \(quoted(arrow.label))\(style)]")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private struct Arrow {
        let from: Definition.Phase
        let to: Definition.Phase
        let label: String
        let isPast: Bool
    }

    /// One for each phase that a transition leads from: command, guard, event.
    private var arrows: [Arrow] {
        transitions.flatMap { transition in
            transition.from.map { from in
                Arrow(
                    from: from, to: transition.to,
                    label: "\(transition.words) / \(transition.payload.eventType.name)",
                    isPast: transition.command == nil)
            }
        }
    }

    /// Whether a name is one that needs no other in a Mermaid diagram.
    private static func isMermaidName(_ name: String) -> Bool {
        let words: Set<String> = [
            "as", "class", "classDef", "click", "direction", "end", "note", "state", "style",
        ]
        return !words.contains(name) && name.first?.isLetter == true
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// What would end a label, by its number.
    private static func mermaidText(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "#", ":", ";", "\"", "<", ">": result += "#\(character.value);"
            case "\n", "\r": result += " "
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
