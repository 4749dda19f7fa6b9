internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// Files of segments, opened.

extension JournalFolder {
    /// Opens a file and reads its header: nil where there is no file, inner nil where it is no segment.
    /// - Parameters:
    ///   - firstFrame: where it is known; else it is read.
    ///   - goesOn: that the device cannot read the first frame does not matter.
    static func open(
        _ disk: any Disk, _ path: String, firstFrame: UInt64? = nil, goesOn: Bool = false
    ) throws(StoreError) -> File?? {
        let file: OpenFile
        let size: Int
        let bytes: SharedBytes
        do throws(Errno) {
            file = try OpenFile(disk, path, .read)
            size = try file.size()
            bytes = try file.read(SegmentHeader.byteCount, at: 0)
        } catch {
            if error == .ENOENT { return nil }
            if error.isLostSector { throw .unreadable(path, offset: 0, error) }
            throw .inputOutput("A segment cannot be opened", path, error)
        }
        let header: SegmentHeader
        do throws(SegmentHeader.Failure) {
            header = try SegmentHeader(decoding: bytes.bytes)
        } catch {
            if case .otherFormat(let version) = error { throw .otherFormat(path, version) }
            return .some(nil)
        }
        var found = File(
            header: header, file: file, byteCount: min(size, header.dictionary?.offset ?? size),
            firstFrame: firstFrame)
        if firstFrame != nil { return found }
        var scanner = FrameScanner(
            file, randomID: header.randomID, to: found.byteCount, blockBytes: 64 << 10,
            records: .asStored)
        scanner.readsAround = goesOn
        do throws(FrameScanner.Stop) { found.firstFrame = try scanner.next()?.number } catch {
            switch error {
            case .invalid: break
            case .newerFormat: throw .newerFormat(path, SegmentHeader.version + 1)
            case .failed(let errno):
                throw .unreadable(path, offset: SegmentHeader.byteCount, errno)
            case .refused(let error): throw error
            }
        }
        return .some(found)
    }

    /// A segment without an extent has to be as long as it was made: of one that was cut, the marks that tell
    /// damage from a torn tail may be gone as well.
    /// - Parameter goesOn: that it is shorter is kept for whoever tells.
    mutating func take(_ file: File, goesOn: Bool = false) throws(StoreError) {
        let given = file.header.dictionary?.offset ?? Int(clamping: file.header.fileBytes)
        if file.byteCount < given {
            let error = StoreError.corrupt(
                file.file.path, offset: file.byteCount, position: nil,
                "the file ends here, and was given \(file.header.fileBytes) bytes")
            if !goesOn { throw error }
            flawsOfOpen.append(error)
        }
        open.append(file)
    }
}

extension JournalFolder.File {
    /// Where so many frames end; nil where they are not all there, and whole.
    func end(ofFrames count: UInt64) throws(StoreError) -> Int? {
        var scanner = FrameScanner(
            file, randomID: header.randomID, to: byteCount, records: .asStored)
        for _ in 0..<count {
            do throws(FrameScanner.Stop) {
                if try scanner.next() == nil { return nil }
            } catch {
                guard case .failed(let errno) = error, !errno.isLostSector else { return nil }
                throw .inputOutput("A segment cannot be read", file.path, errno)
            }
        }
        return scanner.offset
    }
}
