// A sanitizer is worth something where it is silent about what is right and tells what is wrong. Scripts/sanitize
// tries both with this before anything else: a mutex that several threads wait for, and then a fault.

import Glibc
import Synchronization

final class Account: Sendable {
    private let balance = Mutex(0)
    // What is wrong with it is what this file is for.
    private nonisolated(unsafe) var unguarded = 0

    /// Long enough for others to arrive, so that they wait in the kernel.
    func work(racing: Bool) {
        for _ in 0..<200 {
            balance.withLock { balance in
                balance += 1
                usleep(10)
            }
            if racing { unguarded += 1 }
        }
    }

    func readFreed() -> Int {
        let numbers = UnsafeMutablePointer<Int>.allocate(capacity: 100)
        numbers.initialize(repeating: 1, count: 100)
        numbers.deallocate()
        return numbers[Int.random(in: 0..<100)]
    }
}

private let account = Account()
private let fault = CommandLine.arguments.dropFirst().first

private func entry(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    account.work(racing: fault == "race")
    return nil
}

@main struct Check {
    static func main() {
        var threads = [pthread_t](repeating: 0, count: 4)
        for place in threads.indices { pthread_create(&threads[place], nil, entry, nil) }
        for thread in threads { pthread_join(thread, nil) }
        if fault == "freed" { print(account.readFreed()) }
    }
}
