import Daybook
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

/// Many decide at once, and no course is ever over-booked.
@Suite(.timeLimit(.minutes(15))) struct RegistrationTests {
    static let appendersCount = 64

    @Test(arguments: [0, 1])
    func `A course takes as many as it has room for, and one less refuses one`(
        missing: Int
    ) async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let enrolments = try Enrolments.all().filter(\.isRegistration)
        try await register(enrolments, in: store, missing: missing)
        try await store.close()
    }

    @Test func `On a real disk, too, nobody is let in twice or too many`() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "daybook-courses-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await EmbeddedStore.open(at: folder)
        let all = try Enrolments.all().filter(\.isRegistration)
        let smallest = Set(
            all.totals.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
                .prefix(3).map(\.key))
        try await register(all.filter { smallest.contains($0.course) }, in: store, missing: 1)
        try await store.close()
        #expect(try await EmbeddedStore.verify(at: folder) { _, _ in }.findings == [])
    }

    @Test(arguments: [0, 1])
    func `In order, with those who leave, the peak is enough and one less is not`(
        missing: Int
    ) async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let enrolments = try Enrolments.all()
        let peaks = enrolments.peaks
        let office = RegistrationOffice(
            store, capacities: peaks.mapValues { $0 - missing }, countsLeavers: true)
        let refused = Counts()
        try await withThrowingTaskGroup { group in
            for (course, ofCourse) in Dictionary(grouping: enrolments, by: \.course) {
                group.addTask {
                    let count = try await Self.inOrder(ofCourse, office)
                    refused.add(course, count)
                }
            }
            try await group.waitForAll()
        }
        for (course, count) in refused.counts {
            if missing == 0 {
                #expect(count == 0, "\(course)")
            } else {
                #expect(count > 0, "\(course)")
            }
            try await checkNeverMore(than: peaks[course]! - missing, in: course, store)
        }
        #expect(refused.counts.count == peaks.count)
        try await store.close()
    }

    @Test(arguments: [UInt64.random(in: 1...1_000_000)])
    func `Enrolments that are made up come and go as real ones do`(seed: UInt64) {
        let invented = Enrolments.invented(seed: seed)
        let (totals, peaks) = (invented.totals, invented.peaks)
        #expect(totals.count == 22)
        #expect(totals.values.allSatisfy { (350..<2_400).contains($0) })
        #expect(totals.allSatisfy { peaks[$0.key]! < $0.value && peaks[$0.key]! > $0.value / 2 })
        var inside: Set<String> = []
        for one in invented {
            let wasInside = !inside.insert(one.student).inserted
            #expect(wasInside != one.isRegistration)
            if !one.isRegistration { inside.remove(one.student) }
        }
    }

    /// Lets all come in any order, through many appenders at once.
    private func register(
        _ enrolments: [Enrolment], in store: EmbeddedStore, missing: Int
    ) async throws {
        let seed = UInt64.random(in: 1...1_000_000)
        print("\(enrolments.count) registrations shuffled by seed \(seed)")
        let random = SeededRandomness(seed: seed)
        var shuffled = enrolments
        for place in shuffled.indices.reversed() {
            shuffled.swapAt(place, random.next(below: place + 1))
        }
        let (queue, totals) = (shuffled, enrolments.totals)
        let office = RegistrationOffice(
            store, capacities: totals.mapValues { $0 - missing }, countsLeavers: false)
        let next = Turns()
        let refused = Counts()
        try await withThrowingTaskGroup { group in
            for _ in 0..<Self.appendersCount {
                group.addTask {
                    var known: [String: RegistrationOffice.Knowledge] = [:]
                    while true {
                        let place = next.take()
                        guard place < queue.count else { return }
                        if try await office.register(queue[place], knowing: &known) { continue }
                        refused.add(queue[place].course, 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        let expected = missing == 0 ? [:] : totals.mapValues { _ in missing }
        #expect(refused.counts == expected)
        #expect(office.conflictCount > 0)
        #expect(Int(try await store.head().position) == queue.count - missing * totals.count)
        for (course, total) in totals {
            try await checkNeverMore(than: total - missing, in: course, store)
        }
    }

    /// Takes those of one course as they came; gives how many were refused.
    private static func inOrder(
        _ enrolments: [Enrolment], _ office: RegistrationOffice
    ) async throws -> Int {
        var known: [String: RegistrationOffice.Knowledge] = [:]
        var inside: Set<String> = []
        var refused = 0
        for enrolment in enrolments {
            if !enrolment.isRegistration {
                if inside.remove(enrolment.student) != nil {
                    try await office.unregister(enrolment)
                }
            } else if try await office.register(enrolment, knowing: &known) {
                inside.insert(enrolment.student)
            } else {
                refused += 1
            }
        }
        return refused
    }

    /// Nobody is in the course twice, and at no position are there more than it has room for.
    private func checkNeverMore(
        than capacity: Int, in course: String, _ store: EmbeddedStore
    ) async throws {
        let cursor = try store.cursor(Read(.query(.tags([course]))))
        var active: Set<String> = []
        var most = 0
        while let batch = try await cursor.next() {
            batch.forEach { event in
                let student = event.tags.first { $0 != course }!
                if event.type == "student-registered" {
                    #expect(active.insert(student).inserted, "\(student) is in \(course) twice")
                } else {
                    #expect(active.remove(student) != nil, "\(student) was not in \(course)")
                }
                most = max(most, active.count)
            }
        }
        #expect(most == capacity, "\(course)")
    }
}

/// Counts by name, for many who count at once.
private final class Counts: Sendable {
    private let state = Mutex<[String: Int]>([:])

    var counts: [String: Int] { state.withLock { $0 } }

    func add(_ name: String, _ count: Int) { state.withLock { $0[name, default: 0] += count } }
}

/// Hands out 0, 1, 2 and so on, each once.
private final class Turns: Sendable {
    private let next = Atomic<Int>(0)

    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
