/// The service `event_store.client.streams.Streams`: its methods and their messages.
package enum Streams {
    package static let service = "event_store.client.streams.Streams"
    package static let read = "/" + service + "/Read"
    package static let append = "/" + service + "/Append"
    package static let batchAppend = "/" + service + "/BatchAppend"
    package static let delete = "/" + service + "/Delete"
    package static let tombstone = "/" + service + "/Tombstone"
}
