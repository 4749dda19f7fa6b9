import DaybookJSON
import Testing

struct MergePatchTests {
    /// RFC 7396, appendix A: original, patch, result.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, #"null"#, #"null"#),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `the cases of the RFC come out as it says`(
        original: String, patch: String, result: String
    ) throws {
        let value = try JSONValue(parsing: original)
        let patched = value.mergePatched(by: try JSONValue(parsing: patch))
        #expect(patched.text() == result)
        var inPlace = value
        inPlace.mergePatch(try JSONValue(parsing: patch))
        #expect(inPlace == patched)
    }

    @Test func `a changed member keeps its place`() throws {
        var value = try JSONValue(parsing: #"{"a":1,"b":{"x":1,"y":2},"c":3}"#)
        value.mergePatch(["b": ["x": nil, "z": 3], "d": 4, "a": 0])
        #expect(value.text() == #"{"a":0,"b":{"y":2,"z":3},"c":3,"d":4}"#)
    }

    @Test(arguments: [
        ("1", "2", "2"), ("{}", "[]", "[]"), ("[]", "{}", "{}"), (#"{"a":1}"#, #"{"a":1}"#, "{}"),
        (#"{"a":1,"b":2}"#, #"{"b":2,"c":3}"#, #"{"a":null,"c":3}"#),
        (#"{"a":{"b":1,"c":[1]},"d":0}"#, #"{"a":{"b":1,"c":[2]},"d":0}"#, #"{"a":{"c":[2]}}"#),
        (#"{"a":{}}"#, #"{"a":[null]}"#, #"{"a":[null]}"#), (#"{"a":1.0}"#, #"{"a":1}"#, "{}"),
        (#"{"a":null}"#, #"{"a":null}"#, "{}"), (#"{"a":null}"#, "{}", #"{"a":null}"#),
        (#"{"a":1}"#, #"{"a":null}"#, #"{"a":null}"#), ("{}", #"{"a":null}"#, "{}"),
        (#"{"a":{"b":1}}"#, #"{"a":{"b":1,"n":null}}"#, "{}"),
        (#"{"a":5}"#, #"{"a":{"b":{}}}"#, #"{"a":{"b":{}}}"#), ("null", "null", "null"),
    ])
    func `the patch between two values names what differs`(
        old: String, new: String, patch: String
    ) throws {
        let found = JSONValue.mergePatch(
            from: try JSONValue(parsing: old), to: try JSONValue(parsing: new))
        #expect(found.text() == patch)
    }

    /// What a patch from `old` can make of `new`: a null member is absent, if it is not null before.
    func reachable(_ new: JSONValue, from old: JSONValue?) -> JSONValue {
        guard case .object(let members) = new else { return new }
        // A value that is no object has no members before.
        let before = old?.asObject
        var result = JSONObject()
        for (key, member) in members {
            if !member.isNull {
                result[key] = .some(reachable(member, from: before?[key]))
            } else if before?[key]?.isNull == true {
                result[key] = .some(.null)
            }
        }
        return .object(result)
    }

    @Test(arguments: seeds)
    func `the patch between two values turns one into the other`(seed: UInt64) {
        var maker = JSONMaker(seed: seed)
        var withNulls = 0
        for round in 0..<600 {
            maker.makesNulls = round % 2 == 0
            let old = maker.value(depth: 5)
            let new = maker.variant(of: old, depth: 5)
            let patch = JSONValue.mergePatch(from: old, to: new)
            let patched = old.mergePatched(by: patch)
            #expect(patched == reachable(new, from: old), "seed \(seed) round \(round)")
            if new.hasNullMember { withNulls += 1 } else { #expect(patched == new) }
            if old == new, case .object = old { #expect(patch == [:]) }
        }
        #expect((1..<400).contains(withNulls))
    }

    @Test func `null members are found in objects and not in arrays`() {
        #expect(!(nil as JSONValue).hasNullMember)
        #expect(!([nil, ["a": nil]] as JSONValue).hasNullMember)
        #expect((["a": ["b": nil]] as JSONValue).hasNullMember)
        #expect(!(["a": [nil]] as JSONValue).hasNullMember)
    }

    /// Were a patch to copy or to search all members, this would be two and a half thousand million steps.
    @Test(.timeLimit(.minutes(15)))
    func `patching a big object takes time by the size of the patch`() {
        let size = 50_000
        var members = JSONObject()
        for n in 0..<size { members["key-\(n)"] = ["value": .number(JSONNumber(n))] }
        var value: JSONValue = ["accounts": .object(members)]
        members = JSONObject()
        for n in 0..<size {
            let key = "key-\(n)"
            if n % 2 == 0 {
                value.mergePatch(["accounts": .object([key: nil])])
            } else {
                value.mergePatch(["accounts": .object([key: ["value": -1, "more": true]])])
            }
        }
        #expect(value["accounts"]?.asObject?.count == size / 2)
        #expect(value["accounts"]?["key-1"]?.text() == #"{"value":-1,"more":true}"#)
        #expect(value["accounts"]?["key-0"] == nil)
        #expect(value["accounts"]?.asObject?.first { _ in true }?.key == "key-1")
    }
}
