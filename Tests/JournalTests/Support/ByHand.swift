import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization

@testable import DaybookJournal

/// A journal without threads: it does something when it is told to, and time and chance follow from a seed.
struct World {
    let disk: any Disk
    let time: VirtualTime
    let randomness: SeededRandomness
    var options: JournalOptions
    let name: String
    /// What compressed segments are read with.
    var codec: (any RecordCodec)? = FakeCodec()
    /// Where a reader lays the index that it makes itself.
    var scratch: SimulatedDisk?
    /// A journal of the same store that is open for writing.
    var neighbour: () -> Journal? = { nil }

    init(
        _ disk: any Disk, seed: UInt64 = 1, time: VirtualTime = VirtualTime(),
        options: JournalOptions = .tiny, journal name: String = JournalName.main
    ) {
        self.disk = disk
        self.name = name
        self.time = time
        self.options = options
        randomness = SeededRandomness(seed: seed)
    }

    func environment(process: UInt32 = 1) -> JournalEnvironment {
        var environment = JournalEnvironment(
            disk: disk, time: time, randomness: randomness, process: process, hasThreads: false,
            codec: codec)
        if let scratch { environment.scratch = { scratch } }
        return environment
    }

    func open(createIfMissing: Bool = true, process: UInt32 = 1) throws(StoreError) -> Journal {
        try Journal.open(
            environment(process: process), name: name, createIfMissing: createIfMissing,
            options: options, beside: neighbour())
    }

    func openReadOnly() throws(StoreError) -> Journal {
        try Journal.openReadOnly(environment(process: 2), name: name, options: options)
    }
}

extension JournalOptions {
    /// So small that some dozens of appends meet every limit.
    static var tiny: JournalOptions {
        var options = JournalOptions()
        options.segmentBytesFirst = 16 << 10
        options.segmentBytesMax = 32 << 10
        options.zeroStepBytes = 6 << 10
        options.batchBytesMax = 3 << 10
        options.overlayEventsMax = 8
        options.idempotencyWindow = 1024
        options.idempotencyWalkMax = 16
        options.readBatchBytes = 4 << 10
        options.readBatchEventsMax = 16
        options.readScatteredEventsMax = 8
        options.readGapBytes = 256
        options.offsetsInMemoryBytesMax = 200
        options.openFilesMax = 3
        options.indexRunEventsMin = 4
        options.indexMergeRuns = 3
        options.indexMergeStepBytes = 1
        options.indexMergeBytesPerSecond = nil
        return options
    }
}

/// What one append was answered.
final class Answer: Sendable {
    private let state = Mutex<Result<Appended, StoreError>?>(nil)

    var result: Result<Appended, StoreError>? { state.withLock { $0 } }
    var appended: Appended? { try? result?.get() }
    var code: StoreError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }
    func set(_ result: Result<Appended, StoreError>) {
        state.withLock { state in
            precondition(state == nil, "an append is answered once")
            state = result
        }
    }
}

extension Journal {
    /// Submits an append; it is answered by a later step.
    func submit(_ append: Append, from submitter: Submitter? = nil) throws -> Answer {
        let answer = Answer()
        submit(try encode(append), from: submitter) { answer.set($0) }
        return answer
    }

    /// Appends at once.
    @discardableResult
    func append(_ append: Append) throws -> Appended {
        let answer = try submit(append)
        for _ in 0..<8 where answer.result == nil { step() }
        guard let result = answer.result else { throw Unanswered() }
        return try result.get()
    }

    /// Appends one event with some text to a stream.
    @discardableResult
    func append(
        _ text: String, to stream: String, expecting condition: StreamCondition = .any
    ) throws -> Appended {
        try append(Append([Event(type: "noted", data: text)], to: stream, expecting: condition))
    }

    /// All events up to the watermark, as readers get them.
    func readAll() throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        let last = view.watermark.position
        while Position(events.count) < last {
            let next = Position(events.count) + 1
            events += try view.batch(from: next, upTo: last, .mayBlock).events
        }
        return events
    }
}

struct Unanswered: Error {}
