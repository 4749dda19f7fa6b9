import Daybook
import Testing

@Suite("EventID")
struct EventIDTests {
    @Test func `Its text is a UUID in lower case, most significant byte first`() {
        let id = EventID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        #expect(id.description == "01234567-89ab-cdef-fedc-ba9876543210")
        #expect(EventID(id.description) == id)
        #expect(EventID("01234567-89AB-CDEF-FEDC-BA9876543210") == id)
        #expect(EventID(high: 0, low: 0).description == "00000000-0000-0000-0000-000000000000")
        #expect(EventID("ffffffff-ffff-ffff-ffff-ffffffffffff") == EventID(high: .max, low: .max))
    }

    @Test(arguments: [
        "", "0123456789abcdeffedcba9876543210", "01234567-89ab-cdef-fedc-ba987654321",
        "01234567-89ab-cdef-fedc-ba98765432100", "{1234567-89ab-cdef-fedc-ba9876543210",
        "0123456-789ab-cdef-fedc-ba9876543210", "01234567-89ab-cdef-fedc-ba987654321g",
        "01234567089ab-cdef-fedc-ba9876543210", " 1234567-89ab-cdef-fedc-ba9876543210",
        "01234567-89ab-cdef-fedc-ba98765432é",
    ])
    func `Anything but 36 characters in their places is no id`(_ text: String) {
        #expect(EventID(text) == nil)
    }

    @Test func `Version 4 takes 122 of the random bits and sets the others`() {
        let zeros = EventID(randomHigh: 0, randomLow: 0)
        #expect(zeros.description == "00000000-0000-4000-8000-000000000000")
        let ones = EventID(randomHigh: .max, randomLow: .max)
        #expect(ones.description == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }

    @Test func `Version 5 is that of RFC 9562, appendix A.4`() {
        // The SHA-1 of the namespace DNS and www.example.com.
        let digest: [UInt8] = [
            0x2e, 0xd6, 0x65, 0x7d, 0xe9, 0x27, 0x46, 0x8b, 0x55, 0xe1, 0x26, 0x65, 0xa8, 0xae,
            0xa6,
            0xa2, 0x2d, 0xee, 0x3e, 0x35,
        ]
        let id = EventID(sha1Digest: digest)
        #expect(id.description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func `New ids are of version 4 and differ`() {
        let ids = Set((0..<1000).map { _ in EventID() })
        #expect(ids.count == 1000)
        for id in ids {
            #expect(id.high & 0xF000 == 0x4000)
            #expect(id.low >> 62 == 2)
        }
    }

    @Test func `Ids are ordered as their texts`() {
        let ids = [
            EventID(high: 0, low: 1), EventID(high: 0, low: .max), EventID(high: 1, low: 0),
            EventID(high: .max, low: 0),
        ]
        #expect(ids.shuffled().sorted() == ids)
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }
}
