import DaybookBytes
import DaybookJSON
import Testing

/// Mistakes in a program that writes: they stop it, and do not make a text that is no JSON.
struct JSONWriterMisuseTests {
    @Test func `a value without a key in an object stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.integer(1)
        }
    }

    @Test func `a key in an array stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.key("a")
        }
    }

    @Test func `a key behind a key stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("a")
            writer.key("b")
        }
    }

    @Test func `closing an object with a key and no value stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("a")
            writer.endObject()
        }
    }

    @Test func `closing what is not open stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.endObject()
        }
    }

    @Test func `a second value on a line stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.null()
            writer.null()
        }
    }

    @Test func `ending with something open stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            _ = writer.finish()
        }
    }

    @Test func `a slice of longer bytes stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let slice = try JSON.slice(of: Array("[\"a long string\"]".utf8).rawSpan)
            let fewer = Array("[]".utf8)
            _ = try slice.strings(in: fewer.rawSpan)
        }
    }
}
