package import Daybook
package import DaybookProtobuf

extension Query {
    package func encode(into writer: inout ProtobufWriter) {
        for item in items { writer.message(1) { item.encode(into: &$0) } }
    }
}

extension Query.Item {
    package func encode(into writer: inout ProtobufWriter) {
        for type in types { writer.string(1, always: type) }
        for tag in tags { writer.string(2, always: tag) }
        if let stream { writer.string(3, always: stream) }
        if let category { writer.string(4, always: category) }
        if let correlation { writer.string(5, always: correlation) }
    }
}

extension Selection {
    package func encode(into writer: inout ProtobufWriter) {
        switch self {
        case .all: writer.empty(1)
        case .stream(let name): writer.string(2, always: name)
        case .category(let name): writer.string(3, always: name)
        case .query(let query): writer.message(4) { query.encode(into: &$0) }
        }
    }
}

extension V1 {
    /// A `Query`.
    struct SentQuery: ProtobufDecodable {
        private(set) var query = Query.all

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            // One more is kept than may be, so that whoever looks at it sees that there are too many.
            if field == 1, query.items.count <= Limits.queryItemsMax {
                let item: SentItem = try reader.read()
                query.items.append(item.item)
            }
        }
    }

    /// A `QueryItem`.
    private struct SentItem: ProtobufDecodable {
        var item = Query.Item()

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            let limit = Limits.queryItemTermsMax
            switch field {
            case 1: try reader.insertText(into: &item.types, atMost: limit)
            case 2: try reader.insertText(into: &item.tags, atMost: limit)
            case 3: item.stream = try reader.string()
            case 4: item.category = try reader.string()
            case 5: item.correlation = try reader.string()
            default: break
            }
        }
    }

    /// A `Selection`.
    struct SentSelection: ProtobufDecodable {
        /// Nil where it is none that is known here.
        private var selection: Selection?

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                _ = try reader.span()
                selection = .all
            case 2: selection = .stream(try reader.string())
            case 3: selection = .category(try reader.string())
            case 4:
                var sent = try reader.message()
                var query = SentQuery()
                while let field = try sent.next() { try query.decode(field: field, from: &sent) }
                var items = query.query.items
                if case .query(let before)? = selection { items = before.items + items }
                selection = .query(Query(items))
            default: break
            }
        }

        var known: Selection {
            get throws(StoreError) {
                guard let selection else { throw .unknownKind("selection") }
                return selection
            }
        }
    }
}

extension ProtobufReader {
    /// Adds a text to a set. One more is kept than may be. A set holds no two spellings of the same characters, so two are
    /// refused.
    mutating func insertText(
        into texts: inout Set<String>, atMost countMax: Int
    ) throws(ProtobufError) {
        let text = try string()
        if texts.count > countMax { return }
        let (isNew, known) = texts.insert(text)
        if !isNew, !known.isSpelled(as: text) {
            throw invalid("two names have the same characters in different bytes")
        }
    }
}
