// The settings by what they mean. A name that is in no table stops the process: a test asks for each.

extension Configuration {
    package var store: String { text("store") }
    package var journal: String { text("journal") }
    package var port: Int { number("port") }
    /// The address as it was written; `check` has to have passed it.
    package var address: String { text("address") == "localhost" ? "127.0.0.1" : text("address") }
    /// Files; nil: without TLS.
    package var tls: (certificate: String, key: String)? {
        guard let certificate = optionalText("tls-certificate"), let key = optionalText("tls-key")
        else { return nil }
        return (certificate, key)
    }
    /// Nil: one a core.
    package var loops: Int? { optionalNumber("loops") }
    /// What clients are told to connect to; nil: the address.
    package var advertisedHost: String { optionalText("advertised-host") ?? address }
    /// Nil: the port that is listened at.
    package var advertisedPort: Int? { optionalNumber("advertised-port") }

    /// Empty: none.
    package var corsOrigins: String { optionalText("cors-origin") ?? "" }

    /// Empty: none.
    package var hostNames: String { optionalText("host-names") ?? "" }

    package var messageBytesMax: Int { number("message-bytes-max") }
    package var headerBytesMax: Int { number("header-bytes-max") }
    package var connectionsMax: Int { number("connections-max") }
    package var connectionStreamsMax: Int { number("connection-streams-max") }
    package var subscribersMax: Int { number("subscribers-max") }

    package var headerTimeoutSeconds: Int { seconds("header-timeout") }
    package var bodyTimeoutSeconds: Int { seconds("body-timeout") }
    package var idleTimeoutSeconds: Int { seconds("idle-timeout") }
    package var stallTimeoutSeconds: Int { seconds("stall-timeout") }
    /// Nil: clients are never asked.
    package var keepAliveIntervalSeconds: Int? { optionalSeconds("keep-alive-interval") }
    package var drainTimeoutMilliseconds: Int { number("drain-timeout") }
    package var drainDelayMilliseconds: Int { number("drain-delay") }

    /// The last two as they are written.
    package var drainTime: Setting.Value { self["drain-timeout"] }
    package var drainDelay: Setting.Value { self["drain-delay"] }

    package var logLevel: LogLevel {
        LogLevel.allCases.first { $0.name == text("log-level") } ?? .info
    }
    /// - Parameter isTerminal: whether a person looks at the log.
    package func logFormat(isTerminal: Bool) -> LogFormat {
        switch text("log-format") {
        case "text": .text
        case "json": .json
        default: isTerminal ? .text : .json
        }
    }

    package var segmentBytesMax: Int { number("segment-bytes-max") }
    package var inFlightBytesMax: Int { number("in-flight-bytes-max") }
    /// Nil: as fast as it goes.
    package var compactionBytesPerSecond: Int? { optionalNumber("compaction-bytes-per-second") }

    // MARK: -

    private func text(_ name: String) -> String { self[name].description }

    private func optionalText(_ name: String) -> String? {
        if case .text(let text) = self[name] { text } else { nil }
    }

    private func number(_ name: String) -> Int {
        guard let number = optionalNumber(name) else {
            preconditionFailure("\(name) is no number")
        }
        return number
    }

    /// Rounded up.
    private func seconds(_ name: String) -> Int { (number(name) + 999) / 1000 }

    private func optionalSeconds(_ name: String) -> Int? {
        optionalNumber(name).map { ($0 + 999) / 1000 }
    }

    private func optionalNumber(_ name: String) -> Int? {
        switch self[name] {
        case .count(let number), .bytes(let number), .milliseconds(let number): number
        case .text, .word: nil
        }
    }
}
