/// The fields of a head or of trailers, in their order; names are in lower case.
///
/// A name may come several times; pseudo-fields of HTTP/2 (`:path` and so on) are never among them.
package struct HTTPFields: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var all: [Field] = []

    package init() {}
    /// Empty, with room for so many.
    package init(capacity: Int) { all.reserveCapacity(capacity) }
    package init(dictionaryLiteral elements: (String, String)...) {
        all = elements.map { Field($0, $1) }
    }

    /// The value of the first field of a name, nil where there is none; takes as long as there are fields.
    package subscript(_ name: String) -> String? {
        // Most names differ in their lengths, which costs less to see.
        let count = name.utf8.count
        for index in all.indices where all[index].name.utf8.count == count {
            if all[index].name == name { return all[index].value }
        }
        return nil
    }

    /// All values of a name.
    package func values(_ name: String) -> [String] {
        all.filter { $0.name == name }.map(\.value)
    }

    /// - Parameter name: in lower case.
    package mutating func add(_ name: String, _ value: String) { all.append(Field(name, value)) }

    package var isEmpty: Bool { all.isEmpty }

    /// Leaves only the first so many.
    mutating func cut(to count: Int, capacity: Int) {
        var kept: [Field] = []
        kept.reserveCapacity(capacity)
        kept += all[..<count]
        all = kept
    }
}
