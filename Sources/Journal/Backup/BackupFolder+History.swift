internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension BackupFolder {
    /// The backup in the folder has to be an earlier part of the same history: what it holds and the journal does not
    /// would be lost by going on. Reads of both the segment with the last things that the backup holds: that their files
    /// have the same name and length does not say that they hold the same. A file of the backup that is damaged is no
    /// reason to refuse: what is left of it is compared, and its checksum with that of what the journal has there.
    /// - Throws: `invalid` where it is not; `corrupt` where the journal is damaged, `newerFormat`, `inputOutput`.
    func checkHistory(
        _ former: BackupDescriptor, _ present: PinnedJournal, named name: String
    ) throws(StoreError) {
        try checkIdentity(former, present.manifest, named: name)
        let (then, now) = (former.manifest.end, present.manifest.end)
        if former.manifest.goesFurther(than: present.manifest) {
            throw .occupied(
                "The backup in the folder goes further than the store",
                why: then.position > now.position
                    ? "it ends with position \(then.position - 1), and the store with "
                        + "\(now.position - 1)"
                    : "it holds \(then.record) system records, and the store \(now.record)",
                remedy: "Find out what the store has lost, by `daybook verify`. " + Self.remedy,
                disk.place(""))
        }
        if try isPast(former, of: present) { return }
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
                    + "\(String(former.manifest.epoch, radix: 16)) became "
                    + "\(String(present.epoch, radix: 16))), and that backup may hold "
                    + "events that the store has no more", remedy: Self.remedy, disk.place(""))
        }
    }

    /// Whether the last events and the last system records that a backup holds are those that the journal holds there.
    private func isPast(
        _ former: BackupDescriptor, of present: PinnedJournal
    ) throws(StoreError) -> Bool {
        let segments = former.manifest.segments
        let numbers: Set<Int?> = [
            segments.lastIndex { $0.sealed?.events ?? 0 > 0 },
            segments.lastIndex { $0.sealed?.records ?? 0 > 0 },
        ]
        for number in numbers.compactMap(\.self) {
            if try !isPast(former, upTo: number, of: present) { return false }
        }
        return true
    }

    private func isPast(
        _ former: BackupDescriptor, upTo last: Int, of present: PinnedJournal
    ) throws(StoreError) -> Bool {
        // Where nothing is left of a segment, the one before it tells.
        for number in (0...last).reversed() {
            let left = try remains(of: former, number)
            if !left.isWhole, let isSame = try isCopied(former, number, of: present) {
                return isSame
            }
            if left.frames.isEmpty { continue }
            for frame in left.frames {
                let holder = present.segments.first {
                    $0.extent.firstFrame <= frame.number && frame.number < $0.extent.next.frame
                }
                let held = try holder?.recorded(by: frame.number)
                guard let held, held.isSame(as: frame) else { return false }
            }
            return true
        }
        return true
    }

    /// What can be read of a segment in the folder, however damaged: the last frame that recorded events, the last of
    /// these that is whole, and the last that recorded system records.
    private func remains(
        of former: BackupDescriptor, _ number: Int
    ) throws(StoreError) -> (frames: [RecordedFrame], isWhole: Bool) {
        let named = former.manifest.segments[number]
        let path = BackupDescriptor.path(of: named)
        let file: OpenFile
        let size: Int
        do throws(Errno) {
            file = try OpenFile(disk, path, .read)
            size = try file.size()
        } catch {
            if error == .ENOENT || error.isLostSector { return ([], false) }
            throw .inputOutput("The former backup cannot be read", disk.place(path), error)
        }
        let end = named.sealed?.end ?? 0
        var scanner = FrameScanner(
            file, randomID: named.randomID, to: min(size, end), records: .asStored)
        // What lies behind a sector that is lost is compared.
        scanner.readsAround = true
        var (events, wholeEvents, records): (RecordedFrame?, RecordedFrame?, RecordedFrame?)
        var isWhole = size >= end
        do throws(FrameScanner.Stop) {
            while let found = try Self.nextRecorded(&scanner, &isWhole) {
                if found.eventCount > 0 { events = found }
                if found.eventCount > 0 && found.events != nil { wholeEvents = found }
                if found.fields?.records.isEmpty == false { records = found }
            }
        } catch {
            throw error.storeError(disk.place(path), named.sealed?.firstPosition ?? 0)
        }
        return ([events, wholeEvents, records].compactMap(\.self), isWhole)
    }

    /// What the next frame recorded of which anything can be read, also behind damage.
    private static func nextRecorded(
        _ scanner: inout FrameScanner, _ isWhole: inout Bool
    ) throws(FrameScanner.Stop) -> RecordedFrame? {
        while true {
            do throws(FrameScanner.Stop) {
                guard let frame = try scanner.next() else { return nil }
                return RecordedFrame(frame)
            } catch {
                isWhole = false
                guard case .invalid = error else { throw error }
                if let frame = try scanner.skip(error) { return RecordedFrame(frame) }
                if try scanner.seek(where: { _ in true }) == nil { return nil }
            }
        }
    }

    /// Whether a copy of what the journal has would be the file that the backup had; nil where the journal has it in
    /// other files by now.
    private func isCopied(
        _ former: BackupDescriptor, _ number: Int, of present: PinnedJournal
    ) throws(StoreError) -> Bool? {
        let named = former.manifest.segments[number]
        guard let extent = named.sealed,
            let segment = present.segments.first(where: {
                $0.header.serial == named.serial && $0.header.generation == named.generation
                    && $0.header.randomID == named.randomID && $0.extent.frames >= extent.frames
            })
        else { return nil }
        var cut = segment
        cut.extent = extent
        do throws(StoreError) {
            return try Self.checksum(of: cut) == former.files[number].checksum
        } catch {
            if error.code != .corrupt { throw error }
            // Either the journal is damaged, which this says, or it has no such beginning.
            _ = try Self.checksum(of: segment)
            return false
        }
    }

    private static func checksum(
        of segment: PinnedJournal.Segment
    ) throws(StoreError) -> UInt32 {
        var frames = SegmentCopy(from: segment.extent)
        var nowhere = NoTarget()
        return try frames.copy(segment, header: segment.header, as: "", to: &nowhere) { _ in }
    }
}

extension Manifest {
    /// Whether it has events or system records behind the end of another.
    func goesFurther(than other: Manifest) -> Bool {
        end.position > other.end.position || end.record > other.end.record
    }
}
