internal import CDaybookPlatform
internal import DaybookBytes
internal import Glibc

extension Subprocess {
    /// Starts `program`, found as a shell would find it.
    ///
    /// `ENOENT` where there is none, or no `directory`.
    ///
    /// `environment` adds to ours or replaces what is there.
    public static func start(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil, input: Input = .none, complaints: Complaints = .inherit
    ) throws(Errno) -> Subprocess {
        var pipes = Pipes()
        // Whatever is still here at the end is not needed any more: the child's ends always, ours on errors.
        defer { pipes.close() }
        var actions = try SpawnActions()
        defer { actions.destroy() }

        if let directory { try actions.changeDirectory(directory) }
        if case .none = input {
            try actions.open("/dev/null", O_RDONLY, as: 0)
        } else {
            pipes.input = try pipeEnds()
            try actions.use(pipes.input!.0, as: 0)
        }
        pipes.output = try pipeEnds()
        try actions.use(pipes.output!.1, as: 1)
        switch complaints {
        case .inherit: break
        case .discard: try actions.open("/dev/null", O_WRONLY, as: 2)
        case .capture:
            pipes.errors = try pipeEnds()
            try actions.use(pipes.errors!.1, as: 2)
        }

        let child = try actions.spawn([program] + arguments, environment)
        let ours = pipes.giveOurs()
        let process = Subprocess(processID: child, input: ours.input, output: ours.output)
        if let errors = ours.errors { try process.collect(errors) }
        if case .bytes(let bytes) = input { try process.feed(bytes) }
        return process
    }

    /// Runs a program to its end and gives back all it wrote.
    public static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil, input: [UInt8] = []
    ) throws(Errno) -> (status: Status, output: [UInt8], complaints: String) {
        let process = try start(
            program, arguments, environment: environment, directory: directory,
            input: .bytes(input), complaints: .capture)
        var output: [UInt8] = []
        while true {
            let bytes = try process.read()
            if bytes.isEmpty { break }
            output += bytes
        }
        let status = try process.finish()
        return (status, output, process.complaints())
    }
}

/// The pipes of a program about to start, as (reading, writing).
private struct Pipes {
    var input: (Int32, Int32)?
    var output: (Int32, Int32)?
    var errors: (Int32, Int32)?
    var isStarted = false

    /// Our ends, which are not closed here any more.
    mutating func giveOurs() -> (input: Int32?, output: Int32, errors: Int32?) {
        isStarted = true
        return (input?.1, output!.0, errors?.0)
    }

    func close() {
        for (ours, childs) in [
            (input?.1, input?.0), (output?.0, output?.1), (errors?.0, errors?.1),
        ] {
            if let childs { _ = Glibc.close(childs) }
            if let ours, !isStarted { _ = Glibc.close(ours) }
        }
    }
}

/// What happens in the child between fork and exec.
@safe private struct SpawnActions {
    private var actions = unsafe posix_spawn_file_actions_t()

    init() throws(Errno) { try unsafe check(posix_spawn_file_actions_init(&actions)) }

    // Safe, all of them: the value is initialised once, destroyed once, and strings outlive the calls.
    mutating func destroy() { unsafe posix_spawn_file_actions_destroy(&actions) }

    mutating func use(_ file: Int32, as number: Int32) throws(Errno) {
        try unsafe check(posix_spawn_file_actions_adddup2(&actions, file, number))
    }

    mutating func open(_ path: String, _ how: Int32, as number: Int32) throws(Errno) {
        try unsafe check(posix_spawn_file_actions_addopen(&actions, number, path, how, 0))
    }

    mutating func changeDirectory(_ path: String) throws(Errno) {
        try unsafe check(daybook_spawn_in(&actions, path))
    }

    mutating func spawn(
        _ words: [String], _ environment: [String: String]
    ) throws(Errno) -> pid_t {
        // A zero byte would end a word early.
        if words.contains(where: { $0.utf8.contains(0) }) { throw .EINVAL }
        var attributes = posix_spawnattr_t()
        var (nothing, pipes) = (sigset_t(), sigset_t())
        try unsafe check(posix_spawnattr_init(&attributes))
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The child must hear signals that this thread holds back or this process ignores.
        unsafe sigemptyset(&nothing)
        unsafe sigemptyset(&pipes)
        unsafe sigaddset(&pipes, SIGPIPE)
        try unsafe check(posix_spawnattr_setsigmask(&attributes, &nothing))
        try unsafe check(posix_spawnattr_setsigdefault(&attributes, &pipes))
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        try unsafe check(posix_spawnattr_setflags(&attributes, Int16(flags)))

        // Safe: both lists end with a null and are freed only after the call.
        let arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        let variables = unsafe Self.variables(environment).map { unsafe strdup($0) } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        var child = pid_t()
        try unsafe check(
            posix_spawnp(&child, words[0], &actions, &attributes, arguments, variables))
        return child
    }

    /// Our environment with these changes, as `name=value`.
    private static func variables(_ changes: [String: String]) -> [String] {
        var all: [String] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            // Safe: the list ends with a null, and nothing in this package changes it.
            let text = unsafe String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if changes[String(name)] == nil { all.append(text) }
            unsafe next = next.advanced(by: 1)
        }
        return all + changes.map { "\($0.key)=\($0.value)" }
    }
}
