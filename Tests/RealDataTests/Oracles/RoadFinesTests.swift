import Daybook
import DaybookJSON
import DaybookStore
import Testing

/// What each fine came to.
struct RoadFinesTally: Tally {
    struct Fine {
        var amount = 0
        var expense = 0
        var paid = 0
        var points = 0
        var dismissal = ""
        var lastType = ""
        /// Whether the total of its last payment was the sum of all.
        var isLastTotalRight = true
    }

    var fines: [String: Fine] = [:]
    var holds = 0
    var fails = 0
    var failing: Set<String> = []

    mutating func add(_ event: borrowing EventView, _ names: EventNames) throws {
        let fields = try Fields(event)
        var fine = fines[names.stream] ?? Fine()
        let numbers = fields.integers
        fine.lastType = names.type
        fine.amount = numbers["amount_cents"] ?? fine.amount
        fine.expense = numbers["expense_cents"] ?? fine.expense
        fine.points = numbers["points"] ?? fine.points
        fine.dismissal = fields.texts["dismissal"] ?? fine.dismissal
        if names.type == "payment" {
            fine.paid += numbers["payment_cents"] ?? 0
            fine.isLastTotalRight = fine.paid == numbers["total_payment_cents"]
            if fine.isLastTotalRight {
                holds += 1
            } else {
                fails += 1
                failing.insert(names.stream)
            }
        }
        fines[names.stream] = fine
    }
}

extension RealData {
    @Suite struct `The road fines of Italy` {
        private func imported() async throws -> ImportedSet<RoadFinesTally> {
            try await .shared(.roadFines)
        }

        @Test func `Every line is recorded as it stands, in its place`() async throws {
            let set = try await imported()
            set.checkLines()
            try await set.checkSecondImport()
            #expect(set.places.byStream.count == set.oracle.integer("published", "cases"))
            #expect(set.places.count == set.oracle.integer("published", "events"))
        }

        @Test(arguments: RealSet.roadFines.ways)
        func `Payments add up to the totals, but in the cases that are known`(
            way: Way
        ) async throws {
            let set = try await imported()
            let states = try await set.states(way)
            let rule = try #require(set.oracle["per_event_oracle"])
            #expect(states.holds == rule.integer("holds"))
            #expect(states.fails == rule.integer("fails"))
            #expect(states.failing.count == rule.integer("streams_that_fail"))
            func streams(_ key: String) throws -> Set<String> {
                let names = try #require(rule.member(beginning: key)?.asArray)
                return Set(names.compactMap(\.asString))
            }
            let sameDay = try streams("same_day_total")
            let missing = try streams("payment_missing_from_source_log")
            #expect(states.failing == sameDay.union(missing))
            #expect(sameDay.allSatisfy { states.fines[$0]?.isLastTotalRight == true })
            #expect(missing.allSatisfy { states.fines[$0]?.isLastTotalRight == false })
        }

        @Test(arguments: RealSet.roadFines.ways)
        func `The totals are those of the publication`(way: Way) async throws {
            let set = try await imported()
            let fines = try await set.states(way).fines.values
            let totals = set.oracle.counts("totals")
            #expect(fines.reduce(0) { $0 + $1.paid } == totals["paid_cents"])
            #expect(fines.reduce(0) { $0 + $1.expense } == totals["expense_cents"])
            #expect(fines.reduce(0) { $0 + $1.amount } == totals["final_amount_cents"])
            #expect(fines.reduce(0) { $0 + $1.points } == totals["points"])
            #expect(fines.count { $0.paid > 0 } == totals["fines_with_any_payment"])
            #expect(
                fines.count { $0.paid >= $0.amount + $0.expense }
                    == totals["fully_paid(paid>=amount+expense)"])
            let collected = fines.count { $0.lastType == "send-for-credit-collection" }
            #expect(collected == totals["sent_to_collection"])
        }

        @Test func `It begins and ends when the log does`() async throws {
            let set = try await imported()
            let fines = Selection.category("fine")
            let ends = try await [Read(fines, limit: 1), Read(fines, .backwards, limit: 1)].asyncMap
            {
                try await set.store.events($0).first?.occurredAt
            }
            let known = ["first_time", "last_time"].map { key in
                set.oracle[key]?.asString.flatMap { Timestamp($0) }
            }
            #expect(ends == known)
        }

        @Test(arguments: RealSet.roadFines.ways)
        func `Each fine ends as the table says`(way: Way) async throws {
            let set = try await imported()
            let fines = try await set.states(way).fines
            let table = try RealSet.roadFines.table("oracle_streams")
            #expect(table.count == fines.count)
            let wrong = fines.filter { name, fine in
                let numbers = [
                    set.places.byStream[name]?.count ?? 0, fine.amount, fine.expense, fine.paid,
                    fine.points,
                ]
                return table[name] != numbers.map(String.init) + [fine.dismissal, fine.lastType]
            }
            #expect(wrong.keys.sorted().prefix(5) == [])
        }

        @Test(arguments: [UInt64.random(in: 1...1_000_000)])
        func `Reads and past states agree with a scan`(seed: UInt64) async throws {
            let set = try await imported()
            try await set.checkReads(seed: seed)
            try await set.checkPastStates(seed: seed)
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async throws -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
