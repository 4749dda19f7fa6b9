internal import DaybookBytes

// Git's tree object, one entry behind the other, in the order of names, in which the name of a
// directory counts as if it ended with a slash:
//
//     mode in octal digits without leading zeros · a space · name · a zero byte · digest (20 or 32)
//
// Its hash is that of "tree", a space, the length in decimal digits, a zero byte, and the entries.
extension GitTree.Directory {
    /// The hash of the directory, computed where it is not known.
    func hash(by hasher: inout GitHasher) -> GitObjectID {
        if let id { return id }
        for node in nodes {
            if let below = node.directory, below.id == nil { _ = below.hash(by: &hasher) }
        }
        // Only now: the directories below have used the same memory.
        var bytes = ByteWriter(capacity: 0)
        swap(&bytes, &hasher.scratch)
        bytes.removeAll()
        for node in nodes {
            guard let object = node.entry?.object ?? node.directory?.id else { continue }
            (node.entry?.mode ?? .directory).append(to: &bytes)
            bytes.append(UInt8(ascii: " "))
            bytes.append(node.name)
            bytes.append(0 as UInt8)
            object.append(to: &bytes)
        }
        let hash = hasher.object("tree", bytes.bytes)
        swap(&bytes, &hasher.scratch)
        id = hash
        return hash
    }

    /// Where a name stands, or would stand, in git's order.
    func place(
        of name: ArraySlice<UInt8>, isDirectory: Bool
    ) -> (index: Int, isThere: Bool) {
        var (low, high) = (0, nodes.count)
        while low < high {
            let middle = (low + high) / 2
            let node = nodes[middle]
            let order = Self.order(node.name[...], node.directory != nil, name, isDirectory)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// Negative where the first comes before the second, 0 where they are the same name and kind.
    static func order(
        _ one: ArraySlice<UInt8>, _ oneIsDirectory: Bool,
        _ other: ArraySlice<UInt8>, _ otherIsDirectory: Bool
    ) -> Int {
        let (one, other) = (one.span, other.span)
        let common = min(one.count, other.count)
        for index in 0..<common where one[index] != other[index] {
            return Int(one[index]) - Int(other[index])
        }
        // What stands behind the common part: a byte of the longer name, the slash, or the end.
        let slash = Int(UInt8(ascii: "/"))
        let oneNext = common < one.count ? Int(one[common]) : oneIsDirectory ? slash : 0
        let otherNext = common < other.count ? Int(other[common]) : otherIsDirectory ? slash : 0
        if oneNext != otherNext || one.count == other.count { return oneNext - otherNext }
        // Only a name with a slash in it could be the same so far; git has none.
        return one.count - other.count
    }
}

extension GitMode {
    /// Appends the octal digits, without leading zeros.
    fileprivate func append(to writer: inout ByteWriter) {
        var shift = UInt32(30)
        while shift > 0, rawValue >> shift == 0 { shift -= 3 }
        while true {
            writer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rawValue >> shift & 7))
            if shift == 0 { return }
            shift -= 3
        }
    }
}
