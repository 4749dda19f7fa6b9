import Daybook
import DaybookBytes
import DaybookDesk
import DaybookHTTP
import DaybookJSON
import DaybookPlatform
import DaybookServerTesting
import DaybookStore
import Synchronization
import Testing

@testable import DaybookWeb

/// A service over a store in memory, asked as by a client.
struct Asked {
    let store: EmbeddedStore
    let service: WebService
    let loop = HandLoop()
    let places: FewPlaces

    init(
        bodyBytesMax: Int = 1 << 20, origins: String = "", names: String = "",
        certifies: @escaping @Sendable (String) -> Bool = { _ in false },
        disk: any Disk = MemoryDisk(), places: Int = 2, heldBytesMax: Int = 4 << 20
    ) async throws {
        self.places = FewPlaces(places)
        store = try await EmbeddedStore.open(on: disk)
        let around = StoreDesk.Surroundings(
            time: SystemTime(), places: self.places, incomingBytesMax: 64 << 20)
        let desk = WebDesk(
            JournalDesks(store, around), bodyBytesMax: bodyBytesMax, bodySeconds: 5,
            heldBytesMax: heldBytesMax)
        service = WebService(
            desk, version: "1.0.0", origins: CrossOrigin(origins),
            names: ServedNames(names, certifies: certifies))
    }

    /// A whole answer.
    struct Answer {
        let kept: KeptAnswer

        var status: Int { kept.head?.status ?? 0 }
        var fields: HTTPFields { kept.head?.fields ?? [:] }
        var text: String { kept.text }
        var json: JSONValue { (try? JSONValue(parsing: kept.body)) ?? .null }
        /// The code of a problem.
        var code: String? { json["code"]?.asString }
        var why: String { json["why"]?.asString ?? "" }
        var lines: [JSONValue] {
            text.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
        }
    }

    /// Sends a request and waits for its answer.
    func ask(
        _ method: String, _ target: String, _ body: String? = nil, _ fields: HTTPFields = [:],
        host: String = "127.0.0.1:2113", scheme: String = "http"
    ) async -> Answer {
        let kept = KeptAnswer()
        var fields = fields
        if body != nil, fields["content-type"] == nil {
            fields.add("content-type", "application/json")
        }
        let exchange = Exchange(
            RequestHead(
                method: method, scheme: scheme, authority: host, target: target, fields: fields),
            loop: loop, carrier: kept)
        service.begin(exchange)
        if let body, !body.isEmpty { exchange.handler?.received(Array(body.utf8).rawSpan) }
        exchange.handler?.ended()
        await loop.turn { kept.isOver }
        let answer = Answer(kept: kept)
        Self.checkIsDescribed(answer, to: method, target)
        return answer
    }

    private static let surface = Operations.surface(version: "")

    /// Whatever goes wrong is among what the description says of the operation.
    private static func checkIsDescribed(_ answer: Answer, to method: String, _ target: String) {
        guard let code = answer.code, let read = try? RequestTarget(target),
            let found = try? surface.find(method, read, target[...])
        else { return }
        #expect(
            found.codes.contains(code),
            "\(found.id) is answered with \(code), and does not say so")
        #expect(Problem.kind(of: code)?.status == answer.status)
        #expect(Problem.kind(of: code)?.title == answer.json["title"]?.asString)
    }

    func get(_ target: String, accept: String? = nil) async -> Answer {
        await ask("GET", target, nil, accept.map { ["accept": $0] } ?? [:])
    }

    func post(_ target: String, _ body: String, _ fields: HTTPFields = [:]) async -> Answer {
        await ask("POST", target, body, fields)
    }
}

extension Asked {
    /// Ten events of account-1, with another stream between them.
    static func bank() async throws -> Asked {
        let asked = try await Asked()
        for number in 0..<10 {
            try await asked.store.append(
                [
                    Event(
                        type: number == 0 ? "opened" : "paid",
                        data: #"{"n": \#(number), "k\#(number)": 1}"#,
                        tags: ["customer:ada"], occurredAt: Timestamp("2024-01-0\(number % 9 + 1)"))
                ], to: "account-1")
            try await asked.store.append([Event(type: "noise", data: "[]")], to: "other-1")
        }
        return asked
    }
}

/// So many may follow at a time.
final class FewPlaces: SubscriberPlaces {
    private let taken = Mutex(0)
    private let most: Int
    init(_ most: Int) { self.most = most }
    func take() -> Bool {
        taken.withLock { taken in
            if taken == most { return false }
            taken += 1
            return true
        }
    }
    func leave() { taken.withLock { $0 -= 1 } }
    var count: Int { taken.withLock { $0 } }
}
