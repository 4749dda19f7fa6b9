/// What a peer can make this end of a connection hold or do, at most. They relate: a field is part of a head
/// (`headBytesMax`), and a stream's window part of its connection's.
package struct HTTPLimits: Hashable, Sendable {
    /// Bytes of the fields of a head or of trailers, names and values; a name or value alone may take them all. Room
    /// for a token and traces, far below what a parser would struggle with.
    package var headBytesMax = 64 * 1024
    /// Fields of a head or of trailers: each costs memory beyond its bytes.
    package var headFieldsMax = 256
    /// Bytes of the first line of a message of HTTP/1.1, with the target in it.
    package var lineBytesMax = 8 * 1024
    /// Bytes of the body of a message of HTTP/1.1: twice the largest append. A service may take less.
    package var bodyBytesMax = 64 << 20
    /// Bytes of a request's body by HTTP/2 that are dropped when its answer is there already; one that is longer is broken
    /// off.
    package static let lateBodyBytesMax = 64 * 1024
    /// Requests under way on one connection of HTTP/2. A client that wants more opens another.
    package var streamsMax = 1_000
    /// Bytes of one request's body that a client may send before the service has consumed earlier ones.
    package var streamWindowBytes = 1 << 20
    /// The same of all requests of a connection together: the memory that one client can hold.
    package var connectionWindowBytes = 16 << 20
    /// Bytes written by services that wait on one connection of HTTP/2. Beyond it each of its streams may have no more
    /// than `fullStreamWaitingBytesMax` waiting: those that a client does not read cannot hold up the others.
    package var connectionWaitingBytesMax = 8 << 20
    package static let fullStreamWaitingBytesMax = 16 * 1024
    /// Bytes that wait on a connection of HTTP/2 from which on none of its streams gets any more: a service writes a
    /// batch of events or one large one at a time, and a client may have a thousand streams. Only whoever leaves
    /// hundreds unread, or a few very large ones, comes so far, and then they do hold up the others of its connection:
    /// until some are read, or those are ended of which their client lets nothing through for `HTTPTimes.stallSeconds`.
    package var connectionWaitingBytesEnd = 64 << 20
    /// Bytes that wait on all connections of one loop. Beyond it each answer may have no more than
    /// `fullStreamWaitingBytesMax` waiting and what it is given in one go, services may refuse new ones, and by HTTP/2 those
    /// end of which their clients have let nothing through for `HTTPTimes.stallSeconds`. Below it they may wait: a client
    /// may take long over one event.
    package var loopWaitingBytesMax = 128 << 20
    /// Bytes of long heads that are not whole, on all connections of one loop: one by HTTP/2 may have 256 KiB in several
    /// frames, one by HTTP/1.1 `headBytesMax`. Whose head does not fit in any more is ended.
    package var loopHeldHeadBytesMax = 16 << 20
    /// A head that is no longer than this is no long one.
    package static let shortHeadBytesMax = 16 * 1024

    package init() {}
}
