/// A number in the books of others. One that nobody ever paid is a slip of the pen, and sums of such would not fit into an
/// integer: who reads the books is told where it stands.
struct BookedAmount: Codable, Equatable {
    /// A million millions.
    static let most = 1_000_000_000_000

    let value: Int

    init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(Int.self)
        try Self.check(value, at: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    static func check(_ value: Int, at decoder: any Decoder) throws {
        if value.magnitude <= most { return }
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "\(Decimals.text(value)) is more than anybody ever booked"))
    }
}
