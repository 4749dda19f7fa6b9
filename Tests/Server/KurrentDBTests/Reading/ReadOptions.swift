import DaybookProtobuf

/// A request to read, as clients write it.
struct ReadOptions {
    enum Start {
        case start, end
        case at(UInt64)
        case none
    }
    enum Filter {
        case none, absent
        case pattern(String, byStream: Bool = false)
        case prefixes([String], byStream: Bool = false)
    }

    var stream: String?
    var start = Start.start
    var isBackwards = false
    /// Nil: a subscription.
    var count: UInt64? = UInt64(Int64.max)
    var filter = Filter.none
    var hasForm = true
    var resolvesLinks = false
    var compatibility: UInt64 = 0

    static func stream(_ name: String) -> ReadOptions { ReadOptions(stream: name) }
    static var all: ReadOptions { ReadOptions() }

    func from(_ start: Start) -> ReadOptions { with { $0.start = start } }
    var backwards: ReadOptions { with { $0.isBackwards = true } }
    func limit(_ count: UInt64) -> ReadOptions { with { $0.count = count } }
    var resolved: ReadOptions { with { $0.resolvesLinks = true } }
    var subscription: ReadOptions { with { $0.count = nil } }
    func filter(_ filter: Filter) -> ReadOptions { with { $0.filter = filter } }

    func with(_ change: (inout ReadOptions) -> Void) -> ReadOptions {
        var copy = self
        change(&copy)
        return copy
    }

    /// The message, framed.
    var message: [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { write(into: &$0) }
        let bytes = writer.array
        return [0] + (0..<4).map { UInt8(bytes.count >> (24 - 8 * $0) & 255) } + bytes
    }

    private func write(into writer: inout ProtobufWriter) {
        writer.message(stream == nil ? 2 : 1) { writer in
            if let stream { writer.message(1) { $0.string(3, stream) } }
            let first = stream == nil ? 1 : 2
            switch start {
            case .at(let revision) where stream != nil: writer.uint64(2, always: revision)
            case .at(let position):
                writer.message(1) { writer in
                    writer.uint64(1, position)
                    writer.uint64(2, position)
                }
            case .start: writer.message(first + 1) { _ in }
            case .end: writer.message(first + 2) { _ in }
            case .none: break
            }
        }
        writer.bool(3, isBackwards)
        writer.bool(4, resolvesLinks)
        if let count { writer.uint64(5, always: count) } else { writer.message(6) { _ in } }
        writeFilter(into: &writer)
        if hasForm { writer.message(9) { $0.message(2) { _ in } } }
        if compatibility > 0 { writer.message(10) { $0.uint64(1, compatibility) } }
    }

    private func writeFilter(into writer: inout ProtobufWriter) {
        switch filter {
        case .absent: break
        case .none: writer.message(8) { _ in }
        case .pattern(let text, let byStream):
            writer.message(7) { writer in
                writer.message(byStream ? 1 : 2) { $0.string(1, text) }
                writer.uint64(3, 4)
                writer.uint64(5, 2)
            }
        case .prefixes(let texts, let byStream):
            writer.message(7) { writer in
                writer.message(byStream ? 1 : 2) { writer in
                    for text in texts { writer.string(2, text) }
                }
                writer.uint64(3, 4)
                writer.uint64(5, 2)
            }
        }
    }
}
