package import Daybook
internal import DaybookBytes
package import DaybookJSON

/// What is wrong with a line, and where in it.
package struct LineError: Error, Equatable {
    /// The byte in the line, from 1.
    package let column: Int
    package let why: String
    package let remedy: String

    package init(at offset: Int, _ why: String, remedy: String) {
        column = offset + 1
        self.why = why
        self.remedy = remedy
    }

    /// What the store would say.
    package init(_ error: StoreError, at offset: Int) {
        self.init(at: offset, "\(error.what): \(error.why)", remedy: error.remedy)
    }

    package init(_ error: JSONError) {
        self.init(
            at: error.offset, error.description,
            remedy: "An event is one JSON object in UTF-8; `daybook help format` shows it.")
    }

    /// Takes the fields of a line one after another.
    package static func forEachField(
        of line: RawSpan, _ take: (JSONField) throws -> Void
    ) throws(LineError) {
        do {
            var fields = try JSONScanner(fieldsOf: line)
            while let field = try fields.nextField() { try take(field) }
        } catch let error as JSONError {
            throw LineError(error)
        } catch let error as LineError {
            throw error
        } catch {
            preconditionFailure("a line throws its own errors: \(error)")
        }
    }
}
