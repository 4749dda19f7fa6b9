/// How it goes with a damaged part of the index that is made again while the journal is open.
package enum IndexRemaking: Hashable, Sendable {
    /// So many of its events were read.
    case underWay(done: UInt64, of: UInt64)
    case done(UInt64)
    /// It could not be, for this reason. It is tried again when somebody asks for what is in it.
    case failed(String)
}
