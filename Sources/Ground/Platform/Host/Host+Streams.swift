internal import CDaybookPlatform
internal import DaybookBytes
internal import Glibc

extension Host {
    /// The two streams that every program is started with for what it has to say.
    public enum Stream: Int32, Sendable {
        case output = 1
        case error = 2
    }

    /// Writes all of it, unbuffered.
    ///
    /// `EPIPE` says that nobody reads any more: a reason to end, quietly.
    ///
    /// The signal of a broken pipe is held back, so the error arrives instead.
    public static func write(
        _ bytes: borrowing RawSpan, to stream: Stream = .output
    ) throws(Errno) {
        let hold = BrokenPipeHold()
        defer { hold.release() }
        try writeBytes(stream.rawValue, bytes)
    }

    /// Gives each standard stream that is closed a place that takes and holds nothing, before anything else gets its
    /// number: libraries that open sockets take it for granted that they get none of these.
    public static func fillStandardStreams() {
        for stream: Int32 in 0...2 where fcntl(stream, F_GETFD) == -1 {
            // Safe: the string outlives the call. The lowest number that is free is given.
            _ = unsafe daybook_open("/dev/null", O_RDWR, 0)
        }
    }

    /// The same for text.
    public static func write(_ text: String, to stream: Stream = .output) throws(Errno) {
        try write(Array(text.utf8).rawSpan, to: stream)
    }
}

/// Keeps SIGPIPE from this thread, and takes one away that came meanwhile: a library has no say in what the
/// whole process does about signals.
struct BrokenPipeHold {
    private let before: sigset_t
    private let wasPending: Bool

    init() {
        var (pipes, before, pending) = (sigset_t(), sigset_t(), sigset_t())
        // Safe, as below: each call fills or reads the one set it is given.
        unsafe sigpending(&pending)
        wasPending = unsafe sigismember(&pending, SIGPIPE) == 1
        unsafe sigemptyset(&pipes)
        unsafe sigaddset(&pipes, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &pipes, &before)
        self.before = before
    }

    func release() {
        var (pipes, before, none) = (sigset_t(), before, timespec())
        unsafe sigemptyset(&pipes)
        unsafe sigaddset(&pipes, SIGPIPE)
        if !wasPending {
            while unsafe sigtimedwait(&pipes, nil, &none) == -1 && errno == EINTR {}
        }
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
