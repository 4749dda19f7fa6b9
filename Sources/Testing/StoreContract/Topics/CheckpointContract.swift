internal import Daybook

/// Places to resume from, which know the journal they belong to.
enum CheckpointContract {
    static let cases: [ContractCase] = [
        ContractCase("The head is the place of the last event, system streams included") { store in
            let empty = try await store.head()
            try expectEqual(empty.position, 0)
            try expectEqual(empty.event, nil)
            try await store.add(1, to: "account-1")
            let head = try await store.head()
            try expectEqual(head.position, 1)
            try expectEqual(head.event, .number(1))
            try expectEqual(head.journal, empty.journal)
            try expectEqual(head.epoch, empty.epoch)
            let deletion = try await store.delete("account-1")
            try expectEqual(try await store.headPosition(), deletion)
        },
        ContractCase("From a checkpoint on, each event comes once, whatever was read before") {
            store in
            for number in 0..<20 { try await store.add(number, to: "account-\(number % 3)") }
            let events = try await store.events(Read())
            let head = try await store.head()
            for position in 0...events.count {
                let place = Checkpoint(
                    journal: head.journal, epoch: head.epoch, position: Position(position),
                    event: position == 0 ? nil : events[position - 1].id)
                // Through its written form, as a consumer keeps it.
                let kept = try unwrap(Checkpoint(place.description))
                let follower = try await Follower(store, Subscription(from: .checkpoint(kept)))
                try await follower.catchUp()
                try expectEqual(follower.numbers, Array(position..<20))
            }
        },
        ContractCase("A checkpoint that does not belong to the history is refused") { store in
            try await store.append(Event.samples(1..<4), to: "account-1")
            let head = try await store.head()
            let second = try unwrap(try await store.events(Read(from: .position(2))).first?.id)
            func place(
                journal: EventID? = nil, epoch: UInt64? = nil, _ position: Position,
                _ event: EventID?
            ) -> Checkpoint {
                Checkpoint(
                    journal: journal ?? head.journal, epoch: epoch ?? head.epoch,
                    position: position, event: event)
            }
            let wrong: [(String, Checkpoint)] = [
                ("another journal", place(journal: .number(77), 2, second)),
                ("another journal, at 0", place(journal: .number(77), 0, nil)),
                ("another epoch", place(epoch: head.epoch &+ 1, 2, second)),
                ("another epoch, at 0", place(epoch: head.epoch &+ 1, 0, nil)),
                ("beyond the head", place(4, .number(4))),
                ("far beyond the head", place(.max, .number(4))),
                ("another event", place(2, .number(1))), ("no event", place(2, nil)),
            ]
            for (about, checkpoint) in wrong {
                let error = try await expectError(.wrongCheckpoint, about) {
                    try await store.subscribe(Subscription(from: .checkpoint(checkpoint)))
                }
                try expect(!error.why.isEmpty && !error.remedy.isEmpty, "\(about): it says why")
            }
            let right = try await Follower(
                store, Subscription(from: .checkpoint(place(2, second))))
            try await right.catchUp()
            try expectEqual(right.numbers, [3])
        },
    ]
}
