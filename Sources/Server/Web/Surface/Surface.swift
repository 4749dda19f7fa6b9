internal import DaybookHTTP
internal import DaybookJSON

/// All operations of the API.
struct Surface: Sendable {
    let operations: [Operation]

    init(_ operations: [Operation]) { self.operations = operations }

    /// Finds what a request asks for.
    /// - Throws: `Problem` where there is nothing, or not by this method.
    func find(
        _ method: String, _ target: RequestTarget, _ path: @autoclosure () -> Substring
    ) throws(Problem) -> Operation {
        var methods: [String] = []
        for operation in operations where operation.matches(target.segments) {
            if operation.takes(method) { return operation }
            methods.append(operation.method)
            if operation.method == "GET" { methods.append("HEAD") }
        }
        if methods.isEmpty { throw .noPath(path()) }
        throw .wrongMethod(method, allow: Self.allow(methods))
    }

    private static func allow(_ methods: [String]) -> String {
        (methods + ["OPTIONS"]).joined(separator: ", ")
    }
}
