/// How much what is told weighs, the heaviest first.
package enum LogLevel: Int, CaseIterable, Comparable, Sendable {
    /// Something failed, and somebody has to look.
    case error
    /// Something is not as it should be, and the server goes on.
    case warning
    /// What happens to the server as a whole.
    case info
    /// What happens to single connections.
    case debug

    package var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
