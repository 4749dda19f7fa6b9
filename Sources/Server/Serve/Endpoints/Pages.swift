internal import Daybook
internal import DaybookHTTP
internal import DaybookJSON
internal import DaybookWeb

/// The pages that every server has, whatever it serves.
enum Pages {
    /// What the pages tell of.
    struct Subject: Sendable {
        let readiness: Readiness
        let registry: MetricRegistry
        let identity: ServerIdentity
        /// Host and port that clients are told to connect to.
        let authority: @Sendable () -> String
        let hasTLS: Bool
        /// The journal that is served; nil while it is opened.
        let journal: @Sendable () -> ServedJournal?
    }

    static func routes(_ subject: Subject) -> [RouteTable.Route] {
        [
            .page("/") { _ in .text(welcome(subject)) },
            .page("/health/live") { _ in uncached(.json(["status": "live"])) },
            .page("/health/ready") { head in uncached(ready(subject.readiness, head.path)) },
            .page("/info") { _ in .json(info(subject)) },
            .slowPage("/metrics") { _ in
                .text(subject.registry.page(), contentType: PrometheusPage.contentType)
            },
        ]
    }

    private static func ready(_ readiness: Readiness, _ path: Substring) -> Reply {
        guard let reason = readiness.reasonAgainst else { return .json(["status": "ready"]) }
        var reply = Reply.problem(503, "Not ready", detail: reason, path: path)
        reply.fields.add("retry-after", "1")
        return reply
    }

    /// No proxy answers in the server's place.
    private static func uncached(_ reply: Reply) -> Reply {
        var reply = reply
        reply.fields.add("cache-control", "no-store")
        return reply
    }

    static func info(_ subject: Subject) -> JSONObject {
        let identity = subject.identity
        var features = JSONObject()
        for name in identity.features { features[name] = true }
        var info: JSONObject = [
            "name": .string(identity.name), "version": .string(identity.version),
            "serverVersion": .string(identity.serverVersion),
        ]
        if let journal = subject.journal() {
            info["journal"] = .object([
                "name": .string(journal.name), "id": .string(journal.id.description),
                // Of 64 bits, more than many readers of JSON keep of a number.
                "epoch": .string(String(journal.epoch, radix: 16)),
            ])
        } else {
            info["journal"] = .null
        }
        info["features"] = .object(features)
        return info
    }

    private static func welcome(_ subject: Subject) -> String {
        """
        This is Daybook \(subject.identity.version), an event store: one durable, ordered record of events.

        Applications use it at this host and port
          through KurrentDB's clients   esdb://\(subject.authority())?tls=\(subject.hasTLS)
          through DaybookClient         daybook://\(subject.authority())\(subject.hasTLS ? "?tls" : "")
          by HTTP with JSON             below /v1, which /openapi.json describes
          by gRPC                       daybook.v1.EventStoreService

        For people and machines that look after it:
          /health/live   whether the process answers
          /health/ready  whether requests are served, and if not, why
          /info          what serves here
          /metrics       figures, in the text format of Prometheus

        """
    }
}
