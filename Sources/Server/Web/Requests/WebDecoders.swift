internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookJSON

/// What reads the bytes of a stranger's request: each takes any, or says what is wrong.
package enum WebDecoders {
    /// Gives bytes to all of them.
    package static func tryAll(_ bytes: RawSpan) {
        let text = String(decoding: bytes.copied(), as: UTF8.self)
        tryTarget(text)
        tryFields(text)
        tryServiceFields(text)
        attempt { try tryPacked(bytes) }
        attempt { _ = try AppendRequest(bytes, incoming) }
        attempt { _ = try ReadRequest(bytes).read(limit: 10) }
        attempt { _ = try ProposedEvents(bytes, .json, to: "s", incoming) }
        attempt { _ = try ProposedEvents(bytes, .lines, to: "s", incoming) }
        attempt { _ = try CloudEvent(try JSON.slice(of: bytes), in: bytes).event() }
    }

    /// An address: what is decoded and encoded again reads the same.
    private static func tryTarget(_ text: String) {
        attempt {
            let target = try RequestTarget("/" + text)
            for pair in target.query {
                let again = RequestTarget.encoded(pair.value)
                let decoded = try RequestTarget.decoded(again, plusIsSpace: true)
                precondition(decoded == pair.value, "an encoded text reads as another")
            }
            for operation in described.operations {
                attempt { _ = try QueryValues(target.query, of: operation.parameters) }
                if operation.matches(target.segments) {
                    attempt { _ = try operation.values(in: target.segments) }
                }
            }
        }
    }

    private static let incoming = IncomingBytes(
        all: ClientBytes(
            .events, bytesMax: Limits.appendBytesMax, requestBytesMax: Limits.appendBytesMax),
        connection: ConnectionBytes())
    private static let described = Operations.surface(version: "")

    /// The value of a field of a head.
    private static func tryFields(_ text: String) {
        for name in ["if-match", "if-none-match"] {
            attempt {
                _ = try StreamCondition.asked(nil, HTTPFields(dictionaryLiteral: (name, text)))
            }
        }
        _ = MediaType.choice(text, among: [MediaType.json, MediaType.lines])
        attempt {
            _ = try CloudEvent(
                ["ce-specversion": "1.0", "ce-id": text, "ce-source": text, "ce-type": "t"], []
            ).event()
        }
        attempt {
            _ = try CloudEvent(
                [
                    "ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "t",
                    "content-type": text,
                ], []
            ).event()
        }
        if let checkpoint = Checkpoint(text) {
            precondition(
                Checkpoint(checkpoint.description) == checkpoint, "a checkpoint reads as another")
        }
        _ = Position(text)
    }

    /// The value of a field that the service looks at whatever is asked for.
    private static func tryServiceFields(_ text: String) {
        let wishes = AnswerWishes("GET", ["if-none-match": text, "accept-encoding": text])
        _ = wishes.have("\"1\"")
        attempt { try Encoding.check(["content-encoding": text]) }
        let head = RequestHead(method: "GET", scheme: "https", authority: text, target: "/v1/head")
        _ = names.have(head)
        let asked: HTTPFields = [
            "origin": text, "access-control-request-method": "GET",
            "access-control-request-headers": text,
        ]
        _ = origins.preflight(asked, allow: "GET")
    }

    private static let names = ServedNames("books.example") { $0 == "bank.example" }
    private static let origins = CrossOrigin("https://app.example.org")

    /// A body that came packed.
    private static func tryPacked(_ bytes: RawSpan) throws(Problem) {
        let bytesMax = 1 << 16
        let body = try Encoding.unpacked(
            bytes.copied(), ["content-encoding": "gzip"], bytesMax: bytesMax)
        precondition(body.count <= bytesMax, "more was unpacked than may be")
    }

    private static func attempt(_ body: () throws -> Void) {
        // Whatever is thrown has to be something that an answer can tell.
        do { try body() } catch { _ = Problem(error).reply }
    }
}
