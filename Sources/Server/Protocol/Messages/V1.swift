/// The package `daybook.v1`: its service, and the messages of `Protocol/daybook/v1`, of both ends.
///
/// What a message means stands in the `.proto` files; here each is read and written by hand. Numbers of fields are those of
/// the files, and stand nowhere else.
package enum V1 {
    package static let service = "daybook.v1.EventStoreService"
    package static let append = path("Append")
    package static let appendPipelined = path("AppendPipelined")
    package static let delete = path("Delete")
    package static let read = path("Read")
    package static let subscribe = path("Subscribe")
    package static let getHead = path("GetHead")
    package static let getStream = path("GetStream")
    package static let listStreams = path("ListStreams")
    package static let getRecord = path("GetRecord")
    package static let listRecords = path("ListRecords")
    package static let getTracking = path("GetTracking")
    package static let listJournals = path("ListJournals")

    private static func path(_ method: String) -> String { "/" + service + "/" + method }
}
