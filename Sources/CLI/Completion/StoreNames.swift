internal import Daybook

/// Names of streams, no more of them than a person looks at.
struct StoreNames: Equatable {
    var names: [String] = []
    /// Whether they are only what names begin with.
    var areStems = false

    /// So many are told at most.
    static let countMax = 100
    /// By so many letters at most a stem is made longer because all names go on with them.
    private static let lettersMax = 64

    /// The streams whose names begin with a text. Where they are too many it is told how they go on: to the end of
    /// their categories, or by a letter. All or none: a shell types what those that it was told have in common.
    static func streams(
        beginning text: String, in store: any EventStore
    ) async throws -> StoreNames {
        let found = try await store.streams(prefix: text, after: nil, limit: countMax + 1)
        if found.count <= countMax { return StoreNames(names: found.map(\.name)) }
        if StreamName.category(of: text) == nil {
            let stems = try await stems(text, in: store, category(of:))
            if !stems.isEmpty { return StoreNames(names: stems, areStems: true) }
        }
        var common = text
        for _ in 0..<lettersMax {
            let length = common.unicodeScalars.count
            let stems = try await stems(common, in: store) { name in
                let scalars = name.unicodeScalars
                return scalars.count > length ? String(scalars.prefix(length + 1)) : nil
            }
            guard stems.count == 1 else { return StoreNames(names: stems, areStems: true) }
            common = stems[0]
        }
        return StoreNames(names: [common], areStems: true)
    }

    /// The categories whose names begin with a text; none where they are too many.
    static func categories(
        beginning text: String, in store: any EventStore
    ) async throws -> StoreNames {
        if StreamName.category(of: text) != nil { return StoreNames() }
        let stems = try await stems(text, in: store, category(of:))
        return StoreNames(names: stems.compactMap { StreamName.category(of: $0).map(String.init) })
    }

    private static func category(of stream: String) -> String? {
        StreamName.category(of: stream).map { $0 + "-" }
    }

    /// What the streams begin with, each once; none where it is too much. One look for each: those that begin alike
    /// are passed over.
    /// - Parameter stem: what a name begins with; nil: it stands for itself alone.
    private static func stems(
        _ prefix: String, in store: any EventStore, _ stem: (String) -> String?
    ) async throws -> [String] {
        var stems: [String] = []
        var after: String?
        while let name = try await store.streams(prefix: prefix, after: after, limit: 1).first?.name
        {
            if stems.count == countMax { return [] }
            let stem = stem(name)
            stems.append(stem ?? name)
            // Behind all that begin so.
            after = stem.map { $0 + "\u{10FFFF}" } ?? name
        }
        return stems
    }
}
