internal import Daybook

/// Colours, where a person looks.
struct Style: Sendable, Equatable {
    /// The few that are used, by what they are for.
    enum Ink: String {
        case strong = "1"
        case faint = "2"
        case added = "32"
        case removed = "31"
        case changed = "33"
        case name = "36"
        case kind = "35"
    }

    let isColoured: Bool

    static let plain = Style(isColoured: false)

    func paint(_ text: String, _ ink: Ink) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    /// Without what could command a terminal or break the line: each control character becomes a
    /// `·`.
    var withoutControls: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars { text.unicodeScalars.append(scalar.isControl ? "·" : scalar) }
        return text
    }

    /// Cut to a number of characters, the last of which then is an ellipsis.
    func shortened(to width: Int) -> String {
        // No character is shorter than a byte, so most texts need not be counted.
        if utf8.count <= width { return self }
        return count <= width ? self : width < 1 ? "" : prefix(width - 1) + "…"
    }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    func paddedLeft(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
