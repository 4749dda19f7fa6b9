/// What clients are told that they can use: by it the newer ones choose among several ways of doing a thing.
enum SupportedMethods {
    /// What some methods can do beyond their first form.
    private static let features: [String: [String]] = [
        Streams.read: ["position", "events"],
        Streams.batchAppend: ["deadline_duration"],
    ]

    /// Services and methods in lower case, as clients look for them.
    /// - Parameter paths: of the methods there are: `/package.Service/Method`.
    static func of(_ paths: [String]) -> [ServerFeatures.SupportedMethod] {
        paths.compactMap { path in
            let parts = path.split(separator: "/")
            guard parts.count == 2 else { return nil }
            return ServerFeatures.SupportedMethod(
                parts[0].lowercased(), parts[1].lowercased(), features[path] ?? [])
        }
    }
}
