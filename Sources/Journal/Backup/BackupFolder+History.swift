internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension BackupFolder {
    /// The backup in the folder has to be an earlier part of the same history: what it holds and the journal does not
    /// would be lost by going on. Reads of both the segment with the last thing that the backup holds.
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
        guard let last = try lastRecorded(of: former, unlessIn: present) else { return }
        let holder = present.segments.first {
            $0.extent.firstFrame <= last.frame && last.frame < $0.extent.next.frame
        }
        if try holder?.recorded(upTo: last.frame) == last { return }
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

    /// The last thing that a backup holds; nil where it holds nothing, or the very file that the journal has too.
    private func lastRecorded(
        of former: BackupDescriptor, unlessIn present: PinnedJournal
    ) throws(StoreError) -> Recorded? {
        let segments = former.manifest.segments
        let number = segments.lastIndex {
            ($0.sealed?.events ?? 0) > 0 || ($0.sealed?.records ?? 0) > 0
        }
        guard let number else { return nil }
        let isSame = present.manifest.segments.contains {
            $0.sealed == segments[number].sealed
                && BackupDescriptor.path(of: $0) == BackupDescriptor.path(of: segments[number])
        }
        if isSame { return nil }
        do throws(StoreError) {
            return try BackupReader(disk).segment(number).recorded(upTo: .max)
        } catch {
            throw error.placed(on: disk)
        }
    }
}

/// What a frame recorded, as neither recovery nor compaction nor compression changes it.
private struct Recorded: Hashable {
    var frame: UInt64
    /// Its fields, and of each event when it was recorded, revision and id.
    var bytes: [UInt8]

    /// Nil where the frame is only a mark.
    init?(_ scanned: ScannedFrame) {
        let header = scanned.frame.header
        if header.eventCount == 0 && scanned.recordCount == 0 { return nil }
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
    /// The last frame of the segment, up to one, that recorded something.
    /// - Throws: `corrupt` with the place, `newerFormat`, `inputOutput`.
    fileprivate func recorded(upTo frame: UInt64) throws(StoreError) -> Recorded? {
        var scanner = FrameScanner(
            file, randomID: header.randomID, from: start + SegmentHeader.byteCount,
            to: start + extent.end, records: .asStored)
        var next = extent.beginning
        var last: Recorded?
        while next.frame <= frame, let scanned = try step(&scanner, &next) {
            last = Recorded(scanned) ?? last
        }
        return last
    }
}
