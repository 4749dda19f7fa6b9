import DaybookPlatform
import DaybookServerTesting
import Testing

@testable import DaybookHTTP

@Suite struct HTTPDateTests {
    @Test(
        "A date is written as HTTP has it",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ])
    func written(_ seconds: Int64, _ text: String) {
        #expect(HTTPDate.text(at: seconds) == text)
    }

    @Test("An answer of HTTP/1.1 says when it was made")
    func answered() {
        struct Fixed: TimeSource {
            func wallMicroseconds() -> Int64 { 784_111_777_900_000 }
            func bootNanoseconds() -> Int64 { 0 }
        }
        let connection = ServerConversation(
            EchoService(), loop: HandLoop(), limits: HTTPLimits(), times: HTTPTimes(),
            date: HTTPDate(Fixed()), outlet: MemoryOutlet(), at: 0)
        connection.receive(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        let answer = String(decoding: connection.output(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
    }
}
