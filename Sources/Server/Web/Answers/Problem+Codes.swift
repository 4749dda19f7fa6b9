internal import Daybook

// Which codes there are beside those of the store, and which requests can be answered with which.

extension Problem {
    /// The status and the title of the API's own codes.
    static let ownKinds: [String: (status: Int, title: String)] = [
        "methodNotAllowed": (405, "The method is another one"),
        "notAcceptable": (406, "No answer of the kind that was asked for"),
        "timeout": (408, "The request took too long"),
        "unsupportedMediaType": (415, "The body is of another kind"),
        "misdirected": (421, "The request is for another server"),
        "revisionNotFound": (404, "There is no such revision"),
        "revisionGone": (410, "The revision is gone"),
    ]

    /// The status and the title of a code; nil where it is none.
    static func kind(of code: String) -> (status: Int, title: String)? { allKinds[code] }

    private static let allKinds = ownKinds.merging(
        kinds.map { ($0.key.description, $0.value) }, uniquingKeysWith: { own, _ in own })

    /// Codes of requests that each are answered with.
    enum Codes {
        static let anything = ["invalid", "misdirected", "busy"]
        /// The store, or another journal of it that is opened first, cannot.
        static let store =
            anything + [
                "notFound", "closed", "cancelled", "locked", "corrupt", "inputOutput",
                "newerFormat", "olderFormat", "needsCompression",
            ]
        static let body = ["timeout", "tooLarge", "unsupportedMediaType"]
        static let form = ["notAcceptable"]
        static let write = [
            "wrongRevision", "conflict", "streamDeleted", "wrongToken", "partialDuplicate",
            "conditionTooOld", "tooLarge", "diskFull", "poisoned", "readOnly", "outcomeUnknown",
        ]
        static let stream = ["streamNotFound", "streamDeleted"]
        static let follow = ["wrongCheckpoint"]
        static let state = stream + ["revisionNotFound", "revisionGone", "tooLarge"]
    }
}
