import DaybookPlatform
import Foundation
import Synchronization

/// A folder that is gone when the last reference to it is.
final class TemporaryFolder: Sendable {
    let path: String
    private let count = Mutex(0)

    init() throws {
        let parent = Host.environment("TMPDIR") ?? "/tmp"
        path = "\(parent)/daybook-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Another path in it.
    func fresh() -> String {
        count.withLock { count in
            count += 1
            return "\(path)/\(count)"
        }
    }
}
