/// Compresses what records hold behind their fixed part. The journal knows no more of it: an implementation is handed
/// in with the environment, so that a program which compresses nothing links no library for it.
package protocol RecordCodec: Sendable {
    /// A dictionary for bodies like some samples; empty where none can be made of so few.
    /// - Parameters:
    ///   - samples: one behind the other.
    ///   - sizes: of each.
    func dictionary(of samples: borrowing RawSpan, sizes: [Int], bytesMax: Int) -> [UInt8]

    /// - Parameter dictionary: may be empty.
    func encoder(_ dictionary: [UInt8]) -> any RecordEncoder

    /// Nil where the dictionary is none of this codec's.
    /// - Parameter dictionary: may be empty.
    func decoder(_ dictionary: [UInt8]) -> (any RecordDecoder)?
}

/// Compresses bodies by one dictionary, on one thread at a time.
package protocol RecordEncoder {
    /// How many bytes were written; nil where the room is too small. The same body gives the same bytes.
    func encode(_ body: borrowing RawSpan, into room: UnsafeMutableRawBufferPointer) -> Int?
}

/// Expands bodies by one dictionary, on any number of threads.
package protocol RecordDecoder: Sendable {
    /// Fills the room exactly; false where the bytes are not for that, whatever they are.
    func decode(_ body: borrowing RawSpan, into room: UnsafeMutableRawBufferPointer) -> Bool
}
