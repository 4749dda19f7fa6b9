internal import DaybookPlatform

/// The `git` program, run on one repository so that neither the environment nor the configuration
/// of the user changes what it says, and nothing is fetched, asked for or run beside it.
struct GitProgram: Sendable {
    let repository: String

    /// Runs a command to its end and gives back what it wrote, and what it complained of where it
    /// failed.
    func run(_ arguments: [String]) throws(GitError) -> Answer {
        let ended: (status: Subprocess.Status, output: [UInt8], complaints: String)
        do throws(Errno) { ended = try Subprocess.run("env", words(arguments)) } catch {
            throw cannotStart("\(error)")
        }
        return try answer(ended.status, ended.output, ended.complaints)
    }

    /// Starts a command whose output is read while it runs.
    func start(_ arguments: [String]) throws(GitError) -> Subprocess {
        do throws(Errno) {
            return try Subprocess.start("env", words(arguments), complaints: .capture)
        } catch {
            throw cannotStart("\(error)")
        }
    }

    /// How a command ended.
    struct Answer: Sendable {
        let isSuccess: Bool
        let output: [UInt8]
        let complaints: String

        /// The output without the line feed at its end.
        var line: [UInt8] { output.last == UInt8(ascii: "\n") ? output.dropLast() : output }
        var text: String { String(decoding: line, as: UTF8.self) }
    }

    /// - Throws: `noGit` where there is no such program.
    func answer(
        _ status: Subprocess.Status, _ output: [UInt8], _ complaints: String
    ) throws(GitError) -> Answer {
        // What env answers where it cannot find or run the program.
        if status == .exited(127) || status == .exited(126) { throw cannotStart(complaints) }
        return Answer(isSuccess: status.isSuccess, output: output, complaints: complaints)
    }

    /// For a command that had to succeed.
    func failed(_ command: String, _ complaints: String) -> GitError {
        let why = complaints.split(separator: "\n").suffix(3).joined(separator: "; ")
        return GitError(
            .gitFailed, "git \(command) failed", why: why.isEmpty ? "it did not say why" : why,
            remedy: "Look at the repository with `git fsck`.", place: repository)
    }

    private func cannotStart(_ why: String) -> GitError {
        GitError(
            .noGit, "The git program cannot be run", why: why,
            remedy: "Install git, or put it where PATH finds it.")
    }

    /// The words behind `env`: our own environment and nothing of the user's but where programs
    /// are. So no GIT_DIR or the like leads elsewhere.
    private func words(_ arguments: [String]) -> [String] {
        let kept = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "GIT_EXEC_PATH"]
        return ["-i"] + kept.compactMap { name in Host.environment(name).map { "\(name)=\($0)" } }
            + Self.environment + ["git", "-C", repository] + Self.configuration + arguments
    }

    private static let environment = [
        "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
        "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
        "GIT_GRAFT_FILE=/dev/null", "GIT_ADVICE=0",
    ]

    // A repository of another user is only read. Older git fetches what a partial clone lacks,
    // whatever GIT_NO_LAZY_FETCH says, but not by a protocol that is not allowed.
    private static let configuration = [
        "--no-pager", "--literal-pathspecs", "-c", "safe.directory=*", "-c", "core.quotePath=false",
        "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c",
        "protocol.allow=never",
        "-c", "log.showSignature=false", "-c", "i18n.logOutputEncoding=UTF-8",
    ]
}
