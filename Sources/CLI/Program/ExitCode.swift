internal import Daybook

/// How the command ends, as the shell sees it.
enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case failure = 1
    case usage = 2
    case refused = 3
    case damaged = 4
    case notFound = 5
    case locked = 6
    case interrupted = 130

    var meaning: String {
        switch self {
        case .success: "Done as asked. Also of `tail` when it is stopped: that is how it ends."
        case .failure: "The store, a file or the device failed."
        case .usage: "The command line cannot be understood."
        case .refused:
            "Refused: a wrong revision, a conflict, a field that cannot be, a source that "
                + "changed. Nothing was recorded, but for the lines of an import before a bad one."
        case .damaged:
            "Damage was found in the store, or in a compressed input; or events that a catalog does not read."
        case .notFound: "There is no such store, stream, revision or file."
        case .locked: "Another process has the store open for writing."
        case .interrupted:
            "Stopped by SIGINT (Ctrl-C) or SIGTERM; what was recorded stays. `import`, `bench` and "
                + "an export into a file take a moment to end in good order; asked again, more than "
                + "a second later, they end at once."
        }
    }

    /// What a failure of the store means to the shell.
    init(_ code: StoreError.Code) {
        self =
            switch code {
            case .wrongRevision, .conflict, .streamDeleted, .wrongToken, .partialDuplicate,
                .conditionTooOld, .invalid, .tooLarge, .wrongCheckpoint:
                .refused
            case .corrupt: .damaged
            case .streamNotFound, .notFound: .notFound
            case .locked: .locked
            default: .failure
            }
    }
}
