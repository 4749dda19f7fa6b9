// Names are compared by their bytes: `==` on strings also holds for two spellings of the same
// characters, and what is in memory has to match exactly as what is found by an index of bytes.

extension Query {
    /// Whether an event is one of those the query asks for.
    ///
    /// The system's streams are left out unless asked for, by `includesSystemStreams` or by name.
    package func matches(
        stream: String, type: String, tags: Set<String>, correlation: String? = nil,
        includesSystemStreams: Bool = false
    ) -> Bool {
        let isHidden = StreamName.isSystem(stream) && !includesSystemStreams
        if items.isEmpty { return !isHidden }
        return items.contains {
            (!isHidden || $0.stream != nil)
                && $0.matches(stream: stream, type: type, tags: tags, correlation: correlation)
        }
    }
}

extension Query.Item {
    /// Whether an event fits all that the item says.
    package func matches(
        stream: String, type: String, tags: Set<String>, correlation: String? = nil
    ) -> Bool {
        if let name = self.stream, !name.isSpelled(as: stream) { return false }
        if let category {
            guard let actual = StreamName.category(of: stream),
                String(actual).isSpelled(as: category)
            else { return false }
        }
        if let wanted = self.correlation {
            guard let correlation, correlation.isSpelled(as: wanted) else { return false }
        }
        if !types.isEmpty && !types.holds(type) { return false }
        return self.tags.allSatisfy { tags.holds($0) }
    }
}

extension Set<String> {
    /// Whether a member has exactly these bytes.
    package func holds(_ text: String) -> Bool {
        firstIndex(of: text).map { self[$0].isSpelled(as: text) } ?? false
    }
}
