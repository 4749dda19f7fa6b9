internal import DaybookPlatform

/// Why the server cannot be started, or does not go on: what, why, what to do, and where.
package struct ServerError: Error, Hashable, Sendable {
    /// The kind of failure, as machines are told it.
    package enum Code: String, Sendable {
        /// A setting is unknown, given twice, or cannot be used.
        case configuration
        /// The address is one that others could reach.
        case addressRefused
        /// Something else listens there.
        case addressInUse
        /// The system does not let it listen there.
        case address
        /// A certificate or key cannot be used.
        case certificate
        /// The system refused a thread, or a loop.
        case system
    }

    package let code: Code
    package let what: String
    package let why: String
    package let remedy: String
    package let place: String?

    package init(_ code: Code, _ what: String, why: String, remedy: String, place: String? = nil) {
        self.code = code
        self.what = what
        self.why = why
        self.remedy = remedy
        self.place = place
    }
}

extension ServerError {
    /// The system gives no threads.
    static func noThreads(_ error: Errno) -> ServerError {
        ServerError(
            .system, "The server's threads cannot be started", why: error.description,
            remedy: "Look at the limits of the system for threads and memory.")
    }
}

extension ServerError: CustomStringConvertible {
    package var description: String {
        "\(what): \(why)\(place.map { " (\($0))" } ?? ""). \(remedy)"
    }
}
