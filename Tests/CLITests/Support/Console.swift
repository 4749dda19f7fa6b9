import Daybook
import DaybookBytes
import DaybookJSON
import DaybookPlatform
import Synchronization

@testable import DaybookCLI
@testable import DaybookStore

/// Runs commands against a `FakeStore`, or another one, and keeps what they say.
struct Console {
    let store: FakeStore
    private let opening: any FolderStore
    var isTerminal = false
    var columns = 80
    var environment: [String: String] = [:]
    /// Where the program lies.
    var program: String?
    var input: [UInt8] = []
    /// Standard input where it is more than bytes.
    private let source: (any ByteSource)?
    var report: VerifyReport?
    var journals = [JournalInfo(name: JournalName.main)]
    var refusesOpening: StoreError?
    /// What is said of it: so many events of so many are read.
    var openingProgress: (Position, Position) = (300_000, 1_200_000)
    /// Where stores are opened instead of the fake one.
    var stores: (any StoreDoor)?
    let interruption = Interruption()
    let opened = Opened()

    init(_ store: FakeStore = FakeStore(), reading source: (any ByteSource)? = nil) {
        self.store = store
        opening = store
        self.source = source
    }

    init(opening: any FolderStore) {
        store = FakeStore()
        self.opening = opening
        source = nil
    }

    /// How a command ended, and what it said.
    struct Result {
        let exit: ExitCode
        let output: String
        let errors: String
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    func run(_ words: String...) async -> Result { await run(words) }

    func run(_ words: [String]) async -> Result {
        let (output, errors) = (Collector(), Collector())
        let exit = await Program.run(words, surroundings(output, errors))
        return Result(exit: exit, output: output.text, errors: errors.text)
    }

    func surroundings(
        _ output: Collector = Collector(), _ errors: Collector = Collector()
    ) -> Surroundings {
        let style = Style(isColoured: isTerminal)
        func stream(_ sink: Collector) -> Output {
            Output(
                sink, isTerminal: isTerminal, columns: isTerminal ? columns : nil, style: style)
        }
        let source = source ?? Pieces(input)
        let (environment, program) = (environment, program)
        return Surroundings(
            output: stream(output), errors: stream(errors),
            stores: stores
                ?? FakeDoor(
                    store: opening, report: report, journals: journals, refusal: refusesOpening,
                    progress: openingProgress, opened: opened),
            time: FixedTime(), interruption: interruption, environment: { environment[$0] },
            variables: { environment }, onHangUp: { _ in },
            directory: "/somewhere", input: source, program: { program })
    }
}

/// How stores were opened.
final class Opened: Sendable {
    let calls = Mutex<[(path: String, mode: EmbeddedStore.Mode, journal: String)]>([])
    var last: (path: String, mode: EmbeddedStore.Mode, journal: String)? {
        calls.withLock { $0.last }
    }
}

struct FakeDoor: StoreDoor {
    let store: any FolderStore
    let report: VerifyReport?
    let journals: [JournalInfo]
    let refusal: StoreError?
    let progress: (Position, Position)
    let opened: Opened

    func open(
        at path: String, _ mode: EmbeddedStore.Mode, journal: String,
        progress: @escaping @Sendable (Position, Position) -> Void
    ) async throws(StoreError) -> any FolderStore {
        progress(self.progress.0, self.progress.1)
        opened.calls.withLock { $0.append((path, mode, journal)) }
        if let refusal { throw refusal }
        return store
    }

    func journals(at path: String) async throws(StoreError) -> [JournalInfo] { journals }

    func verify(
        at path: String, journal: String?, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport {
        progress(50, 100)
        return report!
    }
}

/// Noon of 2024-05-01, always.
struct FixedTime: TimeSource {
    func wallMicroseconds() -> Int64 { Timestamp("2024-05-01T12:00:00Z")!.microseconds }
    func bootNanoseconds() -> Int64 { 1_000_000_000 }
}

/// Keeps what is written.
final class Collector: ByteSink {
    private let bytes = Mutex<[UInt8]>([])
    func write(_ more: borrowing RawSpan) throws(Errno) {
        let more = more.copied()
        bytes.withLock { $0 += more }
    }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// Bytes in small pieces, as a pipe gives them.
final class Pieces: ByteSource {
    private let left: Mutex<ArraySlice<UInt8>>
    private let size: Int
    init(_ bytes: [UInt8], size: Int = 1000) {
        left = Mutex(bytes[...])
        self.size = size
    }
    func next() -> [UInt8] {
        left.withLock { left in
            defer { left = left.dropFirst(size) }
            return Array(left.prefix(size))
        }
    }
    func isReady(withinMilliseconds limit: Int) -> Bool { true }
}

/// A pipe that stays open: it gives what was written, and then waits for more.
final class Tap: ByteSource {
    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var isReady: Bool { !bytes.isEmpty || isClosed }
    }

    private let state = Monitor(State())

    func write(_ text: String) {
        state.withLock { $0.bytes += Array(text.utf8) }
        state.broadcast()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    func next() -> [UInt8] {
        state.wait(until: \.isReady) { state in
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    /// Time is short here.
    func isReady(withinMilliseconds limit: Int) -> Bool { state.withLock { $0.isReady } }
}

/// A folder for one test, gone afterwards.
final class Folder: Sendable {
    let path: String
    private let disk = LinuxDisk(root: "/")
    private let files = Mutex<Set<String>>([])

    init() {
        path = "/tmp/daybook-cli-\(EventID())"
        // A test without its folder cannot go on.
        try! disk.createDirectory(String(path.dropFirst()))
    }

    deinit {
        for name in (try? disk.list(String(path.dropFirst()))) ?? [] {
            try? disk.remove(String(path.dropFirst()) + "/" + name)
        }
        try? disk.remove(String(path.dropFirst()))
    }

    var names: [String] { (try? disk.list(String(path.dropFirst()))) ?? [] }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = try disk.open(String((path + "/" + name).dropFirst()), .createOrOpen)
        defer { disk.close(file) }
        try disk.truncate(file, to: 0)
        try disk.writeAll(file, bytes.rawSpan, at: 0)
        return path + "/" + name
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    func read(_ name: String) throws -> [UInt8] {
        let reader = try ChunkReader(path: path + "/" + name)
        var bytes: [UInt8] = []
        while true {
            let more = try reader.read()
            if more.isEmpty { return bytes }
            bytes += more
        }
    }
}

/// A line of output as JSON.
func parsed(_ line: String) throws -> JSONValue { try JSONValue(parsing: line) }
