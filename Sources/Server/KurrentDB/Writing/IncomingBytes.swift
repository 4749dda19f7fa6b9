internal import DaybookGRPC
internal import DaybookHTTP

/// The bytes of events that have come in by a connection and wait for the rest of their append, among those of all
/// clients: each may have many appends open and finish none.
struct IncomingBytes {
    let all: ClientBytes
    let connection: ConnectionBytes
}
