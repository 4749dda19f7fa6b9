import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

extension BinaryTests {
    /// The power of a real file system fails again and again under one store.
    @Suite struct `When the power fails` {
        private static let rounds = Host.environment("DAYBOOK_THOROUGH") == "1" ? 200 : 12

        @Test(.enabled(if: LoopDisk.Kind.ext4.isPossible, "\(LoopDisk.Kind.ext4.absence)"))
        func `Nothing acknowledged is lost on ext4, whoever appends`() async throws {
            try await loses(nothingOn: .ext4, [.commands, .imports])
        }

        @Test(.enabled(if: LoopDisk.Kind.ext4.isPossible, "\(LoopDisk.Kind.ext4.absence)"))
        func `Nothing acknowledged is lost on ext4 while segments are sealed and indexed`()
            async throws
        {
            try await loses(nothingOn: .ext4, [.smallSegments])
        }

        @Test(.enabled(if: LoopDisk.Kind.xfs.isPossible, "\(LoopDisk.Kind.xfs.absence)"))
        func `Nothing acknowledged is lost on xfs`() async throws {
            try await loses(nothingOn: .xfs, Outage.Work.allCases)
        }

        @Test(
            .enabled(if: LoopDisk.Kind.ext4.isPossible, "\(LoopDisk.Kind.ext4.absence)"))
        func `Compactions, backups and restores lose nothing on ext4, and are done when run again`()
            async throws
        {
            try await upkeepLoses(nothingOn: .ext4)
        }

        @Test(.enabled(if: LoopDisk.Kind.xfs.isPossible, "\(LoopDisk.Kind.xfs.absence)"))
        func `Compactions, backups and restores lose nothing on xfs, and are done when run again`()
            async throws
        {
            try await upkeepLoses(nothingOn: .xfs)
        }

        private func upkeepLoses(nothingOn kind: LoopDisk.Kind) async throws {
            let seed = UInt64.random(in: 1...1_000_000)
            print("power of \(kind) cut in upkeep, at moments chosen by seed \(seed)")
            let upkeep = try Upkeep(kind, SeededRandomness(seed: seed))
            try await upkeep.begin()
            let works = Upkeep.Work.allCases
            for round in 0..<Self.rounds {
                let work = works[round % works.count]
                try await upkeep.happens(during: work, "round \(round), \(work)")
            }
            print(
                "\(upkeep.acknowledgedCount) events outlived it, \(upkeep.truncatedCount) truncated; "
                    + "\(upkeep.cutCount) commands of \(Self.rounds * 3 / 4) were cut off")
            #expect(upkeep.truncatedCount > 0)
        }

        /// Cuts the power in the middle of work, each round of another kind, and looks at what is left.
        private func loses(nothingOn kind: LoopDisk.Kind, _ works: [Outage.Work]) async throws {
            let seed = UInt64.random(in: 1...1_000_000)
            print("power of \(kind) cut at moments chosen by seed \(seed)")
            let outage = try Outage(kind, SeededRandomness(seed: seed))
            for round in 0..<Self.rounds {
                let work = works[round % works.count]
                try await outage.happens(during: work)
                // Nobody has opened it for writing yet: what is there is whole and in order.
                try await outage.audit(
                    "round \(round), \(work), as it was left", isRecovered: false)
                try await outage.goesOn(after: work)
                try await outage.audit("round \(round), \(work), gone on", isRecovered: true)
            }
            print("\(outage.acknowledgedCount) acknowledged appends outlived \(Self.rounds) cuts")
            #expect(outage.acknowledgedCount > Self.rounds, "hardly anything was acknowledged")
            if works.contains(.smallSegments) { #expect(try !outage.runs().isEmpty) }
        }
    }
}
