internal import Daybook

/// An event as one line for a person.
struct EventRow {
    private let style: Style
    private let columns: Int?
    /// Which of the two times is shown.
    private let showsOccurred: Bool

    init(_ output: Output, showsOccurred: Bool) {
        style = output.style
        columns = output.columns
        self.showsOccurred = showsOccurred
    }

    /// `position  time  stream@revision  type  tags  data`, the data cut to the width of the
    /// terminal.
    func line(_ event: RecordedEvent) -> String {
        let position = "\(event.position)".paddedLeft(to: 7)
        let instant = showsOccurred ? event.occurredAt ?? event.recordedAt : event.recordedAt
        let time = instant.description.replacingT
        let stream = event.stream.withoutControls
        let type = event.type.withoutControls
        let tags = event.tags.sorted().map { "#" + $0.withoutControls }.joined(separator: " ")
        let revision = "@\(event.revision)"
        var line = style.paint(position, .faint) + "  " + style.paint(time, .faint) + "  "
        line += style.paint(stream, .name) + style.paint(revision, .faint) + "  "
        line += style.paint(type, .strong)
        var width = position.count + time.count + stream.count + revision.count + type.count + 6
        if !tags.isEmpty {
            line += "  " + style.paint(tags, .kind)
            width += tags.count + 2
        }
        let data = Self.text(of: event).withoutControls
        if data.isEmpty { return line }
        guard let columns else { return line + "  " + data }
        let room = columns - width - 2
        // A line that is full already goes on in the next one of the terminal, with some of its
        // data.
        return line + "  " + data.shortened(to: room >= 16 ? room : max(16, columns - 2))
    }

    private static func text(of event: RecordedEvent) -> String {
        if let text = String(validating: event.data, as: UTF8.self) { return text }
        return "(\(Quantity.count(event.data.count, "byte")) of \(event.contentType))"
    }
}

extension String {
    /// A time as people write it: with a space between date and time.
    var replacingT: String { String(map { $0 == "T" ? " " : $0 }) }
}
