internal import DaybookGzip
internal import DaybookHTTP

extension Reply {
    /// Bodies from so many bytes on are packed where the client takes it: below, it saves nothing.
    static let packedBytesMin = 1024
    /// And up to so many: packing keeps the others of the loop waiting.
    static let packedBytesMax = 4 << 20
    /// A reply that is no longer is sent however much waits for others.
    private static let smallBytes = 16 << 10

    /// Whether it is packed for clients that take that. One with a strong entity tag stays as it is: the tag is of these very
    /// bytes.
    private var isPackable: Bool {
        body.count >= Self.packedBytesMin && body.count <= Self.packedBytesMax
            && fields["etag"]?.hasPrefix("\"") != true
    }

    /// The answer in its place to whoever has it already.
    private var unchanged: Reply {
        var reply = Reply(status: 304)
        for name in ["etag", "cache-control", "vary"] {
            for value in fields.values(name) { reply.fields.add(name, value) }
        }
        if isPackable { reply.fields.add("vary", "accept-encoding") }
        return reply
    }

    /// Sends it as the client wishes, or says that there is no room for it.
    func send(to exchange: Exchange, _ wishes: AnswerWishes) {
        if status == 200, let tag = fields["etag"], wishes.have(tag) {
            return unchanged.send(to: exchange)
        }
        var reply = self
        if reply.isPackable {
            reply.fields.add("vary", "accept-encoding")
            if wishes.takesGzip {
                reply.body = Gzip.encoded(body)
                reply.fields.add("content-encoding", "gzip")
            }
        }
        if reply.body.count > Self.smallBytes, wishes.isRead, exchange.isCrowded {
            reply = Problem.crowded.reply
        }
        reply.send(to: exchange)
    }
}

/// How bodies are packed on their way.
enum Encoding {
    /// Whether a client takes what is packed by gzip.
    static func takesGzip(_ fields: HTTPFields) -> Bool {
        guard let accepted = fields["accept-encoding"] else { return false }
        var takesAny = false
        for part in accepted.lowercased().split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let isRefused = words.dropFirst().contains {
                $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0
            }
            switch words.first {
            case "gzip", "x-gzip": return !isRefused
            case "*": takesAny = !isRefused
            default: break
            }
        }
        return takesAny
    }

    /// A body as it was before it was packed.
    static func unpacked(
        _ body: [UInt8], _ fields: HTTPFields, bytesMax: Int
    ) throws(Problem) -> [UInt8] {
        guard isPacked(fields) else { return body }
        let unpacked: [UInt8]?
        do throws(GzipError) { unpacked = try Gzip.decoded(body, bytesMax: bytesMax) } catch {
            throw .invalid(
                "The body cannot be unpacked", why: error.why,
                remedy: "Pack it as gzip (RFC 1952), or leave `Content-Encoding` out.")
        }
        guard let unpacked else { throw .tooLarge(bodyBytesMax: bytesMax) }
        return unpacked
    }

    private static func isPacked(_ fields: HTTPFields) -> Bool {
        guard let field = fields["content-encoding"] else { return false }
        return field.lowercased() != "identity"
    }

    /// - Throws: `Problem` where a body is packed in a way that is not known.
    static func check(_ fields: HTTPFields) throws(Problem) {
        guard let field = fields["content-encoding"],
            !["gzip", "x-gzip", "identity"].contains(field.lowercased())
        else { return }
        var problem = Problem.own(
            "unsupportedMediaType", "The body cannot be unpacked",
            why: "its `Content-Encoding` is `\(field.prefix(40))`, and this server takes gzip",
            remedy: "Pack it as gzip, or send it as it is.")
        problem.fields.add("accept-encoding", "gzip")
        throw problem
    }
}
