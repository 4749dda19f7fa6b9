import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookHTTP

@Suite struct HTTP1ParserTests {
    static let wellFormed: [(String, bodies: [String])] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", [""]),
        ("GET /a?b=%20 HTTP/1.0\r\n\r\n", [""]),
        ("OPTIONS * HTTP/1.1\r\nhost:a\r\n\r\n", [""]),
        ("GET http://b:1/c HTTP/1.1\r\nHost: a\r\n\r\n", [""]),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [""]),
        ("GET / HTTP/1.1\r\nHost:\r\nX:\t v w \t\r\nX: 2\r\n\r\n", [""]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", ["hello"]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", [""]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n1;a=b\r\n \r\n00A ; q=\"x\"\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
            ["hello 0123456789"]
        ),
        (
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: 2\r\n\r\nhiGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
            ["", "hi", ""]
        ),
    ]

    @Test(
        "What a head takes that is not whole is known, with its first line and a piece of the last")
    func headBytes() throws {
        var parser = HTTP1Parser<HTTP1RequestHead>(HTTPLimits())
        func read(_ text: String) throws {
            var at = 0
            _ = try parser.next(Array(text.utf8).rawSpan, at: &at)
        }
        let line = "GET /" + String(repeating: "a", count: 1_000) + " HTTP/1.1"
        try read(line)
        #expect(parser.headBytes == line.utf8.count)
        try read("\r\n")
        #expect(parser.headBytes == line.utf8.count)
        try read("Host: h\r\n")
        #expect(parser.headBytes == line.utf8.count + 7)
        try read("A: bcd")
        #expect(parser.headBytes == line.utf8.count + 13)
        try read("\r\n\r\n")
        #expect(parser.headBytes == 0)
    }

    @Test("The memory of a long line is given back with the next one")
    func longLine() throws {
        var reader = HTTP1LineReader()
        let bytes = [UInt8](repeating: 0x61, count: 50_000) + Array("\r\n\r\n".utf8)
        var at = 0
        let error = HTTP1Error("")
        let isLong = try reader.read(bytes.rawSpan, at: &at, bytesMax: 60_000, tooLong: error)
        #expect(isLong && reader.line.count == 50_000)
        let isNext = try reader.read(bytes.rawSpan, at: &at, bytesMax: 60_000, tooLong: error)
        #expect(isNext && reader.line.capacity <= HTTP1LineReader.keptBytesMax)
    }

    @Test("Requests are read the same wherever their bytes are cut", arguments: wellFormed)
    func cut(_ text: String, _ bodies: [String]) {
        let bytes = Array(text.utf8)
        let whole = parse(bytes)
        #expect(
            whole.map { message in
                guard case .request(_, let body, _) = message else { return "-" }
                return String(decoding: body, as: UTF8.self)
            } == bodies)
        for place in 0...bytes.count { #expect(parse(bytes, cutAt: [place]) == whole) }
        #expect(parse(bytes, cutAt: Array(0...bytes.count)) == whole)
    }

    @Test("A head is understood")
    func head() throws {
        let text =
            "POST http://h:8/p?q HTTP/1.1\r\nHost: other\r\nConnection: X, Close\r\n"
            + "TE: trailers\r\nExpect: 100-Continue\r\nContent-Length: 3\r\nUser-Agent:  a b \r\n\r\n"
        guard case .unfinished(let head?, _) = parse(Array(text.utf8)).first else {
            Issue.record("the head was not read")
            return
        }
        #expect(head.head.method == "POST")
        #expect(head.head.authority == "h:8")
        #expect(head.head.target == "/p?q")
        #expect(head.head.fields["user-agent"] == "a b")
        #expect(!head.keepsAlive)
        #expect(head.takesTrailers)
        #expect(head.expectsContinue)
        #expect(head.framing == .length(3))
    }

    static let start = "POST / HTTP/1.1\r\nHost: a\r\n"
    static let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"
    static let malformed: [(String, status: Int)] = [
        // Where one message ends and the next begins must be beyond doubt.
        (start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400),
        (start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400),
        (start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        (start + "Content-Length: 5, 5\r\n\r\n", 400),
        (start + "Content-Length: +5\r\n\r\n", 400),
        (start + "Content-Length: -5\r\n\r\n", 400),
        (start + "Content-Length: 0x5\r\n\r\n", 400),
        (start + "Content-Length: 5 5\r\n\r\n", 400),
        (start + "Content-Length:\r\n\r\n", 400),
        (start + "Content-Length: 99999999999999999999\r\n\r\n", 413),
        (start + "Content-Length : 5\r\n\r\n", 400),
        (start + "Transfer-Encoding : chunked\r\n\r\n", 400),
        (start + " Transfer-Encoding: chunked\r\n\r\n", 400),
        (start + "Transfer-Encoding: chunked, chunked\r\n\r\n", 501),
        (start + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
        (start + "Transfer-Encoding: identity\r\n\r\n", 501),
        (start + "Transfer-Encoding: xchunked\r\n\r\n", 501),
        (start + "Transfer-Encoding: \u{B}chunked\r\n\r\n", 400),
        (start + "Transfer-Encoding:\r\n chunked\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (start + "X: a\r\n b\r\n\r\n", 400),
        (start + "X: a\nY: b\r\n\r\n", 400),
        (start + "X: a\rY: b\r\n\r\n", 400),
        (start + "X: a\u{0}b\r\n\r\n", 400),
        (start + "X\u{0}: a\r\n\r\n", 400),
        (start + "X\r\n\r\n", 400),
        (start + ": a\r\n\r\n", 400),
        (start + "\n", 400),
        ("POST / HTTP/1.1\nHost: a\n\n", 400),
        // Chunks.
        (chunked + "\r\n", 400), (chunked + "g\r\n", 400), (chunked + "-1\r\n", 400),
        (chunked + " 5\r\nhello\r\n", 400), (chunked + "0x5\r\nhello\r\n", 400),
        (chunked + "5\nhello\r\n", 400), (chunked + "5\r\nhello!\r\n", 400),
        (chunked + "5\r\nhello\n", 400), (chunked + "5\r\nhello\r!", 400),
        (chunked + "5 6\r\nhello\r\n", 400), (chunked + "5;a\u{1}\r\nhello\r\n", 400),
        (chunked + "5;" + String(repeating: "a", count: 300) + "\r\nhello\r\n", 400),
        (chunked + "1000000000000000\r\n", 413), (chunked + "0\r\nX : a\r\n\r\n", 400),
        (chunked + "0\r\n X: a\r\n\r\n", 400), (chunked + "0\r\n\n", 400),
        // Hosts.
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        ("GET http:///c HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        // First lines.
        ("GET  / HTTP/1.1\r\n", 400), ("GET / HTTP/1.1 \r\n", 400), (" GET / HTTP/1.1\r\n", 400),
        ("GET /\r\n", 400), ("GET / HTTP/2.0\r\n", 505), ("GET / HTTP/1.2\r\n", 505),
        ("GET / http/1.1\r\n", 400), ("GET / HTTP/11\r\n", 400), ("G(T / HTTP/1.1\r\n", 400),
        ("GET /\t HTTP/1.1\r\n", 400), ("GET /\u{7F} HTTP/1.1\r\n", 400),
        ("GET /ä HTTP/1.1\r\n", 400), ("GET /a#b HTTP/1.1\r\n", 400), ("GET a HTTP/1.1\r\n", 400),
        ("CONNECT a:1 HTTP/1.1\r\n", 400), ("GET * HTTP/1.1\r\n", 400), ("\r\n\r\n", 400),
        // What is not there.
        (start + "Expect: something\r\n\r\n", 417),
    ]

    @Test("What two readers could understand differently is refused", arguments: malformed)
    func refused(_ text: String, _ status: Int) {
        let bytes = Array(text.utf8)
        #expect(parse(bytes).last == .refused(status))
        for place in 0...bytes.count {
            #expect(parse(bytes, cutAt: [place]).last == .refused(status))
        }
    }

    @Test("Each limit ends a message beyond it, and takes one at it")
    func limits() {
        var limits = HTTPLimits()
        limits.lineBytesMax = 20
        limits.headBytesMax = 60
        limits.headFieldsMax = 3
        limits.bodyBytesMax = 10
        func status(_ text: String) -> Int {
            if case .refused(let status) = parse(Array(text.utf8), limits: limits).last {
                status
            } else {
                200
            }
        }
        let x = { String(repeating: "x", count: $0) }
        #expect(status("GET /\(x(6)) HTTP/1.1\r\nHost: a\r\n\r\n") == 200)
        #expect(status("GET /\(x(7)) HTTP/1.1\r\nHost: a\r\n\r\n") == 414)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA: \(x(50))\r\n\r\n") == 200)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA: \(x(51))\r\n\r\n") == 431)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\n\r\n") == 200)
        #expect(status("GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n\r\n") == 431)
        #expect(status("P / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n") == 413)
        let chunks = "P / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(status(chunks + "A\r\n\(x(10))\r\n0\r\n\r\n") == 200)
        #expect(status(chunks + "9\r\n\(x(9))\r\n2\r\nxx\r\n0\r\n\r\n") == 413)
        #expect(status(chunks + "0\r\nA: \(x(58))\r\n\r\n") == 431)
        #expect(status(chunks + "0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n") == 431)
    }

    @Test("Requests are counted for a fuzzer")
    func counted() {
        let text = Self.wellFormed.last!.0 + "GET"
        for cut in [0, 1, 7, text.utf8.count] {
            #expect(wholeHTTP1Requests(in: Array(text.utf8).rawSpan, cutAt: cut) == 3)
        }
        #expect(wholeHTTP1Requests(in: Array((text + "\n" + text).utf8).rawSpan) == 3)
    }

    @Test("No bytes stop the process, and cutting them changes nothing")
    func random() {
        let seed = SystemRandomness().next()
        let random = SeededRandomness(seed: seed)
        let words = [
            "GET ", "POST ", "/ ", "HTTP/1.1", "\r\n", "\r", "\n", "Host: a\r\n",
            "Content-Length: ",
            "Transfer-Encoding: chunked\r\n", "5", "0", ":", " ", "\t", ";", "\u{0}", "ffff", "x",
        ].map { Array($0.utf8) }
        for _ in 0..<(Host.environment("DAYBOOK_THOROUGH") == "1" ? 2_000_000 : 20_000) {
            var bytes: [UInt8] = []
            if random.next() % 2 == 0 { bytes += Array("POST / HTTP/1.1\r\nHost: a\r\n".utf8) }
            for _ in 0..<random.next() % 24 {
                if random.next() % 4 == 0 {
                    bytes.append(UInt8(truncatingIfNeeded: random.next()))
                } else {
                    bytes += words[Int(random.next() % UInt64(words.count))]
                }
            }
            let cut = Int(random.next() % UInt64(bytes.count + 1))
            #expect(parse(bytes, cutAt: [cut]) == parse(bytes), "seed \(seed): \(bytes)")
        }
    }
}
