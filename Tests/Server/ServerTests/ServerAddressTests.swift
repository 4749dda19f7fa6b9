import Testing

@testable import DaybookServer

/// Where a server is, as a command is told.
@Suite struct ServerAddressTests {
    @Test(
        arguments: [
            ("daybook://127.0.0.1:2113", "127.0.0.1", 2113, "127.0.0.1:2113", nil),
            ("daybook://localhost", "127.0.0.1 ::1", 2113, "localhost:2113", nil),
            ("daybook://10.0.0.7:80/", "10.0.0.7", 80, "10.0.0.7:80", nil),
            ("daybook://[::1]:9", "::1", 9, "[::1]:9", nil),
            ("daybook://[fe80::1]", "fe80::1", 2113, "[fe80::1]:2113", nil),
            (
                "daybook://127.0.0.1?tls", "127.0.0.1", 2113, "127.0.0.1:2113",
                "/etc/ssl/certs/ca-certificates.crt"
            ),
            ("daybook://127.0.0.1?tls=false", "127.0.0.1", 2113, "127.0.0.1:2113", nil),
            ("daybook://127.0.0.1:1/?tlsCaFile=ca.pem", "127.0.0.1", 1, "127.0.0.1:1", "ca.pem"),
            ("daybook://[2001:db8::7]:65535", "2001:db8::7", 65_535, "[2001:db8::7]:65535", nil),
            (
                "daybook://localhost:1?tls=true&tlsCaFile=ca", "127.0.0.1 ::1", 1, "localhost:1",
                "ca"
            ),
        ] as [(String, String, Int, String, String?)])
    func `It is read`(
        text: String, addresses: String, port: Int, authority: String, file: String?
    ) throws {
        let read = try ServerAddress(text)
        #expect(read.addresses.joined(separator: " ") == addresses && read.port == port)
        #expect(read.authority == authority && read.certificateFile == file)
    }

    @Test(arguments: [
        ("http://127.0.0.1", "does not begin"), ("127.0.0.1:2113", "does not begin"),
        ("daybook://", "no host"), ("daybook://:1", "no host"), ("daybook://?tls", "no host"),
        ("daybook://example.org", "not looked up"), ("daybook://127.0.0.1:x", "port"),
        ("daybook://127.0.0.1:", "port"), ("daybook://127.0.0.1:0", "port"),
        ("daybook://127.0.0.1:65536", "port"), ("daybook://[::1", "not closed"),
        ("daybook://[::1]x", "follows"), ("daybook://127.0.0.1:+1", "port"),
        ("daybook://127.0.0.1:1/x", "port `1/x`"), ("daybook://127.0.0.1:-1", "port"),
        ("daybook://::1", "in brackets: `[::1]`"), ("daybook://[127.0.0.1]", "in numbers"),
        ("daybook://[localhost]", "in numbers"), ("daybook://[:]", "in numbers"),
        ("daybook://127.0.0", "in numbers"), ("daybook://127.0.0.256:1", "in numbers"),
        ("daybook://127.0.0.1.:1", "in numbers"), ("daybook://a@127.0.0.1", "in numbers"),
        ("daybook://127.0.0.1/x", "`127.0.0.1/x` is no address"), ("daybook://[]", "no host"),
        ("daybook://127.0.0.1?tsl", "neither"),
        ("daybook://127.0.0.1?tlsCaFile", "neither"), ("daybook://127.0.0.1?=", "neither"),
        ("daybook://127.0.0.1?=tls", "neither"), ("daybook://127.0.0.1?tlsCaFile=", "neither"),
        ("daybook://127.0.0.1?tls=", "neither"), ("daybook://127.0.0.1?tls=no", "neither"),
    ])
    func `What cannot be one is refused, with an example`(text: String, why: String) {
        let error = #expect(throws: ServerError.self) { try ServerAddress(text) }
        #expect(error?.code == .configuration && error?.why.contains(why) == true, "\(text)")
        #expect(error?.remedy.contains(ServerAddress.example) == true)
    }
}
