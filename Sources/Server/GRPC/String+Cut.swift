extension String {
    /// The first bytes of a text, whole characters: a copy, which does not keep the rest.
    package func cut(toBytes bytesMax: Int) -> String {
        if utf8.count <= bytesMax { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: bytesMax)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(unicodeScalars[..<end])
    }
}
