internal import Daybook

/// Many at once: one order, no gaps, one winner.
enum ConcurrencyContract {
    static let cases: [ContractCase] = [
        ContractCase("64 appenders to one stream: one winner for each revision") { store in
            let rounds = 4
            let won = try await withAppenders(64) { appender in
                var won: [Appended] = []
                for round in 0..<rounds {
                    while true {
                        try Task.checkCancellation()
                        let state = try await store.stream("account-1").state
                        let condition: StreamCondition =
                            state == .never ? .none : .revision(state.next - 1)
                        do {
                            won.append(
                                try await store.add(
                                    appender * rounds + round, to: "account-1",
                                    expecting: condition))
                            break
                        } catch let error as StoreError where error.code == .wrongRevision {
                            // It was beaten: what it is told is not what it expected.
                            try expect(error.actual != state, "the actual state is told")
                        }
                    }
                }
                return won
            }
            try expectEqual(won.compactMap(\.revision).sorted(), Array(0..<Revision(64 * rounds)))
            try expect(won.allSatisfy { !$0.isDuplicate }, "nothing was recorded twice")
            let events = try await store.events(.stream("account-1"))
            try expectEqual(events.map(\.position), Array(1...Position(64 * rounds)))
            try expectEqual(events.map(\.revision), Array(0..<Revision(64 * rounds)))
            try expectEqual(Set(events.map(\.number)), Set(0..<64 * rounds))
        },
        ContractCase("Appends of several events do not mix, and leave no gap") { store in
            let answers = try await withAppenders(16) { appender in
                var answers: [(appender: Int, Appended)] = []
                for round in 0..<8 {
                    let first = (appender * 8 + round) * 5
                    var append = Append(Event.samples(first..<first + 3), to: "own-\(appender)")
                    append.add(Event.samples(first + 3..<first + 5), to: "shared")
                    answers.append((appender, try await store.append(append)))
                }
                return answers
            }
            let events = try await store.events(Read())
            try expectEqual(events.map(\.position), Array(1...640))
            for (_, answer) in answers {
                let run = events[Int(answer.firstPosition - 1)..<Int(answer.lastPosition)]
                let first = try unwrap(run.first).number
                try expectEqual(run.map(\.number), Array(first..<first + 5))
            }
            for appender in 0..<16 {
                let own = answers.filter { $0.appender == appender }.map(\.1.firstPosition)
                try expectEqual(own, own.sorted(), "each appender's appends are in its order")
            }
            let shared = try await store.events(.stream("shared")).map(\.revision)
            try expectEqual(shared, Array(0..<256))
        },
        ContractCase("Query conditions keep a course from being over-booked") { store in
            let capacity = 10
            let query = Query.matching(types: ["registered"], tags: ["course:a"])
            let outcomes = try await withAppenders(32) { student in
                while true {
                    try Task.checkCancellation()
                    let position = try await store.headPosition()
                    let registered = try await store.events(Read(.query(query)))
                    let seen = registered.filter { $0.position <= position }
                    if seen.count >= capacity { return [false] }
                    var append = Append(
                        [.sample(student, type: "registered", tags: ["course:a", "s:\(student)"])],
                        to: "course-\(student % 3)")
                    append.queryCondition = QueryCondition(
                        failIfEventsMatch: query, after: position)
                    do {
                        try await store.append(append)
                        return [true]
                    } catch let error as StoreError where error.code == .conflict {
                        try expect(error.position ?? 0 > position, "the conflict is behind it")
                    }
                }
            }
            try expectEqual(outcomes.count { $0 }, capacity)
            try expectEqual(try await store.events(Read(.query(query))).count, capacity)
        },
        ContractCase("Subscriptions beside appenders see each event once, in order") { store in
            let total = 8 * 40
            let followers = (0..<4).map { number in
                Task {
                    // Some begin before the appends, some amid them.
                    while number > 1, try await store.headPosition() < 100 {
                        try Task.checkCancellation()
                        await Task.yield()
                    }
                    let selection: Selection = number % 2 == 0 ? .all : .category("account")
                    let follower = try await Follower(store, Subscription(selection))
                    try await follower.take(total)
                    return follower.events.map(\.position)
                }
            }
            _ = try await withAppenders(8) { appender in
                for round in 0..<40 {
                    try await store.add(appender * 40 + round, to: "account-\(appender)")
                }
                return [true]
            }
            for follower in followers {
                try expectEqual(try await follower.answer, Array(1...Position(total)))
            }
        },
        ContractCase("The same append from many at once is recorded once") { store in
            let append = Append(Event.samples(0..<3), to: "account-1", expecting: .none)
            let answers = try await withAppenders(32) { _ in [try await store.append(append)] }
            try expectEqual(answers.count { !$0.isDuplicate }, 1)
            try expectEqual(Set(answers.map(\.firstPosition)), [1])
            try expectEqual(Set(answers.map(\.lastPosition)), [3])
            try expectEqual(try await store.headPosition(), 3)
        },
        ContractCase("What an append answered, every later read sees") { store in
            _ = try await withAppenders(16) { appender in
                for round in 0..<10 {
                    let answer = try await store.add(
                        appender * 10 + round, to: "account-\(appender)")
                    let read = Read(from: .position(answer.firstPosition), limit: 1)
                    try expectEqual(try await store.numbers(read), [appender * 10 + round])
                    let last = Read(.stream("account-\(appender)"), .backwards, limit: 1)
                    try expectEqual(try await store.numbers(last), [appender * 10 + round])
                    let head = try await store.headPosition()
                    try expect(head >= answer.lastPosition, "the head is not before it")
                }
                return [true]
            }
        },
    ]

    /// The answers of so many tasks at once, each knowing its number.
    private static func withAppenders<Answer: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> [Answer]
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: [Answer].self) { group in
            for number in 0..<count { group.addTask { try await body(number) } }
            var answers: [Answer] = []
            for try await more in group { answers += more }
            return answers
        }
    }
}
