internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension Verifier {
    /// What is wrong with the files of the segments that were written last.
    mutating func tellFlaws(of folder: JournalFolder) {
        for error in folder.flawsOfOpen {
            var finding = Finding(error)
            // It was the only one.
            if folder.open.isEmpty { finding.position = finding.position ?? order.next?.position }
            report.add(finding)
            report.refusesWriters = true
        }
        if folder.open.isEmpty && !folder.flawsOfOpen.isEmpty { order.lose() }
    }

    /// The last frame that is durable beside a writer.
    func durableFrame(
        _ folder: JournalFolder, _ writer: WriterSign
    ) throws(StoreError) -> UInt64 {
        do throws(StoreError) { return try folder.durableEnd(writer).frame } catch {
            if !error.isDamage { throw error }
            return try lastMark(in: folder.open)
        }
    }

    /// Segments that a writer is at, or was when damage was left in them: up to the last frame that was durable.
    mutating func checkOpen(
        _ files: [JournalFolder.File], upTo live: UInt64
    ) throws(StoreError) {
        var begun: [(file: JournalFolder.File, first: UInt64)] = []
        for file in files {
            if let first = try Self.firstFrame(of: file) { begun.append((file, first)) }
        }
        for (number, (file, first)) in begun.enumerated() {
            report.segments += 1
            var walk = SegmentWalk(file, to: file.byteCount, lastFrame: live)
            // Where a later segment begins with a frame of this one, a crash left that here.
            if let later = begun[(number + 1)...].map(\.first).min(), later > first {
                walk.lastFrame = min(live, later - 1)
            }
            while let frame = try step(&walk) {
                if walk.isWhole { index?.take(frame) }
                if walk.flags.contains(.seal) { break }
            }
        }
    }

    /// The number of the first frame of a segment of which the header is whole; nil where there is none.
    private static func firstFrame(of file: JournalFolder.File) throws(StoreError) -> UInt64? {
        if let first = file.firstFrame { return first }
        var scanner = FrameScanner(
            file.file, randomID: file.header.randomID, to: file.byteCount)
        scanner.readsAround = true
        do throws(FrameScanner.Stop) {
            let header = try scanner.header()
            return header.number
        } catch {
            guard case .invalid = error else { throw error.storeError(file.file.path, 0) }
        }
        do throws(FrameScanner.Stop) {
            let header = try scanner.seek { _ in true }
            return header?.number
        } catch {
            throw error.storeError(file.file.path, 0)
        }
    }

    /// The segments that were written last: the rule that tells a torn tail from damage decides.
    mutating func checkTail(
        _ folder: JournalFolder, _ said: Watermark.Mark?
    ) throws(StoreError) {
        guard let next = order.next else { return try checkDamagedTail(folder.open, nil) }
        let tail: Tail
        do throws(StoreError) {
            tail = try Tail.find(
                in: folder.open, from: next, durable: next.frame - 1)
        } catch {
            if !error.isDamage { throw error }
            return try checkDamagedTail(folder.open, error)
        }
        for run in tail.runs {
            report.segments += 1
            let end = run.ends.last
            var walk = SegmentWalk(
                run.file, to: end?.offset ?? SegmentHeader.byteCount,
                lastFrame: run.firstFrame + UInt64(run.ends.count) - 1,
                records: .plain(decoders.dictionary(run.file.header, run.file.file)))
            var sidecars = try SidecarCheck(disk, of: run.file.file.path)
            if let last = end?.position, last >= run.firstPosition {
                walk.positions = run.firstPosition...last
            }
            while let frame = try step(&walk) {
                if !walk.isWhole { continue }
                sidecars.take(frame)
                index?.take(frame)
            }
            guard walk.flags.contains(.seal) else { continue }
            for finding in findings(sidecars, of: run.file, walk, from: run.firstPosition) {
                report.add(finding)
            }
        }
        if let loss = tail.loss(said) {
            report.add(
                Finding(what: loss, place: paths.watermark, position: tail.next.position))
            return
        }
        // Of frames without events only their number is said.
        if let said, said.frame > tail.lastFrame {
            let place = tail.torn.first.map { "\($0.file.file.path), offset \($0.offset)" }
            return report.add(
                Finding(
                    what:
                        "the watermark file tells of frame \(said.frame), and the journal ends with "
                        + "\(tail.lastFrame): what lies between, marks or system records, is lost",
                    place: place ?? paths.watermark, position: tail.next.position))
        }
        try checkRemains(tail)
        let durable = max(tail.durable, said?.frame ?? 0)
        let unsure = tail.next.position - tail.end(after: durable, before: next).position
        if unsure > 0 && !tail.isClosed {
            report.notes.append(
                "the store was not closed in order; \(unsure) event\(unsure == 1 ? "" : "s") behind "
                    + "the last durable mark \(unsure == 1 ? "was" : "were") written and not known "
                    + "to be durable: readers are not shown them, and the next writer keeps them")
        } else if !tail.isClosed && !tail.isTorn && !tail.runs.isEmpty {
            report.notes.append(
                "the store was not closed in order; nothing that was acknowledged is missing")
        }
    }

    /// The segments that were written last, where a frame is damaged that was durable.
    /// - Parameter failure: what was found; nil: that was told.
    private mutating func checkDamagedTail(
        _ files: [JournalFolder.File], _ failure: StoreError?
    ) throws(StoreError) {
        report.refusesWriters = true
        let before = report.damageCount
        // What the device has lost may have held the mark that says what was durable.
        let last =
            failure?.code == .inputOutput
            ? try lastMark(in: files) { $0.number } : try lastMark(in: files)
        try checkOpen(files, upTo: last)
        // It is said in any case that there is damage.
        if let failure, report.damageCount == before { report.add(Finding(failure)) }
    }

    /// The last frame that any frame of some segments says to be durable.
    /// - Parameter number: which number of a frame is looked for.
    private func lastMark(
        in files: [JournalFolder.File], _ number: (FrameHeader) -> UInt64 = { $0.durableUpTo }
    ) throws(StoreError) -> UInt64 {
        var durable: UInt64 = 0
        for file in files {
            do throws(Errno) {
                let mark = try FrameScanner.marks(
                    in: file.file, randomID: file.header.randomID, from: SegmentHeader.byteCount,
                    to: file.byteCount, readsAround: true, number)
                durable = max(durable, mark ?? 0)
            } catch {
                throw .inputOutput("A segment cannot be read", file.file.path, error)
            }
        }
        return durable
    }

    /// Bytes that belong to no frame: a crash leaves a part of an append, which is more than one byte.
    private mutating func checkRemains(_ tail: Tail) throws(StoreError) {
        for (file, offset) in tail.torn {
            let count: Int
            do throws(Errno) {
                count = try FrameScanner.nonzeroCount(
                    file.file, from: offset, to: file.byteCount, max: 2)
            } catch {
                throw .inputOutput("A segment cannot be read", file.file.path, error)
            }
            if count > 1 {
                report.notes.append(
                    "an append was cut off while it was written, and was never acknowledged; its "
                        + "bytes lie behind offset \(offset) of \(file.file.path)")
            } else {
                report.add(
                    Finding(
                        what: "a byte is set where nothing was written; no event is touched, and a "
                            + "process that opens the store for writing goes on in another file",
                        place: "\(file.file.path), behind offset \(offset)", isHarmless: true))
            }
        }
    }

    private func isBlank(_ path: String) -> Bool {
        do throws(Errno) {
            let file = try OpenFile(disk, path, .read)
            let bytes = try file.read(try file.size(), at: 0)
            return bytes.bytes.isZero(0..<bytes.count)
        } catch {
            return false
        }
    }

    /// The file in which the last writer said what is durable. One that is there writes it over and over.
    mutating func checkWatermark(isWritten: Bool) {
        let path = paths.watermark
        let isThere = (try? disk.exists(path)) ?? true
        if isWritten || !isThere || WatermarkFile.read(disk, path) != nil { return }
        // It is never made durable: a power cut may leave a file with nothing in it, which is as good as none.
        if isBlank(path) { return }
        report.add(
            Finding(
                what:
                    "the watermark file is damaged; no event is touched, readers go as far as the "
                    + "last mark in the segments, and a process that opens the store for writing "
                    + "writes it anew", place: path, isHarmless: true))
    }
}
