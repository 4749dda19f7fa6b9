import DaybookSourcing
import DaybookSourcingTesting
import Testing

@testable import Examples

/// A journal keeps events for ever, in whatever version. So do these tests: in the folder `Events`, a file for each version.
struct `Events that were recorded` {
    @Test func `Are read for ever`() throws {
        let (button, cart) = (try buttonCatalog(), try cartCatalog())
        let (bank, courses) = (try bankCatalog(), try coursesCatalog())
        let all = try EventCatalog {
            button
            cart
            bank
            courses
        }
        expectReadable(all, "Events")
    }
}
