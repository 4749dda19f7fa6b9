import Daybook
import DaybookSourcing

// What the examples share.

extension Repository {
    /// The first of 1, 2, 3 … that nothing has happened to yet: so an example can be run again in the same store.
    func unusedID() async throws -> String {
        var number = 1
        while try await load("\(number)").revision != nil { number += 1 }
        return "\(number)"
    }
}
