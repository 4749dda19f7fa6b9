internal import CDaybookPlatform
internal import Glibc

extension Host {
    /// Signals that ask for something.
    public enum Signal: Int32, Sendable, CaseIterable {
        /// Of a server: to read again what it was set up with. The terminal of other programs is gone.
        case hangUp = 1
        /// Ctrl-C.
        case interrupt = 2
        /// What `kill` and a service manager send.
        case terminate = 15
    }

    /// Calls `handler` on a thread of its own for each of these signals that arrives from now on,
    /// instead of ending the process.
    ///
    /// Once in a process for each signal; whoever is asked twice to end should exit at once.
    public static func onSignal(
        _ signals: [Signal] = [.interrupt, .terminate],
        _ handler: @escaping @Sendable (Signal) -> Void
    ) throws(Errno) {
        let (reading, writing) = try pipeEnds()
        // A handler that waited for room in the pipe would stop the thread that the signal hit.
        _ = try systemCall { fcntl(writing, F_SETFL, O_NONBLOCK) }
        _ = try Thread(name: "daybook-signals") {
            while let bytes = try? readBytes(reading, upTo: 16), !bytes.isEmpty {
                for signal in bytes.compactMap({ Signal(rawValue: Int32($0)) }) { handler(signal) }
            }
        }
        for signal in signals {
            _ = try systemCall { daybook_signal_to(signal.rawValue, writing) }
        }
    }

    /// Sends a signal to this process.
    package static func raise(_ signal: Signal) { require(kill(getpid(), signal.rawValue)) }
}

/// A pipe whose ends are closed on exec and are no standard streams: (reading, writing).
func pipeEnds() throws(Errno) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    // Safe: room for the two that the call gives.
    _ = try systemCall { unsafe daybook_pipe(&ends) }
    do {
        ends[0] = try aboveStandardStreams(ends[0])
        ends[1] = try aboveStandardStreams(ends[1])
    } catch {
        // One of 2 or less has been closed by the attempt to move it.
        for end in ends where end > 2 { _ = close(end) }
        throw error
    }
    return (ends[0], ends[1])
}
