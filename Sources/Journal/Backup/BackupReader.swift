package import Daybook
internal import DaybookBytes
package import DaybookPlatform

/// A backup that is read: a folder, or an archive of one.
package struct BackupReader {
    let descriptor: BackupDescriptor
    /// The name that the journal had in its store.
    package var name: String { descriptor.name }
    private let disk: any Disk
    private var archive: TarArchive?

    /// Opens the backup in a folder, or in an archive.
    /// - Parameter file: the archive, below the folder of the disk; nil: the folder itself.
    /// - Throws: `notFound`, `corrupt`, `newerFormat`, `inputOutput`.
    package init(_ disk: any Disk, file: String? = nil) throws(StoreError) {
        self.disk = disk
        guard let file else {
            descriptor = try Self.descriptor(disk)
            return
        }
        let archive = try TarArchive(disk, file)
        guard let range = archive[BackupDescriptor.name] else {
            if let offset = archive.damagedHeader {
                throw .damagedBackup(file, offset: offset, "a header of the archive is damaged")
            }
            if let packing = try archive.packing() {
                throw .packedBackup(packing, disk.place(file))
            }
            throw .noBackup(
                "it is no archive of a backup, or one without its end, where the descriptor is",
                file)
        }
        let bytes: SharedBytes
        do throws(Errno) { bytes = try archive.file.read(range.count, at: range.lowerBound) } catch
        {
            throw .inputOutput("The backup cannot be read", file, error)
        }
        let found = try BackupDescriptor(decoding: bytes.bytes, file)
        descriptor = found
        self.archive = archive
    }

    static func descriptor(_ disk: any Disk) throws(StoreError) -> BackupDescriptor {
        let bytes: SharedBytes
        do throws(Errno) {
            let file = try OpenFile(disk, BackupDescriptor.name, .read)
            bytes = try file.read(try file.size(), at: 0)
        } catch {
            if error == .ENOENT || error == .ENOTDIR {
                throw .noBackup("no descriptor is there", BackupDescriptor.name)
            }
            throw .inputOutput("The backup cannot be read", BackupDescriptor.name, error)
        }
        return try BackupDescriptor(decoding: bytes.bytes, BackupDescriptor.name)
    }

    /// Opens one of the segments.
    func segment(_ number: Int) throws(StoreError) -> PinnedJournal.Segment {
        let named = descriptor.manifest.segments[number]
        let path = BackupDescriptor.path(of: named)
        guard let extent = named.sealed else {
            preconditionFailure("a descriptor that leaves a segment open is not read")
        }
        let (file, range) = try place(of: path)
        let byteCount = descriptor.files[number].byteCount
        guard range.count == byteCount else {
            throw .damagedBackup(
                file.path, offset: range.upperBound,
                "the segment has \(range.count) bytes, and had \(byteCount)")
        }
        let bytes: SharedBytes
        do throws(Errno) {
            bytes = try file.read(SegmentHeader.byteCount, at: range.lowerBound)
        } catch {
            throw .inputOutput("The backup cannot be read", file.path, error)
        }
        let header: SegmentHeader
        do throws(SegmentHeader.Failure) { header = try SegmentHeader(decoding: bytes.bytes) } catch
        {
            if case .otherFormat(let version) = error { throw .otherFormat(file.path, version) }
            throw .damagedBackup(
                file.path, offset: range.lowerBound, "the header of the segment is damaged")
        }
        guard header.randomID == named.randomID, header.serial == named.serial,
            header.journal == descriptor.manifest.journal
        else {
            throw .damagedBackup(
                file.path, offset: range.lowerBound, "it is not the segment that belongs there")
        }
        return PinnedJournal.Segment(
            header: header, file: file, start: range.lowerBound, extent: extent,
            named: named)
    }

    private func place(of path: String) throws(StoreError) -> (OpenFile, Range<Int>) {
        if let archive {
            guard let range = archive[path] else {
                throw .damagedBackup(archive.file.path, offset: 0, "\(path) is not in it")
            }
            return (archive.file, range)
        }
        do throws(Errno) {
            let file = try OpenFile(disk, path, .read)
            return (file, 0..<(try file.size()))
        } catch {
            if error == .ENOENT {
                throw .damagedBackup(path, offset: 0, "the file is missing")
            }
            throw .inputOutput("The backup cannot be read", path, error)
        }
    }
}

extension BackupReader {
    /// Reads all of the backup and checks it: every frame, that each file is what was written, and that an archive holds
    /// nothing else.
    /// - Throws: `newerFormat`, `inputOutput`; damage is a finding.
    package func verify(
        progress: Backup.Progress = { (_, _) throws(StoreError) in }
    ) throws(StoreError) -> Verifier.Report {
        var report = Verifier.Report()
        let total = descriptor.byteCount
        for (number, named) in descriptor.manifest.segments.enumerated() {
            guard let extent = named.sealed else { continue }
            let done = report.bytes
            do throws(StoreError) {
                var frames = SegmentCopy(from: extent)
                let segment = try segment(number)
                var nowhere = NoTarget()
                let checksum = try frames.copy(
                    segment, header: segment.header, as: "", to: &nowhere
                ) { (bytes) throws(StoreError) in try progress(done + bytes, total) }
                if checksum != descriptor.files[number].checksum {
                    throw .damagedBackup(
                        segment.file.path, offset: segment.start,
                        "the segment is whole, but not the one that was copied")
                }
                report.segments += 1
                if segment.header.dictionary != nil { report.compressed += 1 }
                report.stubs += segment.header.stubs
                report.frames += extent.frames
                report.events += extent.events
                report.records += extent.records
            } catch {
                if error.code != .corrupt { throw error }
                report.add(Verifier.Finding(error.placed(on: disk)))
            }
            report.bytes += extent.end
        }
        for var finding in try archive?.findings() ?? [] {
            finding.place = disk.place(finding.place)
            report.add(finding)
        }
        try progress(total, total)
        return report
    }
}
