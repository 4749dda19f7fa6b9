internal import DaybookBytes
internal import DaybookCoding

/// How fast payloads of small events are decoded and encoded, on one core: as often as a history of
/// a thousand of them is, with a coder that is kept.
struct CodingBench {
    let format: PayloadFormat
    let pace: Pace

    /// An event of two members, and one of four.
    struct PaidIn: Codable {
        var amount: Int
        var reference: String
    }

    struct Opened: Codable {
        var owner: String
        var balance: Int
        var limit: Double?
        var isActive: Bool
    }

    static let eventsEach = 1000

    func decoding() throws -> Measurement {
        let encoder = PayloadEncoder(format)
        let decoder = PayloadDecoder(format)
        let paidIn = try encoder.encode(PaidIn(amount: 250, reference: "salary"))
        let opened = try encoder.encode(
            Opened(owner: "Ada Lovelace", balance: 0, limit: 12.5, isActive: true))
        return try Stretch(pace).repeating(eventsEach: Self.eventsEach) {
            for _ in 0..<Self.eventsEach / 2 {
                _ = try decoder.decode(PaidIn.self, from: paidIn.rawSpan)
                _ = try decoder.decode(Opened.self, from: opened.rawSpan)
            }
        }
    }

    func encoding() throws -> Measurement {
        let encoder = PayloadEncoder(format)
        let paidIn = PaidIn(amount: 250, reference: "salary")
        let opened = Opened(owner: "Ada Lovelace", balance: 0, limit: 12.5, isActive: true)
        var output = ByteWriter()
        return try Stretch(pace).repeating(eventsEach: Self.eventsEach) {
            output.removeAll()
            for _ in 0..<Self.eventsEach / 2 {
                try encoder.encode(paidIn, into: &output)
                try encoder.encode(opened, into: &output)
            }
        }
    }
}
