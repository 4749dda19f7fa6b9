internal import DaybookBytes

/// The characters of RFC 9110 and 9112, by byte.
extension UInt8 {
    /// `tchar`: of a method or the name of a field.
    var isToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"),
            UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// `VCHAR`: what can be seen, of ASCII.
    var isVisible: Bool { self > 0x20 && self < 0x7F }

    /// What the value of a field may hold: also blanks, and bytes beyond ASCII, which nobody here interprets.
    var isFieldContent: Bool { isBlank || isVisible || self >= 0x80 }

    /// `SP` and `HTAB`.
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// The letter in lower case, anything else as it is.
    var lowercased: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }

    /// The value of a hexadecimal digit.
    var hexadecimal: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

extension HTTPFields.Field {
    /// Of a field `te`: whether fields behind the body are understood.
    package var takesTrailers: Bool {
        // Nearly all who name them name nothing else.
        value == "trailers" || Array(value.utf8)[...].listMembers.contains("trailers")
    }
}

extension ArraySlice<UInt8> {
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The members of a list with commas, in lower case; RFC 9110, section 5.6.1.
    var listMembers: [String] {
        split(separator: UInt8(ascii: ",")).compactMap { member in
            let member = member.trimmed
            return member.isEmpty
                ? nil : String(decoding: member.map(\.lowercased), as: UTF8.self)
        }
    }

    /// Without blanks at both ends.
    var trimmed: ArraySlice<UInt8> {
        var rest = self
        while let first = rest.first, first.isBlank { rest.removeFirst() }
        while let last = rest.last, last.isBlank { rest.removeLast() }
        return rest
    }
}
