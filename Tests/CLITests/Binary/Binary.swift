import DaybookPlatform
import Foundation
import Testing

/// Tests of the command as it was built: what its users run, in processes of its own.
///
/// One after the other, because each is many processes at once.
@Suite(.serialized, .timeLimit(.minutes(15))) struct BinaryTests {}

/// The built command, working on one store.
struct Binary: Sendable {
    /// It lies beside the tests, wherever they were built.
    static let path = folder + "/daybook"
    static let folder = URL(
        filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    ).deletingLastPathComponent().path

    /// Waiting for a process blocks, and the threads of the tests must not.
    private static let threads = Result { () throws(Errno) in try IOThreads(count: 8) }

    /// How a process ended, and what it said.
    struct Ended: Sendable {
        let status: Subprocess.Status
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    let store: String
    var directory: String?
    /// Put before the command: a program that runs another one.
    var wrapper: [String] = []

    init(store: String) { self.store = store }

    /// Runs the command on the store to its end.
    func run(_ words: String..., input: String = "") async throws -> Ended {
        try await run(words, input: input)
    }

    func run(_ words: [String], input: String = "") async throws -> Ended {
        let all = wrapper + [Self.path] + words
        return try await Self.run(all, environment: environment, directory, input)
    }

    /// Runs it and expects that all is well.
    @discardableResult
    func succeed(
        _ words: String..., input: String = "", at place: SourceLocation = #_sourceLocation
    ) async throws -> Ended {
        let ended = try await run(words, input: input)
        #expect(
            ended.status == .exited(0), "\(words.prefix(3)): \(ended.errors)",
            sourceLocation: place)
        return ended
    }

    /// Runs a line as a shell does, with the command on its path.
    func shell(_ line: String, variables: [String: String] = [:]) async throws -> Ended {
        let path = Self.folder + ":" + (Host.environment("PATH") ?? "/usr/bin:/bin")
        let mine = environment.merging(["PATH": path]) { $1 }.merging(variables) { $1 }
        // A command that does not end must not keep the tests from ending.
        let words = ["timeout", "--kill-after=5", "120", "sh", "-c", line]
        return try await Self.run(words, environment: mine, directory, "")
    }

    /// Starts it beside this process.
    func start(_ words: String..., input: Subprocess.Input = .none) throws -> Subprocess {
        try start(words, input: input)
    }

    func start(_ words: [String], input: Subprocess.Input = .none) throws -> Subprocess {
        let all = wrapper + [Self.path] + words
        return try Subprocess.start(
            all[0], Array(all.dropFirst()), environment: environment, directory: directory,
            input: input, complaints: .capture)
    }

    /// Does what blocks away from the threads of the tests.
    static func blocking<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await threads.get().run { try body() }
    }

    private var environment: [String: String] { ["DAYBOOK_STORE": store] }

    private static func run(
        _ words: [String], environment: [String: String], _ directory: String?, _ input: String
    ) async throws -> Ended {
        try await blocking {
            let (status, output, errors) = try Subprocess.run(
                words[0], Array(words.dropFirst()), environment: environment,
                directory: directory, input: Array(input.utf8))
            return Ended(
                status: status, output: String(decoding: output, as: UTF8.self), errors: errors)
        }
    }
}

/// Something that a test stands on could not be made.
struct Refused: Error { let why: String }

extension Subprocess {
    /// Ends it as a power cut does: without a word.
    func killNow() { kill(processID, SIGKILL) }

    /// Keeps it from doing anything, until it may go on.
    func pause() { kill(processID, SIGSTOP) }
    func goOn() { kill(processID, SIGCONT) }

    /// Sends what Ctrl-C sends.
    func interrupt() { kill(processID, SIGINT) }

    /// Whether it has ended, though nobody has waited for it yet.
    var isOver: Bool {
        var info = siginfo_t()
        let answer = waitid(P_PID, id_t(processID), &info, WEXITED | WNOHANG | WNOWAIT)
        // The process that is told of, none where it still runs.
        return answer != 0 || info._sifields._sigchld.si_pid != 0
    }

    /// Waits until it has ended, without holding a thread of the tests.
    func ended() async throws -> Status { try await Binary.blocking { try self.finish() } }

    /// Reads all it still says, then waits until it has ended.
    func drained() async throws -> (status: Status, output: String) {
        try await Binary.blocking {
            var output: [UInt8] = []
            while case let bytes = try self.read(), !bytes.isEmpty { output += bytes }
            return (try self.finish(), String(decoding: output, as: UTF8.self))
        }
    }
}

/// A folder with whatever a test needs, gone afterwards.
final class Workplace: Sendable {
    let path: String
    var store: String { path + "/store" }

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "daybook-binary-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }

    func copy(_ name: String, to other: String) throws {
        try? FileManager.default.removeItem(atPath: path + "/" + other)
        try FileManager.default.copyItem(atPath: path + "/" + name, toPath: path + "/" + other)
    }
}

/// Lines of JSON, each an event with its number.
func eventLines(_ numbers: Range<Int>, streams: Int = 17, padding: Int = 0) -> String {
    let pad = String(repeating: "x", count: padding)
    return numbers.map { number in
        #"{"stream":"load-\#(number % streams)","type":"counted","tags":["half:\#(number % 2)"],"#
            + #""data":{"number":\#(number),"pad":"\#(pad)"}}"# + "\n"
    }.joined()
}

/// Asks until the answer is yes, for at most so long.
func eventually(
    seconds: Double = 60, _ condition: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(2))
    }
    return false
}
