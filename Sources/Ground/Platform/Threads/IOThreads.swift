/// A few dedicated threads for calls that wait for a device: the cooperative pool never does.
///
/// The queue has no bound of its own. Whoever submits is bounded already (a reader waits for each answer
/// before it asks again), and a submitter that had to wait here would stall the server loop that this
/// exists to keep running. `waitingCount` is for those who would rather refuse.
public final class IOThreads: Sendable {
    private struct Queue: Sendable {
        var works: [@Sendable () -> Void] = []
        var taken = 0
        var isStopping = false

        var waiting: Int { works.count - taken }

        mutating func take() -> (@Sendable () -> Void)? {
            guard taken < works.count else { return nil }
            defer {
                // The part already taken goes when it is the larger one: constant cost a work.
                taken += 1
                if taken * 2 > works.count {
                    works.removeFirst(taken)
                    taken = 0
                }
            }
            return works[taken]
        }
    }

    private let queue: Monitor<Queue>
    private let threads: [Thread]

    /// Starts `count` threads, called `name`-0 and so on.
    public init(count: Int = 4, name: String = "daybook-io") throws(Errno) {
        precondition(count > 0, "a pool without threads would never do anything")
        let queue = Monitor(Queue())
        var threads: [Thread] = []
        do {
            for number in 0..<count {
                threads.append(
                    try Thread(name: "\(name)-\(number)") {
                        while let work = queue.wait(
                            until: { $0.waiting > 0 || $0.isStopping }, then: { $0.take() })
                        {
                            work()
                        }
                    })
            }
        } catch {
            Self.stop(queue, threads)
            throw error
        }
        self.queue = queue
        self.threads = threads
    }

    deinit { Self.stop(queue, threads) }

    /// Hands over work that may block; any of the threads does it, in no promised order.
    ///
    /// After `stop` it is done here and now, on the caller's thread: it blocks, but nobody waits for ever.
    public func submit(_ work: @escaping @Sendable () -> Void) {
        let isStopping = queue.withLock { queue in
            if !queue.isStopping { queue.works.append(work) }
            return queue.isStopping
        }
        if isStopping { work() } else { queue.signal() }
    }

    /// Does work that may block on one of the threads and waits for its result without blocking.
    public func run<Result: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            submit {
                do throws(Failure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// How many works wait for a thread.
    public var waitingCount: Int { queue.withLock { $0.waiting } }

    /// Does what was submitted, and ends the threads.
    ///
    /// May be called again.
    public func stop() { Self.stop(queue, threads) }

    private static func stop(_ queue: Monitor<Queue>, _ threads: [Thread]) {
        queue.withLock { $0.isStopping = true }
        queue.broadcast()
        // The last reference may go on one of the threads, which cannot wait for itself.
        for thread in threads where !thread.isCurrent { thread.join() }
    }
}
