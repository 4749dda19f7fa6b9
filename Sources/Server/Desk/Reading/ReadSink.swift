package import DaybookGRPC
package import DaybookHTTP

/// Where the messages of an answer go: they are added one by one in the form of their protocol, and sent together.
/// Belongs to the loop of its call.
package protocol ReadSink: AnyObject {
    /// What an answer ends with that does not end well.
    associatedtype Failure: Error
    var loop: any EventLoop { get }
    /// Whether the client takes more; where not, the answer is told `writable` later.
    var isWritable: Bool { get }
    /// How many bytes were added and not sent yet.
    var byteCount: Int { get }
    /// Makes room for messages: nothing is added yet.
    func open(roomBytes: Int)
    /// Sends what was added; the room stays.
    func send()
    /// Gives the room back: many answers wait, and none holds memory for it.
    func close()
    /// Ends the answer behind what was sent; nil: well.
    func finish(_ failure: Failure?)
}

/// Messages of an answer by gRPC.
package final class GRPCReadSink: ReadSink {
    private let call: GRPCCall
    package var messages = GRPCMessages(capacity: 0)

    package init(_ call: GRPCCall) { self.call = call }

    package var loop: any EventLoop { call.loop }
    package var isWritable: Bool { call.isWritable }
    package var byteCount: Int { messages.byteCount }
    package func open(roomBytes: Int) { messages = GRPCMessages(capacity: roomBytes) }
    package func send() { call.send(&messages) }
    package func close() { messages = GRPCMessages(capacity: 0) }
    package func finish(_ failure: GRPCStatus?) { call.finish(failure ?? .ok) }
}
