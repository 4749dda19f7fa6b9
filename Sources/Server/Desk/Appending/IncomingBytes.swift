package import DaybookGRPC
package import DaybookHTTP

/// The bytes of events that have come in by a connection and wait for the rest of their append, among those of all
/// clients: each may have many appends open and finish none.
package struct IncomingBytes {
    let all: ClientBytes
    let connection: ConnectionBytes

    package init(all: ClientBytes, connection: ConnectionBytes) {
        self.all = all
        self.connection = connection
    }
}
