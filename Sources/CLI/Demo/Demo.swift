internal import Daybook
internal import DaybookExamples

/// An example of event sourcing that `daybook demo` can show.
struct Demo: Sendable {
    typealias Print = (_ line: String) -> Void
    typealias Progress = (_ done: Int, _ total: Int) -> Void

    let name: String
    let summary: String
    /// What a file holds that it can be shown with; nil where there is none.
    let history: String?
    /// Whether what is in a history is recorded again, and not only read.
    var recordsAgain = true
    /// Tells a small story.
    let tell: @Sendable (any EventStore, Print) async throws -> Void
    /// Has all that is in a history decided again, in another store.
    let replay:
        @Sendable (_ history: any EventStore, _ store: any EventStore, Progress, Print) async throws
            -> Agreement?

    static let all = [button, cart, bank, courses]

    private static let button = Demo(
        name: "button", summary: "A state machine: what is allowed when, and its picture.",
        history: nil,
        tell: { store, print in try await ButtonExample.run(in: store, print: print) },
        replay: { _, _, _, _ in nil })

    private static let cart = Demo(
        name: "cart",
        summary: "A cart with discounts, checked out once however often it is asked for.",
        history: "the invoices of a shop: their sums are told, found in two ways",
        recordsAgain: false,
        tell: { store, print in try await CartExample.run(in: store, print: print) },
        replay: { history, _, progress, print in
            try await CartExample.replay(from: history, progress: progress, print: print)
        })

    private static let bank = Demo(
        name: "bank", summary: "Accounts with an overdraft, time travel and blame.",
        history: "the books of a bank: each balance is compared with the bank's own",
        tell: { store, print in try await BankExample.run(in: store, print: print) },
        replay: { history, store, progress, print in
            try await BankExample.replay(
                from: history, into: store, progress: progress, print: print)
        })

    private static let courses = Demo(
        name: "courses",
        summary: "Decisions over several things: seats in courses, courses of a student.",
        history:
            "registrations at a university: with as many seats as were taken nobody is refused",
        tell: { store, print in try await CoursesExample.run(in: store, print: print) },
        replay: { history, store, progress, print in
            try await CoursesExample.replay(
                from: history, into: store, progress: progress, print: print)
        })
}
