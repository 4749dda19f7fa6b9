package import Daybook
internal import DaybookBytes
package import DaybookJSON

/// The state a stream has led to: each event's data merged into what was before (RFC 7396).
package struct StateFold: Sendable, Equatable {
    /// Nil until an event has said something.
    package private(set) var state: JSONValue?
    /// Of the last event folded in.
    package private(set) var revision: Revision?
    /// Events whose data is no JSON, which say nothing about the state.
    package private(set) var passedOver = 0

    package init() {}

    package mutating func apply(_ event: borrowing EventView) {
        revision = event.revision
        guard event.contentType == Event.json, event.dataBytes.byteCount > 0,
            let patch = try? JSONValue(parsing: event.dataBytes)
        else {
            passedOver += 1
            return
        }
        // It has one owner, so that what the event changes is changed in its place, and the rest is not copied.
        var next = state.take() ?? .null
        next.mergePatch(patch)
        state = next
    }
}
