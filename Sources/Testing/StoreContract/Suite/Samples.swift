internal import Daybook

// The bank and its customers: accounts, into which is deposited and from which is withdrawn.

extension EventID {
    /// An id that is the same in every run.
    static func number(_ number: Int) -> EventID {
        EventID(randomHigh: 0x5EED, randomLow: UInt64(number))
    }
}

extension Event {
    /// A small event whose id and data follow from a number.
    static func sample(
        _ number: Int, type: String = "deposited", tags: Set<String> = [],
        occurredAt: Timestamp? = nil
    ) -> Event {
        Event(
            id: .number(number), type: type, data: "{\"amount\":\(number)}", tags: tags,
            occurredAt: occurredAt)
    }

    /// Samples with the numbers of a range.
    static func samples(_ numbers: Range<Int>, type: String = "deposited") -> [Event] {
        numbers.map { .sample($0, type: type) }
    }

    /// An event with something in every field.
    static func full(_ number: Int) -> Event {
        Event(
            id: .number(number), type: "transfer booked", data: [0, 255, 1, 254, 10, 13],
            contentType: "application/x-bank; version=2", metadata: Array("{\"by\":\"anna\"}".utf8),
            tags: ["customer:7", "branch:north", "ärger:groß"], causation: "command 12",
            correlation: "request/9", occurredAt: Timestamp(microseconds: -1))
    }
}

extension EventStore {
    /// Appends one sample.
    @discardableResult
    func add(
        _ number: Int, to stream: String, type: String = "deposited", tags: Set<String> = [],
        expecting condition: StreamCondition = .any
    ) async throws -> Appended {
        try await append(
            [.sample(number, type: type, tags: tags)], to: stream, expecting: condition)
    }

    /// The numbers of the samples a request gives, in its order.
    func numbers(_ read: Read) async throws -> [Int] {
        try await events(read).map(\.number)
    }

    /// How many events there are.
    func headPosition() async throws -> Position { try await head().position }
}

extension RecordedEvent {
    /// The number of the sample.
    var number: Int { Int(id.low & 0x3FFF_FFFF_FFFF_FFFF) }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True in so many of a hundred throws.
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
