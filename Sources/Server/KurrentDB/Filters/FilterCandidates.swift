internal import Daybook

/// The events that a filter may want, as the index finds them, maybe with some that it does not want.
///
/// | filter                                   | candidates                        |
/// |------------------------------------------|-----------------------------------|
/// | types `^(paid|refunded)$`                | those of these types              |
/// | streams `^order-7$`                      | those of this stream              |
/// | streams `order-`, `order-7`, `^order-.*` | those of the category `order`     |
///
/// A prefix without `-` may be that of any category, and one of a type that of any type. Whatever is found is looked at
/// once more by the filter, as what clients see may have another name than what is recorded.
struct FilterCandidates {
    let query: Query
    /// Whether the filter wants all of them.
    let areWanted: Bool

    /// Nil where the index knows of nothing that the filter does not want.
    init?(_ plan: EventFilter.Plan) {
        var names: [NamePattern]
        switch plan.test {
        case .prefixes(let prefixes):
            names = prefixes.map { .prefix($0) }
        case .pattern(let text):
            guard let found = NamePattern.all(of: text) else { return nil }
            names = found
        }
        let found = plan.subject == .type ? Self.ofTypes(names) : Self.ofStreams(names)
        guard let found, (try? found.query.validate()) != nil else { return nil }
        self = found
    }

    private init(_ query: Query, areWanted: Bool) {
        self.query = query
        self.areWanted = areWanted
    }

    // One item for each name: sets of texts take two spellings of the same characters for one.

    private static func ofTypes(_ names: [NamePattern]) -> FilterCandidates? {
        var items: [Query.Item] = []
        var isAboutSystem = false
        for name in names {
            guard case .whole(let type) = name else { return nil }
            isAboutSystem = isAboutSystem || type.hasPrefix("$")
            var types: Set = [type]
            if type == SystemType.metadata { types.insert(SystemType.softDeleted) }
            if type == SystemEvents.streamDeleted { types.insert(SystemType.tombstoned) }
            items.append(Query.Item(types: types))
        }
        return FilterCandidates(Query(items), areWanted: !isAboutSystem)
    }

    /// A tombstone is recorded in another stream than the one in which it is shown.
    private static func ofStreams(_ names: [NamePattern]) -> FilterCandidates? {
        var items = [Query.Item(types: [SystemType.tombstoned])]
        var categories: Set<[UInt8]> = []
        for name in names {
            switch name {
            case .whole(let stream): items.append(Query.Item(stream: stream))
            case .prefix(let prefix):
                guard let category = StreamName.category(of: prefix) else { return nil }
                guard categories.insert(Array(category.utf8)).inserted else { continue }
                items.append(Query.Item(category: String(category)))
            }
        }
        return FilterCandidates(Query(items), areWanted: false)
    }
}

/// What names look like: all that a filter wants is like one of some of these.
package enum NamePattern: Hashable, Sendable {
    case whole(String)
    case prefix(String)

    /// What a regular expression matches, and maybe more; nil where it does not say how names begin.
    ///
    /// Understood is `^` and then literal characters up to the end `$` or up to anything else, or `^(one|two)$` with
    /// literal characters only. An expression with a choice anywhere else is not understood.
    package static func all(of expression: String) -> [NamePattern]? {
        guard expression.hasPrefix("^") else { return nil }
        let body = expression.dropFirst()
        for begin in ["(?:", "("] where body.hasPrefix(begin) && body.hasSuffix(")$") {
            let choices = body.dropFirst(begin.count).dropLast(2).unicodeScalars
                .split(separator: "|", omittingEmptySubsequences: false)
            var names: [NamePattern] = []
            for choice in choices {
                let name = literal(choice)
                guard name.isWhole else { return nil }
                names.append(.whole(name.text))
            }
            return names
        }
        if body.unicodeScalars.contains("|") { return nil }
        let isEnded = body.hasSuffix("$") && !body.hasSuffix("\\$")
        let name = literal((isEnded ? body.dropLast() : body).unicodeScalars)
        if name.text.isEmpty { return nil }
        return [name.isWhole && isEnded ? .whole(name.text) : .prefix(name.text)]
    }

    /// The literal characters with which an expression without a choice begins, and whether it has nothing else.
    private static func literal(
        _ expression: Substring.UnicodeScalarView
    ) -> (text: String, isWhole: Bool) {
        var text = String.UnicodeScalarView()
        var rest = expression
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                // A letter or a digit behind it stands for something else.
                guard let next = rest.first, next.isASCII, !next.properties.isAlphabetic,
                    next.properties.numericType == nil
                else { return (String(text), false) }
                text.append(next)
                rest.removeFirst()
            case "*", "?", "{":
                // What it follows may be missing.
                if !text.isEmpty { text.removeLast() }
                return (String(text), false)
            case "+", ".", "[", "]", "(", ")", "^", "$", "}": return (String(text), false)
            default: text.append(scalar)
            }
        }
        return (String(text), true)
    }
}
