internal import Daybook
internal import DaybookBytes

extension Segment {
    /// The ids of its events, which are so many, as `IDHash`: those that are in memory, or as the file beside it says;
    /// else they are found in its frames, and the file is made again. Blocks.
    /// - Throws: what is wrong with the frames.
    func ids(count: Int, key: UInt64) throws(StoreError) -> [UInt64] {
        let known = unstoredIDs
        if known.count == count { return known }
        if let stored = IDFile.read(file.disk, of: self, key: key, count: count) { return stored }
        var hashes: [UInt64] = []
        var scanner = scanner()
        do throws(FrameScanner.Stop) {
            while let frame = try scanner.next() {
                IDHash.add(frame.frame, in: frame.block.bytes, key: key, to: &hashes)
            }
        } catch {
            throw error.storeError(file.path, firstPosition + Position(hashes.count))
        }
        guard hashes.count == count else {
            throw .corrupt(
                file.path, offset: usedBytes, position: firstPosition + Position(hashes.count),
                "the segment has other events than the manifest says")
        }
        // Where it cannot be written they are found again another time.
        try? IDFile.write(hashes, file.disk, of: self, key: key)
        return hashes
    }
}
