import DaybookJSON
import Testing

struct JSONDifferenceTests {
    @Test(
        arguments: [
            (#"{"balance":5}"#, #"{"balance":7}"#, ["/balance: 5 → 7"]),
            (#"{"a":1}"#, #"{"a":1.0}"#, []), ("1", "2", [": 1 → 2"]), ("[]", "{}", [": [] → {}"]),
            (
                #"{"a":1,"b":2,"c":3}"#, #"{"d":4,"c":3,"b":0}"#,
                ["/a: - 1", "/b: 2 → 0", "/d: + 4"]
            ),
            (
                #"{"a":{"b":[1,2,{"c":3}]}}"#, #"{"a":{"b":[1,0,{"c":4}]}}"#,
                ["/a/b/1: 2 → 0", "/a/b/2/c: 3 → 4"]
            ),
            ("[1,2]", "[1]", ["/1: - 2"]), ("[1]", "[1,[2],3]", ["/1: + [2]", "/2: + 3"]),
            (
                #"{"a/b":1,"m~n":1,"~1":1,"":1}"#, "{}",
                ["/a~1b: - 1", "/m~0n: - 1", "/~01: - 1", "/: - 1"]
            ),
            (#"{"a":null}"#, "{}", ["/a: - null"]), ("{}", #"{"a":null}"#, ["/a: + null"]),
            (#"{"a":{"x":1}}"#, #"{"a":[1]}"#, [#"/a: {"x":1} → [1]"#]),
            (#"{"owner":"A"}"#, #"{"owner":"Ä\n"}"#, [#"/owner: "A" → "Ä\n""#]),
        ] as [(String, String, [String])])
    func `differences are named by their place`(old: String, new: String, lines: [String]) throws {
        let found = JSONValue.differences(
            from: try JSONValue(parsing: old), to: try JSONValue(parsing: new))
        #expect(found.map(\.description) == lines)
    }

    /// The document of RFC 6901, section 5, and what its pointers mean.
    @Test(arguments: [
        ("/foo", #"["bar","baz"]"#), ("/foo/0", #""bar""#), ("/", "0"), ("/a~1b", "1"),
        ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"), (#"/i\j"#, "5"), (#"/k"l"#, "6"), ("/ ", "7"),
        ("/m~0n", "8"),
    ])
    func `pointers of the RFC mean what it says`(pointer: String, text: String) throws {
        let document = try JSONValue(
            parsing: #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"#
                + #""k\"l":6," ":7,"m~n":8}"#)
        #expect(document.value(at: pointer)?.text() == text)
        #expect(document.value(at: "") == document)
    }

    @Test(arguments: [
        "a", "/x", "/list/2", "/list/-", "/list/01", "/list/+1", "/list/", "/list/1e0",
        "/list/99999999999999999999", "/a/b", "/~", "/~2", "/list~", "list",
    ])
    func `a pointer to nothing finds nothing`(pointer: String) {
        let document: JSONValue = ["a": 1, "list": [1, 2], "~": 1, "~2": 1, "list~": 1]
        #expect(document.value(at: pointer) == nil)
    }

    @Test(arguments: seeds)
    func `differences stand where they say and are all there are`(seed: UInt64) {
        var maker = JSONMaker(seed: seed)
        for _ in 0..<600 {
            let old = maker.value(depth: 5)
            let new = maker.variant(of: old, depth: 5)
            let found = JSONValue.differences(from: old, to: new)
            #expect(found.isEmpty == (old == new), "seed \(seed)")
            #expect(Set(found).count == found.count, "seed \(seed)")
            for difference in found {
                #expect(old.value(at: difference.path) == difference.old, "seed \(seed)")
                #expect(new.value(at: difference.path) == difference.new, "seed \(seed)")
                #expect(difference.old != difference.new, "seed \(seed)")
            }
            // From behind, so that what is removed from an array is removed at its end.
            var rebuilt: JSONValue? = old
            for difference in found.reversed() where difference.new == nil {
                rebuilt = rebuilt?.setting(difference.path, to: nil)
            }
            for difference in found where difference.new != nil {
                rebuilt = rebuilt?.setting(difference.path, to: difference.new)
            }
            #expect(rebuilt == new, "seed \(seed)")
        }
    }
}

extension JSONValue {
    /// A copy with the value at a pointer set or removed.
    func setting(_ pointer: String, to new: JSONValue?) -> JSONValue? {
        let tokens = pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        return setting(tokens.dropFirst().map { Self.unescaped(String($0)) }[...], to: new)
    }

    private func setting(_ tokens: ArraySlice<String>, to new: JSONValue?) -> JSONValue? {
        guard let token = tokens.first else { return new }
        switch self {
        case .object(var members):
            let inner = members[token] ?? .null
            members[token] = inner.setting(tokens.dropFirst(), to: new)
            return .object(members)
        case .array(var elements):
            guard let index = Int(token) else { return nil }
            let inner = elements.indices.contains(index) ? elements[index] : .null
            let changed = inner.setting(tokens.dropFirst(), to: new)
            if index == elements.count {
                elements.append(changed ?? .null)
            } else if let changed {
                elements[index] = changed
            } else {
                elements.remove(at: index)
            }
            return .array(elements)
        default:
            return nil
        }
    }

    private static func unescaped(_ token: String) -> String {
        let slashes = token.unicodeScalars.split(
            separator: "~", omittingEmptySubsequences: false
        ).map { String($0) }
        // Behind each tilde stands 0 for a tilde or 1 for a slash.
        return slashes[0]
            + slashes.dropFirst().map { part in
                let scalars = part.unicodeScalars
                return (scalars.first == "0" ? "~" : "/") + String(scalars.dropFirst())
            }.joined()
    }
}
