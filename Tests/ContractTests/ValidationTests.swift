import Daybook
import Testing

@Suite("Validation")
struct ValidationTests {
    static let longest = String(repeating: "n", count: Limits.nameBytesMax)

    @Test(arguments: [
        ("account-1", true), ("$all", true), ("$$account-1", true), ("-", true), ("a b", true),
        ("küche", true), ("\u{80}", true), ("", false), ("$$", false), ("a\u{0}", false),
        ("\u{1F}", false), ("a\u{7F}b", false), ("a\nb", false), (longest, true),
        (longest + "n", false), ("$$" + longest, true), ("$$" + longest + "n", false),
        ("$" + longest, false),
    ])
    func `A stream's name`(_ name: String, _ isValid: Bool) {
        #expect((code { () throws(StoreError) in try StreamName.validate(name) } == nil) == isValid)
    }

    @Test func `A control character is found wherever it stands`() {
        for length in 1...40 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                bytes[place] = place % 2 == 0 ? 0x1F : 0x7F
                let name = String(decoding: bytes, as: UTF8.self)
                #expect(
                    code { () throws(StoreError) in try NameKind.tag.validate(name) } == .invalid)
                bytes[place] = 0x20
                let harmless = String(decoding: bytes, as: UTF8.self)
                #expect(
                    code { () throws(StoreError) in try NameKind.tag.validate(harmless) } == nil)
            }
        }
    }

    @Test func `A stream that is written, and one that is deleted`() {
        for (name, canBeWritten, canBeDeleted) in [
            ("account-1", true, true), ("$$account-1", true, false), ("$all", false, false),
            ("$$$x", false, false), ("$$$$account-1", false, false), ("a$b", true, true),
        ] {
            let written = code { () throws(StoreError) in try StreamName.validateWritten(name) }
            #expect(written == (canBeWritten ? nil : .invalid), "\(name)")
            let deleted = code { () throws(StoreError) in try StreamName.validateDeleted(name) }
            #expect(deleted == (canBeDeleted ? nil : .invalid), "\(name)")
        }
    }

    @Test func `The place of a refusal is the stream and the number of the event`() {
        var append = Append([Event(type: "t"), Event(type: "t", tags: ["x\n"])], to: "account-1")
        #expect(error(append)?.place == "stream 'account-1', event 1")
        append.entries[1].event = Event(type: "t", data: [UInt8](repeating: 0, count: 17 << 20))
        #expect(error(append)?.code == .tooLarge)
        #expect(error(append)?.place == "stream 'account-1', event 1")
        append.entries[1].event = append.entries[0].event
        #expect(error(append)?.what.contains("\(append.entries[0].event.id)") == true)
        #expect(error(append)?.place == "stream 'account-1', event 1")
        append.entries[1].stream = "account-2"
        #expect(error(append) == nil)
        append.entries[1].stream = ""
        #expect(error(append)?.place == "event 1")
    }

    @Test func `Streams that an append names are counted, written or only checked`() {
        var append = Append()
        for number in 0..<Limits.appendStreamsMax {
            append.conditions["s-\(number)"] = .any
        }
        append.entries = [.init(stream: "s-0", event: Event(type: "t"))]
        #expect(error(append) == nil)
        append.entries[0].stream = "other"
        #expect(error(append)?.code == .tooLarge)
    }

    @Test func `Found places: all together is a repeat, none is new, others are refused`() throws {
        var append = Append([Event(type: "a"), Event(type: "b")], to: "s-1")
        append.add([Event(type: "c")], to: "s-2")
        append.add([Event(type: "d")], to: "s-1")
        func places(_ positions: [Position?]) -> [RecordedPlace?] {
            positions.map { position in
                position.map { RecordedPlace(position: $0, revision: $0 * 10) }
            }
        }
        #expect(try append.repeated(at: places([nil, nil, nil, nil])) == nil)
        let answer = try append.repeated(at: places([4, 5, 6, 7]))
        #expect(
            answer
                == Appended(
                    firstPosition: 4, lastPosition: 7,
                    streams: [
                        .init(name: "s-1", lastRevision: 70), .init(name: "s-2", lastRevision: 60),
                    ], isDuplicate: true))
        for positions in [
            [4, 5, 6, nil], [nil, 5, 6, 7], [4, nil, nil, nil], [nil, nil, nil, 7], [4, 5, 7, 6],
            [4, 5, 6, 8], [7, 6, 5, 4], [4, 4, 4, 4],
        ] as [[Position?]] {
            #expect(throws: StoreError.self, "\(positions)") {
                try append.repeated(at: places(positions))
            }
        }
    }

    @Test func `Queries match by bytes, hide the system's streams, and join items by or`() {
        func matches(_ query: Query, _ stream: String, _ type: String, _ tags: Set<String>) -> Bool
        {
            query.matches(stream: stream, type: type, tags: tags)
        }
        #expect(matches(.all, "a-1", "t", []))
        #expect(!matches(.all, "$a-1", "t", []))
        #expect(Query.all.matches(stream: "$a-1", type: "t", tags: [], includesSystemStreams: true))
        #expect(matches(Query([.init(stream: "$a-1")]), "$a-1", "t", []))
        #expect(!matches(Query([.init(category: "$a")]), "$a-1", "t", []))
        #expect(matches(.tags(["x", "y"]), "a-1", "t", ["x", "y", "z"]))
        #expect(!matches(.tags(["x", "y"]), "a-1", "t", ["x"]))
        #expect(matches(.types(["s", "t"]), "a-1", "t", []))
        #expect(!matches(.matching(types: ["t"], tags: ["x"]), "a-1", "t", []))
        #expect(matches(Query.types(["s"]).or(.tags(["x"])), "a-1", "t", ["x"]))
        #expect(!matches(.tags(["\u{E9}"]), "a-1", "t", ["e\u{301}"]))
        #expect(!matches(Query([.init(category: "caf\u{E9}")]), "cafe\u{301}-1", "t", []))
    }

    private func error(_ append: Append) -> StoreError? {
        do {
            try append.validate()
            return nil
        } catch { return error }
    }

    private func code(_ body: () throws(StoreError) -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch { return error.code }
    }
}
