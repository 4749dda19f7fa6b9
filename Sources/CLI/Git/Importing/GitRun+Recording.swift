internal import Daybook
internal import DaybookPlatform

extension GitRun {
    /// Reads commits from git and records them, up to the last or until it shall stop.
    mutating func recordAll(
        on threads: IOThreads, until shouldStop: () -> Bool, _ progress: (GitProgress) -> Void
    ) async throws(GitError) {
        guard let head = repository.head else { return }
        let arguments = GitLog.arguments(upTo: head, after: excluded)
        let program = repository.program
        let git = try await threads.run { () throws(GitError) in try program.start(arguments) }
        do throws(GitError) {
            try await record(from: git, on: threads, until: shouldStop, progress)
        } catch {
            git.terminate()
            _ = await threads.run { () -> Bool in (try? git.finish()) != nil }
            throw error
        }
    }

    private mutating func record(
        from git: Subprocess, on threads: IOThreads, until shouldStop: () -> Bool,
        _ progress: (GitProgress) -> Void
    ) async throws(GitError) {
        var parser = GitLogParser(repository.format)
        while true {
            let bytes = try await next(from: git, on: threads)
            if bytes.isEmpty { break }
            var commits: [GitCommit] = []
            try parser.take(bytes) { commits.append($0) }
            for commit in commits {
                report.isStopped = Task.isCancelled || shouldStop()
                if report.isStopped { return try await stop(git, on: threads) }
                try await record(commit, on: threads, progress)
            }
        }
        // Only an end that git calls one says that the last commit is whole.
        let program = repository.program
        let answer = try await threads.run { () throws(GitError) in
            let status: Subprocess.Status
            do throws(Errno) { status = try git.finish() } catch {
                throw program.failed("log", "\(error)")
            }
            return try program.answer(status, [], git.complaints())
        }
        guard answer.isSuccess else { throw program.failed("log", answer.complaints) }
        if let commit = try parser.finish() { try await record(commit, on: threads, progress) }
        try await settle()
    }

    /// Ends git, and waits for the appends under way.
    private mutating func stop(_ git: Subprocess, on threads: IOThreads) async throws(GitError) {
        git.terminate()
        _ = await threads.run { () -> Bool in (try? git.finish()) != nil }
        try await settle()
    }

    private mutating func settle() async throws(GitError) {
        do throws(StoreError) { try await queue.finish() } catch { throw GitError(error) }
    }

    private func next(
        from git: Subprocess, on threads: IOThreads
    ) async throws(GitError) -> [UInt8] {
        let program = repository.program
        return try await threads.run { () throws(GitError) in
            do throws(Errno) { return try git.read() } catch {
                throw program.failed("log", "\(error)")
            }
        }
    }

    private mutating func record(
        _ commit: GitCommit, on threads: IOThreads, _ progress: (GitProgress) -> Void
    ) async throws(GitError) {
        var commit = commit
        var (part, done) = (1, 0)
        if report.appends == 0 {
            try await findBoundary(&commit, on: threads)
            try checkFirst(commit)
            if let last, last.isInsideCommit {
                (part, done) = (last.part + 1, last.changes)
                guard done < commit.changes.count else { throw shrunk(commit, done) }
            }
        }
        if part == 1 {
            report.commits += 1
            report.commitsInAll += 1
        }
        let parts = GitPlan.parts(
            of: commit, stream: report.stream, limits: limits, part: part, done: done)
        for part in parts {
            try await append(commit, part)
            progress(
                GitProgress(
                    commits: report.commits, commitsTotal: commitsTotal, changes: report.changes))
        }
    }

    private mutating func append(_ commit: GitCommit, _ part: GitPart) async throws(GitError) {
        let events = writer.events(of: commit, part)
        report.changes += part.changes.count
        report.changesInAll += part.changes.count
        report.events += events.count
        report.appends += 1
        let mark = GitMark(
            commit: commit.hash, part: part, commitsInAll: report.commitsInAll,
            changesInAll: report.changesInAll, first: first)
        var append = Append(events, to: report.stream, expecting: condition)
        append.tracking = TrackingMark(
            consumer: report.consumer, from: token, to: mark.token, note: mark.note)
        let bytes = events.reduce(0) { $0 + EventRecord.size(of: $1, stream: report.stream) }
        do throws(StoreError) {
            try await queue.send(append, bytes: bytes)
        } catch {
            throw GitError(error)
        }
        nextRevision += Revision(events.count)
        condition = .revision(nextRevision - 1)
        token = mark.token
    }

    /// A commit without parents may have some that the clone does not have.
    private mutating func findBoundary(
        _ commit: inout GitCommit, on threads: IOThreads
    ) async throws(GitError) {
        guard repository.isShallow, commit.parents.isEmpty else { return }
        let (repository, hash) = (repository, commit.hash)
        let parents = try await threads.run { () throws(GitError) in
            try repository.parents(of: hash) ?? []
        }
        guard !parents.isEmpty else { return }
        commit.parents = parents
        commit.isBoundary = true
        report.boundary = hash
    }

    private func shrunk(_ commit: GitCommit, _ done: Int) -> GitError {
        GitError(
            .rewritten, "The import cannot go on inside the commit \(commit.hash)",
            why:
                "\(done) of its changes are recorded, and git now tells of \(commit.changes.count)",
            remedy: "Delete the stream with `daybook delete \(report.stream)` and import it anew.",
            place: repository.program.repository)
    }
}
