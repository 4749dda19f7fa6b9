/// The table of settings, in the order in which they are shown.
package enum Settings {
    package static let all: [Setting] = [
        Setting("store", .text, "daybook-data", "The store's folder; made where there is none."),
        Setting("journal", .text, "main", "The journal of the store that is served."),
        Setting(
            "address", .text, "127.0.0.1", "The address to listen at; only this machine's own."),
        Setting("port", .count(0...65_535), "2113", "The port to listen at; 0: any that is free."),
        Setting(
            "tls-certificate", .file, or: "none", "none",
            "A file with the certificate, and those that lead to its root, as PEM."),
        Setting("tls-key", .file, or: "none", "none", "A file with the certificate's key, as PEM."),
        Setting(
            "loops", .count(1...256), or: "auto", "auto",
            "Threads that serve connections; auto: one a core."),
        Setting(
            "advertised-host", .text, or: "auto", "auto",
            "The host that clients are told to connect to; auto: the address."),
        Setting(
            "advertised-port", .count(1...65_535), or: "auto", "auto",
            "The port that clients are told to connect to; auto: the port."),

        Setting(
            "cors-origin", .text, or: "none", "none",
            "Origins whose pages a browser lets use the HTTP API, with commas between them; *: any."
        ),

        Setting(
            "host-names", .text, or: "none", "none",
            "Further names, with commas between them, to ask the HTTP API by; *: any."),

        // One message holds an append: the largest (32 MiB) and what it is wrapped in.
        Setting(
            "message-bytes-max", .bytes(64 << 10...64 << 20), "33M",
            "The longest message of a call, or body of a request."),
        Setting(
            "header-bytes-max", .bytes(4 << 10...1 << 20), "64K",
            "All header fields of a request together."),
        Setting(
            "connections-max", .count(1...1_000_000), "16384",
            "Connections at a time; further ones are closed at once."),
        Setting(
            "connection-streams-max", .count(1...100_000), "1000",
            "Requests under way on one connection."),
        Setting(
            "subscribers-max", .count(1...1_000_000), "10000",
            "Subscriptions under way on all connections."),

        // Connections are looked at once a second, so each of these may last a second longer.
        Setting(
            "header-timeout", .duration(1000...600_000), "10s",
            "For a request's header to be whole, from its first byte on."),
        Setting(
            "body-timeout", .duration(1000...3_600_000), "30s",
            "For a request's body, or the rest of a message; longer where it comes steadily."),
        Setting(
            "idle-timeout", .duration(1000...86_400_000), "75s",
            "For a connection by HTTP/1.1 without a request under way."),
        Setting(
            "stall-timeout", .duration(1000...3_600_000), "2min",
            "For a client to take any of what was sent to it."),
        Setting(
            "keep-alive-interval", .duration(1000...86_400_000), or: "none", "1min",
            "Silence by HTTP/2 until a client is asked if it is there; stall-timeout is for its answer."
        ),
        // A balancer that asks `/health/ready` needs some seconds to send clients elsewhere.
        Setting(
            "drain-delay", .duration(0...600_000), "0s",
            "For clients to be sent elsewhere: not ready, it serves so long on once it was asked to stop."
        ),
        // Whoever runs containers ends them 10 s after asking, with the delay before it.
        Setting(
            "drain-timeout", .duration(0...600_000), "8s",
            "For what is under way to end, once the server was asked to stop; after the delay."),

        Setting(
            "log-level", .choice(LogLevel.allCases.map(\.name)), LogLevel.info.name,
            "What is told, with all that weighs more."),
        Setting(
            "log-format", .choice(["auto", "text", "json"]), "auto",
            "auto: text on a terminal, else JSON, one object a line."),

        // A segment holds two of the largest appends; offsets in it have 32 bits.
        Setting(
            "segment-bytes-max", .bytes(64 << 20...1 << 30), "64M",
            "The largest file of the journal that new events go to."),
        Setting(
            "in-flight-bytes-max", .bytes(64 << 20...16 << 30), "256M",
            "Appends not answered; as much for those not whole, messages not whole, and answers."),
        Setting(
            "compaction-bytes-per-second", .bytes(1 << 20...16 << 30), or: "none", "64M",
            "What a compaction reads and writes; none: as fast as it goes."),
    ]

    /// The variable that names the file with the settings.
    package static let fileVariable = Setting.variablePrefix + "CONFIG"

    /// A larger file is none with settings.
    package static let fileBytesMax = 256 << 10

    /// A file that has more than `fileBytesMax`.
    package static func fileTooLarge(_ path: String) -> ServerError {
        ServerError(
            .configuration, "`\(path)` is too large for a file with settings",
            why: "more than \(fileBytesMax) bytes are in it",
            remedy: "Look at the name of the file.", place: path)
    }

    static subscript(name: String) -> Setting? { all.first { $0.name == name } }
}
