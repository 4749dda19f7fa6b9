internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

extension Verifier {
    /// A sealed segment: every frame up to its end, and nothing behind.
    /// - Parameter times: what the manifest says of its events, where it does.
    /// - Returns: whether all frames are there, and whole.
    mutating func check(
        _ file: JournalFolder.File, _ extent: Manifest.Sealed, _ times: SegmentTimes?
    ) throws(StoreError) -> Bool {
        report.segments += 1
        let dictionary = decoders.dictionary(file.header, file.file)
        var walk = SegmentWalk(
            file, to: extent.end, lastFrame: extent.next.frame - 1, isSealed: true,
            records: .plain(dictionary), positions: extent.positions)
        var sidecars = try SidecarCheck(disk, of: file.file.path)
        var found: SegmentTimes?
        while let frame = try step(&walk) {
            found.add(frame.frame, in: frame.block.bytes)
            // What is missing among events would be missed in what is derived from them.
            if !walk.isWhole { continue }
            sidecars.take(frame)
            index?.take(frame)
        }
        if let times, let found, !times.covers(found) {
            add(
                "the manifest says that its events were recorded or occurred at other times, so that "
                    + "reads by time pass them over", file.file.path, SegmentHeader.byteCount,
                extent.firstPosition)
        }
        for finding in findings(sidecars, of: file, walk, from: extent.firstPosition) {
            report.add(finding)
        }
        if dictionary != nil { report.compressed += 1 }
        // Of a segment that cannot be looked at to its end, that was said.
        guard walk.isExamined, let next = order.next else { return false }
        let isComplete = next.frame == extent.next.frame
        if !isComplete {
            add(
                "the segment has fewer frames than the manifest says", file.file.path, extent.end,
                next.position)
        }
        if let dictionary {
            try checkDictionary(dictionary, of: file, behind: extent.end)
        } else {
            try checkUnused(file, from: extent.end, mustBeZero: walk.flags.contains(.seal))
        }
        return walk.isWhole && isComplete
    }

    /// A sealed segment of which the file is not there or another one, or its header cannot be read: then what lies behind
    /// that is looked at.
    /// - Returns: whether all frames are there, and whole.
    mutating func checkUnusable(
        _ sealed: JournalFolder.Sealed, _ failure: StoreError, _ manifest: Manifest
    ) throws(StoreError) -> Bool {
        let extent = sealed.extent
        var finding = Finding(failure)
        finding.position = extent.positions?.lowerBound
        finding.lastPosition = extent.positions?.upperBound
        let file = (try? sealed.named.standIn(disk, sealed.path, manifest)) ?? nil
        report.add(finding)
        guard let file else {
            order.lose()
            return false
        }
        return try check(file, extent, sealed.named.times)
    }

    /// What is wrong with the files beside a segment. Where events of it are damaged, only the files themselves tell
    /// whether they are what was written.
    func findings(
        _ sidecars: SidecarCheck, of file: JournalFolder.File, _ walk: SegmentWalk,
        from first: Position
    ) -> [Finding] {
        let randomID = file.header.randomID
        if walk.isWhole { return sidecars.findings(randomID: randomID, first: first) }
        let count = walk.positions?.count ?? 0
        return sidecars.ownFindings(randomID: randomID, first: first, count: count)
    }

    /// The dictionary of a compressed segment: from the end of its frames up to the end of the file.
    mutating func checkDictionary(
        _ dictionary: SegmentDictionary, of file: JournalFolder.File, behind end: Int
    ) throws(StoreError) {
        if file.header.dictionary?.offset != end {
            add("the dictionary does not follow the last frame", file.file.path, end, nil)
        }
        do throws(ReadFailure) { _ = try dictionary.bytes(.mayBlock) } catch {
            guard case .failed(let failure) = error else { return }
            if !failure.isDamage { throw failure }
            report.add(Finding(failure))
        }
        let size: Int
        do throws(Errno) { size = try file.file.size() } catch {
            throw .inputOutput("A segment cannot be read", file.file.path, error)
        }
        if size > file.header.fileBytes {
            add("bytes that belong to nothing lie behind the dictionary", file.file.path, end, nil)
        }
    }

    /// What no frame covers is zero, unless a crash left it behind a cut.
    mutating func checkUnused(
        _ file: JournalFolder.File, from end: Int, mustBeZero: Bool
    ) throws(StoreError) {
        do throws(Errno) {
            if try FrameScanner.isZero(file.file, from: end, to: file.byteCount) { return }
        } catch {
            if error.isLostSector {
                return add(
                    "what lies behind the last frame cannot be read (\(error)); no event is touched",
                    file.file.path, end, nil)
            }
            throw .inputOutput("A segment cannot be read", file.file.path, error)
        }
        if mustBeZero {
            add("bytes that belong to nothing lie behind the last frame", file.file.path, end, nil)
        } else {
            report.notes.append(
                "\(file.file.path) keeps bytes behind offset \(end) that a crash cut off")
        }
    }
}
