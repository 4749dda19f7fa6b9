import Daybook
import DaybookPlatform
import Testing

@testable import DaybookStore

/// How a task has the answer to its append.
@Suite struct AwaitedAnswerTests {
    private static let appended = Appended(
        firstPosition: 3, lastPosition: 4, streams: [], isDuplicate: false)

    @Test func `An answer that is there is had at once`() async throws {
        let answer = AwaitedAnswer()
        #expect(!answer.look(nanoseconds: 0))
        answer.set(.success(Self.appended))
        #expect(answer.look(nanoseconds: 0))
        #expect(try await answer.value().get() == Self.appended)
    }

    @Test(.timeLimit(.minutes(15))) func `An answer that comes later is awaited`() async throws {
        for _ in 0..<200 {
            let answer = AwaitedAnswer()
            let thread = try Thread(name: "answer") { answer.set(.failure(.closed())) }
            await #expect(throws: StoreError.self) { try await answer.value().get() }
            thread.join()
        }
    }

    @Test(.timeLimit(.minutes(15))) func `Whoever looks sees the answer come`() async throws {
        let answer = AwaitedAnswer()
        let thread = try Thread(name: "answer") { answer.set(.success(Self.appended)) }
        #expect(answer.look(nanoseconds: .max / 4))
        thread.join()
    }

    @Test func `After a look in vain some appends do not look`() {
        var looks = AnswerLooks()
        var begun: [Bool] = []
        for number in 0..<AnswerLooks.passedOver + 4 {
            begun.append(looks.begins())
            if begun[number] { looks.ended(found: number != 1) }
        }
        let passedOver = [Bool](repeating: false, count: AnswerLooks.passedOver)
        #expect(begun == [true, true] + passedOver + [true, true])
    }
}
