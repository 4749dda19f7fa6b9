import Daybook
import Testing

@testable import DaybookClient

/// Whom a client believes to be the server that it was told of.
@Suite(.timeLimit(.minutes(15))) struct TrustTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func address(
        _ server: ServedStore, host: String = "127.0.0.1", _ query: String
    ) throws -> ServerAddress {
        try ServerAddress("daybook://\(host):\(server.port)\(query)")
    }

    private func refusal(
        of address: ServerAddress, patience: Duration = .seconds(30)
    ) async -> StoreError? {
        var options = RemoteStoreOptions()
        options.connectPatience = patience
        return await #expect(throws: StoreError.self) {
            try await RemoteStore.connect(to: address, options: options)
        }
    }

    @Test func `A server that the authority vouches for by the name it is called is believed`()
        async throws
    {
        let server = try await ServedStore(
            authority.vouch(for: "DNS:localhost,IP:127.0.0.1"))
        for host in ["127.0.0.1", "localhost"] {
            let address = try address(server, host: host, "?tls&tlsCaFile=\(authority.file)")
            let store = try await RemoteStore.connect(to: address)
            let appended = try await store.append([Event(type: "t")], to: host)
            #expect(try await store.head().position == appended.lastPosition)
            try await store.close()
        }
        try await server.remove()
    }

    @Test func `Any other is refused at once, in words that say what is wrong and what to do`()
        async throws
    {
        let good = "IP:127.0.0.1"
        let other = try TestAuthority("Another")
        let cases: [(settings: [String: String], why: String)] = [
            (try authority.vouch(for: "DNS:elsewhere.example"), "IP address mismatch"),
            (try authority.vouch(for: "DNS:127.0.0.1"), "IP address mismatch"),
            (try authority.vouch(for: good, seconds: -7_200 ..< -3_600), "certificate has expired"),
            (
                try authority.vouch(for: good, seconds: 3_600..<7_200),
                "certificate is not yet valid"
            ),
            (try authority.vouch(for: good, isOwn: true), "self-signed certificate"),
            (
                try other.vouch(for: good),
                "unable to get local issuer certificate"
            ),
        ]
        for (settings, why) in cases {
            let server = try await ServedStore(settings)
            let address = try address(server, "?tlsCaFile=\(authority.file)")
            let error = await refusal(of: address)
            #expect(error?.code == .untrusted, "\(why): \(error as Any)")
            #expect(error?.why == why)
            #expect(
                error?.remedy == "It has to name 127.0.0.1, and to be vouched for by those in "
                    + "\(authority.file): others are named by `?tlsCaFile=FILE` behind the address."
            )
            #expect(error?.place == address.text)
            try await server.remove()
        }
    }

    @Test func `What was right before is waited for, and told when the time is up`() async throws {
        let good = try authority.vouch(for: "IP:127.0.0.1")
        let other = try TestAuthority("Another")
        var server = try await ServedStore.atPortOfItsOwn(good)
        let (folder, port) = (server.folder, server.port)
        var options = RemoteStoreOptions()
        options.patience = .seconds(1)
        let store = try await RemoteStore.connect(
            to: address(server, "?tlsCaFile=\(authority.file)"), options: options)
        try await server.stop()
        server = try await ServedStore(
            in: folder, port: port, other.vouch(for: "IP:127.0.0.1"))
        let error = await #expect(throws: StoreError.self) {
            try await store.append([Event(type: "t")], to: "s")
        }
        #expect(error?.code == .untrusted, "\(error as Any)")
        try await server.stop()
        server = try await ServedStore(in: folder, port: port, good)
        while (try? await store.head()) == nil {}
        #expect(try await store.append([Event(type: "t")], to: "s").firstPosition == 1)
        try await store.close()
        try await server.remove()
    }

    @Test func `Without a file the certificates of the system decide`() async throws {
        let server = try await ServedStore(authority.vouch(for: "IP:127.0.0.1"))
        let error = await refusal(of: try address(server, "?tls"))
        #expect(error?.code == .untrusted, "\(error as Any)")
        #expect(error?.remedy.contains("/etc/ssl/certs/ca-certificates.crt") == true)
        try await server.remove()
    }

    @Test func `Where only one end is under TLS it is said what to put behind the address`()
        async throws
    {
        let plain = try await ServedStore()
        let first = await refusal(of: try address(plain, "?tlsCaFile=\(authority.file)"))
        #expect(first?.code == .notUnderstood && first?.remedy.contains("leave `?tls`") == true)
        try await plain.remove()
        let secret = try await ServedStore(authority.vouch(for: "IP:127.0.0.1"))
        let second = await refusal(of: try address(secret, ""), patience: .milliseconds(300))
        #expect(second?.code == .unavailable, "\(second as Any)")
        #expect(second?.remedy.contains("`?tls` or `?tlsCaFile=FILE`") == true)
        try await secret.remove()
    }

    @Test func `A file without certificates is told, before anything is sent`() async throws {
        let server = try await ServedStore(authority.vouch(for: "IP:127.0.0.1"))
        let key = try #require(try authority.vouch(for: nil)["tls-key"])
        let error = await refusal(of: try address(server, "?tlsCaFile=\(key)"))
        #expect(error?.code == .untrusted && error?.why.contains(key) == true, "\(error as Any)")
        try await server.remove()
    }
}
