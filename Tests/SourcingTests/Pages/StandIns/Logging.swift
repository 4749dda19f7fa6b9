// What the pages use of swift-log, with the signatures it has there: Daybook fetches no package, and the code of a page is
// compiled and run all the same. A line goes where a page prints, without the time it begins with elsewhere.
/// In a type of its own, as the names of other packages would meet those of the tests.
enum Elsewhere {
    struct Logger: Sendable {
        typealias Metadata = [String: MetadataValue]

        struct Message: ExpressibleByStringInterpolation, CustomStringConvertible, Sendable {
            let description: String
            init(stringLiteral text: String) { description = text }
        }

        enum MetadataValue: ExpressibleByStringInterpolation, CustomStringConvertible, Sendable {
            case string(String)
            init(stringLiteral text: String) { self = .string(text) }
            var description: String {
                switch self {
                case .string(let text): text
                }
            }
        }

        struct MetadataProvider: Sendable {
            let provide: @Sendable () -> Metadata
            init(_ provide: @escaping @Sendable () -> Metadata) { self.provide = provide }
        }

        let label: String
        private var provider = MetadataProvider { [:] }

        init(label: String) { self.label = label }

        init(label: String, metadataProvider: MetadataProvider) {
            self.label = label
            provider = metadataProvider
        }

        func info(
            _ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil,
            source: @autoclosure () -> String? = nil, file: String = #fileID,
            function: String = #function, line: UInt = #line
        ) {
            write("info", message(), metadata())
        }

        func warning(
            _ message: @autoclosure () -> Message, metadata: @autoclosure () -> Metadata? = nil,
            source: @autoclosure () -> String? = nil, file: String = #fileID,
            function: String = #function, line: UInt = #line
        ) {
            write("warning", message(), metadata())
        }

        private func write(_ level: String, _ message: Message, _ metadata: Metadata?) {
            let all = provider.provide().merging(metadata ?? [:]) { _, own in own }
            let words = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            print("\(level) \(label):\(words.joined()) [\(label)] \(message)")
        }
    }
}
