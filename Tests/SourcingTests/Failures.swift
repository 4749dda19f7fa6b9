import Synchronization
import Testing

/// What a test would say, and at which lines.
func failures(_ body: () -> Void) -> [(text: String, line: Int)] {
    let found = Found()
    withKnownIssue(isIntermittent: true) {
        body()
    } matching: { issue in
        found.lines.withLock {
            $0.append(
                (issue.comments.map(\.rawValue).joined(), issue.sourceLocation?.line ?? 0))
        }
        return true
    }
    return found.lines.withLock { $0 }
}

private final class Found: Sendable {
    let lines = Mutex<[(text: String, line: Int)]>([])
}
