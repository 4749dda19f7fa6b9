import DaybookBytes
import DaybookJSON
import Testing

/// What the validator says about a text, having made sure that the tree's reader says the same.
func refusal(of bytes: [UInt8]) -> JSONError? {
    var ofValidator: JSONError?
    var ofTree: JSONError?
    do { try JSON.validate(bytes.rawSpan) } catch { ofValidator = error }
    do { _ = try JSONValue(parsing: bytes) } catch { ofTree = error }
    #expect(ofValidator == ofTree)
    return ofValidator
}

func refusal(of text: String) -> JSONError? { refusal(of: Array(text.utf8)) }

/// What scanning the fields of an object to its end says.
func scanRefusal(of bytes: [UInt8]) -> JSONError? {
    do {
        var fields = try JSONScanner(fieldsOf: bytes.rawSpan)
        while try fields.nextField() != nil {}
        return nil
    } catch {
        return error
    }
}

/// The error that a body throws; it is a failure of the test when there is none.
func thrown(
    _ place: SourceLocation = #_sourceLocation, by body: () throws(JSONError) -> Void
) -> JSONError? {
    do {
        try body()
        Issue.record("nothing was thrown", sourceLocation: place)
        return nil
    } catch {
        return error
    }
}

/// A document with everything in it, for truncation and mutation.
let sample = Array(
    #"""
    {"stream": "account-7", "type":"MoneyDeposited" , "data":{"amount":-12.50e+2,"of":[1,0,[],{}],
    "note":"caf\u00e9 \ud83d\ude00 \"ä€😀\"\n","open":true,"closed":false,"limit":null},"tags":["a"]}
    """#.utf8)

/// SplitMix64: small, and the same everywhere for the same seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The seeds of the random tests. A failure prints its argument: put it here to repeat it alone.
let seeds: [UInt64] = Array(1...12) + [UInt64.random(in: .min ... .max)]
