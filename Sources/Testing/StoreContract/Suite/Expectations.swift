internal import Daybook

/// A sentence that does not hold, and where it was found out.
package struct ContractFailure: Error, CustomStringConvertible {
    /// What was expected and what was found.
    package let message: String
    let file: StaticString
    let line: UInt

    init(_ message: String, file: StaticString = #fileID, line: UInt = #line) {
        self.message = message
        self.file = file
        self.line = line
    }

    package var description: String { "\(message) (\(file):\(line))" }
}

/// Fails unless the condition holds.
func expect(
    _ condition: Bool, _ message: @autoclosure () -> String,
    file: StaticString = #fileID, line: UInt = #line
) throws {
    if !condition { throw ContractFailure(message(), file: file, line: line) }
}

/// Fails unless both are equal.
func expectEqual<Value: Equatable>(
    _ found: Value, _ expected: Value, _ about: @autoclosure () -> String = "",
    file: StaticString = #fileID, line: UInt = #line
) throws {
    if found == expected { return }
    throw ContractFailure(
        "\(about()) expected \(expected), found \(found)", file: file, line: line)
}

/// Fails unless the body throws a `StoreError` with this code, which it gives back.
@discardableResult
func expectError<Answer>(
    _ code: StoreError.Code, _ about: @autoclosure () -> String = "",
    file: StaticString = #fileID, line: UInt = #line, _ body: () async throws -> Answer
) async throws -> StoreError {
    let answer: Answer
    do {
        answer = try await body()
    } catch let error as StoreError {
        if error.code == code { return error }
        throw ContractFailure(
            "\(about()) expected \(code), found \(error.code): \(error)", file: file, line: line)
    }
    throw ContractFailure(
        "\(about()) expected \(code), found the answer \(answer)", file: file, line: line)
}

/// Fails where there is nothing.
func unwrap<Value>(
    _ value: Value?, _ about: @autoclosure () -> String = "",
    file: StaticString = #fileID, line: UInt = #line
) throws -> Value {
    guard let value else {
        throw ContractFailure("\(about()) expected something, found nil", file: file, line: line)
    }
    return value
}
