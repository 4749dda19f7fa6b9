package import Daybook

/// What the server says of itself.
package struct ServerIdentity: Sendable {
    package let name = "daybook"
    package let version: String
    /// Three numbers with points between them: KurrentDB's clients read nothing else.
    package let serverVersion: String
    /// What can be used here, in short.
    package let features: [String]

    /// - Parameter version: of Daybook, such as `0.1.0` or `0.2.0-beta.1`.
    package init(version: String, features: [String]) {
        self.version = version
        self.features = features
        serverVersion = Self.threeNumbers(version)
    }

    static func threeNumbers(_ version: String) -> String {
        let release = version.prefix { $0 == "." || ($0.isASCII && $0.isNumber) }
        let numbers = release.split(separator: ".").compactMap { UInt32($0) }.prefix(3)
        return (numbers + Array(repeating: 0, count: 3 - numbers.count)).map(String.init)
            .joined(separator: ".")
    }
}

/// The journal that is served.
package struct ServedJournal: Sendable {
    package let name: String
    package let id: EventID
    package let epoch: UInt64
}
