import Daybook
import Testing

@testable import DaybookClient
@testable import DaybookGRPC

/// Where a server is, as it is written.
@Suite struct ServerAddressTests {
    @Test(
        arguments: [
            ("daybook://127.0.0.1:2113", "127.0.0.1", 2113, "127.0.0.1:2113", nil),
            ("daybook://localhost", "localhost", 2113, "localhost:2113", nil),
            ("daybook://db-1.example.org.:9", "db-1.example.org.", 9, "db-1.example.org.:9", nil),
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
                "daybook://localhost:1?tls=true&tlsCaFile=ca", "localhost", 1, "localhost:1",
                "ca"
            ),
        ] as [(String, String, Int, String, String?)])
    func `It is read`(
        text: String, host: String, port: Int, authority: String, file: String?
    ) throws {
        let read = try ServerAddress(text)
        #expect(read.host == host && read.port == port && read.certificateFile == file)
        #expect(GRPCTarget(host: host, port: port, trust: nil).authority == authority)
        #expect(read.description == text)
    }

    @Test(arguments: [
        ("http://127.0.0.1", "does not begin"), ("127.0.0.1:2113", "does not begin"),
        ("daybook://", "no host"), ("daybook://:1", "no host"), ("daybook://?tls", "no host"),
        ("daybook://example..org", "neither"), ("daybook://exa mple", "neither"),
        ("daybook://127.0.0.1:x", "port"),
        ("daybook://127.0.0.1:", "port"), ("daybook://127.0.0.1:0", "port"),
        ("daybook://127.0.0.1:65536", "port"), ("daybook://[::1", "not closed"),
        ("daybook://[::1]x", "follows"), ("daybook://127.0.0.1:+1", "port"),
        ("daybook://127.0.0.1:1/x", "port `1/x`"), ("daybook://127.0.0.1:-1", "port"),
        ("daybook://::1", "in brackets: `[::1]`"), ("daybook://[127.0.0.1]", "neither"),
        ("daybook://[localhost]", "neither"), ("daybook://[:]", "neither"),
        ("daybook://127.0.0", "neither"), ("daybook://127.0.0.256:1", "neither"),
        ("daybook://127.0.0.1.:1", "neither"), ("daybook://a@127.0.0.1", "neither"),
        ("daybook://127.0.0.1/x", "`127.0.0.1/x` is neither"), ("daybook://[]", "no host"),
        ("daybook://127.0.0.1?tsl", "neither"),
        ("daybook://127.0.0.1?tlsCaFile", "neither"), ("daybook://127.0.0.1?=", "neither"),
        ("daybook://127.0.0.1?=tls", "neither"), ("daybook://127.0.0.1?tlsCaFile=", "neither"),
        ("daybook://127.0.0.1?tls=false&tlsCaFile=ca", "contradict"),
        ("daybook://127.0.0.1?tls=", "neither"), ("daybook://127.0.0.1?tls=no", "neither"),
    ])
    func `What cannot be one is refused, with an example`(text: String, why: String) {
        let error = #expect(throws: StoreError.self) { try ServerAddress(text) }
        #expect(error?.code == .invalid && error?.why.contains(why) == true, "\(text)")
        #expect(error?.remedy.contains(ServerAddress.example) == true)
    }
}
