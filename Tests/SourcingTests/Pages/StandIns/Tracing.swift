import Synchronization

// What the pages use of swift-distributed-tracing, with the signatures it has there; see Logging.swift.
extension Elsewhere {
    struct ServiceContext: Sendable {
        @TaskLocal static var current: ServiceContext?
        static var topLevel: ServiceContext { ServiceContext(trace: "00-1-1-01") }
        let trace: String
    }

    enum SpanKind: Sendable { case server, client, producer, consumer, `internal` }

    protocol SpanAttributeConvertible { var text: String { get } }

    struct SpanAttributes: Sendable {
        fileprivate var texts: [String: String] = [:]
        subscript(_ name: String) -> (any SpanAttributeConvertible)? {
            get { texts[name] }
            set { texts[name] = newValue?.text }
        }
    }

    protocol Span: Sendable {
        var context: ServiceContext { get }
        var attributes: SpanAttributes { get nonmutating set }
    }

    static func withSpan<T>(
        _ operationName: String, context: @autoclosure () -> ServiceContext = .current ?? .topLevel,
        ofKind kind: SpanKind = .internal, isolation: isolated (any Actor)? = #isolation,
        function: String = #function, file fileID: String = #fileID, line: UInt = #line,
        _ operation: (any Span) async throws -> T
    ) async rethrows -> T {
        let span = KeptSpan(operationName, context())
        defer { Spans.here?.add(span) }
        return try await operation(span)
    }

    protocol Injector: Sendable {
        associatedtype Carrier: Sendable
        func inject(_ value: String, forKey key: String, into carrier: inout Carrier)
    }

    protocol Instrument: Sendable {
        func inject<Carrier, Inject>(
            _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
        ) where Inject: Injector, Inject.Carrier == Carrier
    }

    enum InstrumentationSystem {
        static var instrument: any Instrument { W3C() }
    }

    private struct W3C: Instrument {
        func inject<Carrier, Inject>(
            _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
        ) where Inject: Injector, Inject.Carrier == Carrier {
            injector.inject(context.trace, forKey: "traceparent", into: &carrier)
        }
    }

    final class KeptSpan: Span {
        let name: String
        let context: ServiceContext
        private let kept = Mutex(SpanAttributes())

        init(_ name: String, _ context: ServiceContext) {
            self.name = name
            self.context = context
        }

        var attributes: SpanAttributes {
            get { kept.withLock { $0 } }
            set { kept.withLock { $0 = newValue } }
        }
    }

    /// The spans that have ended.
    final class Spans: Sendable {
        @TaskLocal static var here: Spans?
        private let spans = Mutex<[KeptSpan]>([])

        var all: [KeptSpan] { spans.withLock { $0 } }
        func add(_ span: KeptSpan) { spans.withLock { $0.append(span) } }
    }
}

extension String: Elsewhere.SpanAttributeConvertible { var text: String { self } }
