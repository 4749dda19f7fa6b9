internal import Daybook
internal import DaybookBytes
internal import DaybookJSON
internal import DaybookPlatform

/// Bytes given on the command line, in a file or on standard input.
enum Payload {
    /// `@file`, `-` for standard input, or the text itself.
    static func read(
        _ text: String, option: String, _ surroundings: Surroundings
    ) throws -> [UInt8] {
        if text == "-" { return try gather(option, "standard input") { surroundings.input } }
        guard text.hasPrefix("@") else { return Array(text.utf8) }
        let path = surroundings.absolute(String(text.dropFirst()))
        return try gather(option, path) { () throws(Errno) in try ChunkReader(path: path) }
    }

    private static func gather(
        _ option: String, _ place: String, _ open: () throws(Errno) -> any ByteSource
    ) throws -> [UInt8] {
        do {
            return try gather(option, place, from: try open())
        } catch let error as Errno {
            throw Failure.file(place, "read", error)
        }
    }

    private static func gather(
        _ option: String, _ place: String, from source: any ByteSource
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try source.next()
            if more.isEmpty { return bytes }
            bytes += more
            guard bytes.count <= Limits.eventBytesMax else {
                throw Failure(
                    .refused, "tooLarge", "what `--\(option)` names is too large",
                    why: "an event has at most \(Quantity.bytes(Limits.eventBytesMax))",
                    remedy: "Keep it elsewhere, and record where and its digest.", place: place)
            }
        }
    }

    /// Refuses what is no JSON.
    static func requireJSON(_ bytes: [UInt8], option: String) throws(Failure) {
        do {
            try JSON.validate(bytes.rawSpan)
        } catch {
            throw Failure(
                .refused, "invalidJSON", "what `--\(option)` gives is no JSON", why: "\(error)",
                remedy: option == "data"
                    ? "Correct it, or say with --content-type what it is."
                    : "Correct it; in a shell, put it in single quotes.")
        }
    }
}
