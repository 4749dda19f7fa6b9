import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// A store of two segments and a few appends, to be damaged byte by byte.
struct SmallStore {
    let disk: SimulatedDisk
    let scan: StoreScan
    /// Appends that the last durable mark covers.
    let covered: Int

    enum Ending: String, CaseIterable, Sendable, CustomStringConvertible {
        /// Closed in order.
        case closed
        /// The process ended; some appends were acknowledged that no mark covers.
        case unclosed
        var description: String { rawValue }
    }

    init(_ ending: Ending, options: JournalOptions = .small) throws {
        let first = SimulatedDisk()
        let begun = try World(first, options: options).open()
        try Self.append(to: begun, 0..<3)
        begun.stepIdle()
        try Self.append(to: begun, 3..<5)
        // A crash: the first segment is cut, and the second begins with copies.
        let disk = first.afterProcessKill()
        let journal = try World(disk, seed: 2, options: options).open()
        try Self.append(to: journal, 5..<8)
        switch ending {
        case .closed:
            // Without it nothing would say that the last append was durable if the closing mark were damaged.
            journal.stepIdle()
            journal.close()
            covered = 8
            self.disk = disk.copy()
        case .unclosed:
            journal.stepIdle()
            try Self.append(to: journal, 8..<11)
            // The last frame says that all before the one before it is durable.
            covered = 9
            self.disk = disk.copy()
        }
        scan = try StoreScan(self.disk)
    }

    private static func append(to journal: Journal, _ numbers: Range<Int>) throws {
        for number in numbers {
            var event = Event(
                id: EventID(high: 7, low: UInt64(number)), type: "noted", data: "{\"n\":\(number)}")
            if number.isMultiple(of: 3) { event.tags = ["a:\(number)", "b"] }
            if number == 4 { event.metadata = [1, 2, 3] }
            var append = Append([event], to: "account-\(number % 2)")
            if number == 2 { append.tracking = TrackingMark(consumer: "c", from: nil, to: [1]) }
            if number == 6 { append.records = [SystemRecord(owner: "o", key: "k", value: [9])] }
            try journal.append(append)
        }
    }

    /// The files that hold the journal, without those that are only hints.
    var files: [String] {
        disk.files().filter { !$0.hasSuffix("LOCK") && !$0.hasSuffix("watermark") }
    }

    /// Where something stands in a file: all of it, or up to the last byte that is not zero.
    func usedBytes(_ path: String) throws -> Int {
        let bytes = try disk.bytes(path)
        return (bytes.lastIndex { $0 != 0 } ?? -1) + 1
    }
}

extension JournalOptions {
    /// The smallest segments there are.
    static var small: JournalOptions {
        var options = JournalOptions.tiny
        options.segmentBytesFirst = 12 << 10
        options.segmentBytesMax = 12 << 10
        return options
    }
}

extension SmallStore {
    /// Opens a damaged copy, for writing and for reading. All is well if everything is there, or it is refused
    /// in words that name the place; what lies behind the last mark may be missing.
    /// - Returns: what it was refused with, nil where it was not.
    @discardableResult
    func check(_ damaged: SimulatedDisk, _ what: String) throws -> StoreError? {
        let before = try damaged.contents()
        try checkReading(damaged.copy(), what)
        let journal: Journal
        do throws(StoreError) {
            journal = try World(damaged, seed: 3, options: .small).open(createIfMissing: false)
        } catch {
            try checkRefusal(error, what)
            let after = try damaged.contents()
            try require(before == after, "\(what): refused, and changed on the disk")
            return error
        }
        let found = try StoreScan(damaged)
        try require(found.problems.isEmpty, "\(what): \(found.problems)")
        try checkIsBeginning(found.appends.map(\.events), of: scan.appends.map(\.events), what)
        try checkIsBeginning(found.appends.map(\.fields), of: scan.appends.map(\.fields), what)
        try require(
            try journal.readAll() == found.events,
            "\(what): readers see something else than the files hold")
        journal.close()
        return nil
    }

    private func checkIsBeginning<T: Equatable>(_ found: [T], of all: [T], _ what: String) throws {
        try require(
            found.count >= covered, "\(what): only \(found.count) of \(covered) appends are there")
        try require(found == Array(all.prefix(found.count)), "\(what): something else is there")
    }

    private func checkReading(_ damaged: SimulatedDisk, _ what: String) throws {
        let journal: Journal
        do throws(StoreError) {
            journal = try World(damaged, seed: 3, options: .small).openReadOnly()
        } catch {
            return try checkRefusal(error, what + ", for reading")
        }
        let events: [RecordedEvent]
        do { events = try journal.readAll() } catch {
            throw Discrepancy("\(what), for reading: \(error)")
        }
        try require(
            events == Array(scan.events.prefix(events.count)), "\(what): readers get something else"
        )
        let isWhole = events.count >= scan.appends.prefix(covered).flatMap(\.events).count
        try require(isWhole || journal.view.damage != nil, "\(what): readers miss events silently")
        if let damage = journal.view.damage { try checkRefusal(damage, what + ", for reading") }
        journal.close()
    }

    private func checkRefusal(_ error: StoreError, _ what: String) throws {
        try require(
            error.code == .corrupt || error.code == .newerFormat, "\(what): \(error.code): \(error)"
        )
        try require(error.place?.isEmpty == false, "\(what): no place is named")
    }
}

extension SimulatedDisk {
    /// All that the journal consists of, without hints.
    func contents() throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for path in files() where !path.hasSuffix("LOCK") && !path.hasSuffix("watermark") {
            contents[path] = try bytes(path)
        }
        return contents
    }

    /// Changes the bytes of a file.
    func edit(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try bytes(path)
        body(&bytes)
        try replace(path, with: bytes)
    }
}
