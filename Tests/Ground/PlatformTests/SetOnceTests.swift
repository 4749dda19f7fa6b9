import DaybookPlatform
import Testing

@Suite(.timeLimit(.minutes(15))) struct SetOnceTests {
    private final class Word: Sendable {
        let text: String
        init(_ text: String) { self.text = text }
    }

    @Test func `the first value stays`() {
        let word = SetOnce<Word>()
        let before = word.value
        let areSet = [word.set(Word("first")), word.set(Word("second"))]
        let after = word.value
        #expect(before == nil && areSet == [true, false] && after?.text == "first")
    }

    @Test func `a value is let go of with it, and one that came too late at once`() {
        weak var first: Word?
        weak var second: Word?
        do {
            let word = SetOnce<Word>()
            let values = (Word("first"), Word("second"))
            (first, second) = values
            _ = word.set(values.0)
            _ = word.set(values.1)
            let value = word.value
            #expect(value === first)
        }
        #expect(first == nil && second == nil)
    }

    @Test func `threads that set it at once agree on one`() throws {
        final class Shared: Sendable {
            let word = SetOnce<Word>()
            let seen = Monitor<[String]>([])
        }
        let shared = Shared()
        let threads = try (0..<8).map { number in
            try Thread(name: "set-\(number)") {
                _ = shared.word.set(Word("\(number)"))
                let text = shared.word.value?.text ?? "none"
                shared.seen.withLock { $0.append(text) }
            }
        }
        for thread in threads { thread.join() }
        let seen = shared.seen.withLock { $0 }
        #expect(seen.count == 8 && Set(seen).count == 1)
        let last = shared.word.value?.text
        #expect(seen.first == last)
    }
}
