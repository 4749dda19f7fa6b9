internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension BackupFolder {
    /// The backup in the folder has to be an earlier part of the same history: what it holds and the journal does not
    /// would be lost by going on. Reads of both the segment with the last things that the backup holds: that their files
    /// have the same name and length does not say that they hold the same.
    /// - Throws: `invalid` where it is not; `corrupt` where it cannot be told, `inputOutput`.
    func checkHistory(
        _ former: BackupDescriptor, _ present: PinnedJournal, named name: String
    ) throws(StoreError) {
        try checkIdentity(former, present.manifest, named: name)
        let (then, now) = (former.manifest.end, present.manifest.end)
        if then.position > now.position || then.record > now.record {
            throw .occupied(
                "The backup in the folder goes further than the store",
                why: then.position > now.position
                    ? "it ends with position \(then.position - 1), and the store with "
                        + "\(now.position - 1)"
                    : "it holds \(then.record) system records, and the store \(now.record)",
                remedy: "Find out what the store has lost, by `daybook verify`. " + Self.remedy,
                disk.place(""))
        }
        if try isSame(lastRecorded(of: former), in: present) { return }
        throw .occupied(
            "The backup in the folder is of another past of this store",
            why:
                "what it holds up to position \(then.position - 1) is not what the store holds there; "
                + "the store was set back, by an older copy of its files, and went on in another way",
            remedy: "Keep that backup: it holds events that the store has no more. " + Self.remedy,
            disk.place(""))
    }

    private static let remedy =
        "Name another folder for this backup, or remove what this one holds."

    private func checkIdentity(
        _ former: BackupDescriptor, _ present: Manifest, named name: String
    ) throws(StoreError) {
        if former.manifest.journal != present.journal {
            throw .occupied(
                "The folder holds a backup of another journal",
                why:
                    "it is one of '\(former.name)' (\(former.manifest.journal)), and this is '\(name)' "
                    + "(\(present.journal))", remedy: Self.remedy, disk.place(""))
        }
        if former.manifest.epoch != present.epoch {
            throw .occupied(
                "The folder holds a backup of another history of this journal",
                why: "the store was restored, imported or repaired since (epoch "
                    + "\(former.manifest.epoch) became \(present.epoch)), and that backup may hold "
                    + "events that the store has no more", remedy: Self.remedy, disk.place(""))
        }
    }

    /// The last events and the last system records that a backup holds.
    private func lastRecorded(of former: BackupDescriptor) throws(StoreError) -> [Recorded] {
        let segments = former.manifest.segments
        let numbers: Set<Int?> = [
            segments.lastIndex { $0.sealed?.events ?? 0 > 0 },
            segments.lastIndex { $0.sealed?.records ?? 0 > 0 },
        ]
        do throws(StoreError) {
            var last: [Recorded] = []
            for number in numbers.compactMap(\.self) {
                last += try BackupReader(disk).segment(number).recorded(upTo: .max)
            }
            return last
        } catch {
            throw error.placed(on: disk)
        }
    }

    private func isSame(
        _ recorded: [Recorded], in present: PinnedJournal
    ) throws(StoreError) -> Bool {
        for one in recorded {
            let holder = present.segments.first {
                $0.extent.firstFrame <= one.frame && one.frame < $0.extent.next.frame
            }
            if try holder?.recorded(upTo: one.frame).contains(one) != true { return false }
        }
        return true
    }
}

/// What a frame recorded, as neither recovery nor compaction nor compression changes it.
private struct Recorded: Hashable {
    var frame: UInt64
    /// Its fields, and of each event when it was recorded, revision and id.
    var bytes: [UInt8]

    init(_ scanned: ScannedFrame) {
        let header = scanned.frame.header
        frame = header.number
        let block = scanned.block.bytes
        let fields = header.fieldsRange
        let start = scanned.frame.offset
        var writer = ByteWriter()
        writer.append(
            block.extracting(start + fields.lowerBound..<start + fields.upperBound))
        let (records, starts) = scanned.records
        for at in starts {
            let record = records.lowerBound + at
            writer.append(
                block.extracting(
                    record + EventRecord.recordedAtAt..<record + EventRecord.dataBytesAt))
        }
        bytes = writer.bytes.copied()
    }
}

extension PinnedJournal.Segment {
    /// The last frame of the segment, up to one, that recorded events, and the last that recorded system records.
    /// - Throws: `corrupt` with the place, `newerFormat`, `inputOutput`.
    fileprivate func recorded(upTo frame: UInt64) throws(StoreError) -> Set<Recorded> {
        var scanner = FrameScanner(
            file, randomID: header.randomID, from: start + SegmentHeader.byteCount,
            to: start + extent.end, records: .asStored)
        var next = extent.beginning
        var (events, records): (ScannedFrame?, ScannedFrame?) = (nil, nil)
        while next.frame <= frame, let scanned = try step(&scanner, &next) {
            if scanned.frame.header.eventCount > 0 { events = scanned }
            if scanned.recordCount > 0 { records = scanned }
        }
        return Set([events, records].compactMap { $0.map(Recorded.init) })
    }
}
