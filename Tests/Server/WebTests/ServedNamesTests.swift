import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `Names of the server` {
    @Test(arguments: [
        "127.0.0.1:2113", "127.0.0.1", "[::1]:2113", "localhost:2113", "LOCALHOST", "localhost.",
        "bank.localhost:2113", "", "Books.Example:2113", "books.example",
        "bank.example",
    ])
    func `By these it is asked`(host: String) async throws {
        let asked = try await Asked(names: "books.example, bank.example")
        #expect(await asked.ask("GET", "/v1/head", host: host).status == 200)
    }

    @Test(arguments: [
        "rebound.example:2113", "127.0.0.1.rebound.example", "localhost.rebound.example",
        "notlocalhost", "books.example.rebound.example", "xbooks.example",
    ])
    func `A page whose own name leads here reaches nothing`(host: String) async throws {
        let asked = try await Asked(names: "books.example, bank.example")
        for method in ["GET", "OPTIONS"] {
            let answer = await asked.ask(method, "/v1/head", host: host)
            #expect(answer.status == 421)
            #expect(answer.code == "misdirected")
        }
        let append = await asked.ask("POST", "/v1/streams/a", #"{"type":"t"}"#, host: host)
        #expect(append.status == 421)
        #expect(asked.store.headPosition == 0)
    }

    @Test func `By TLS a name that the certificate has is known`() async throws {
        let asked = try await Asked(certifies: { $0 == "books.example" })
        let host = "Books.example:2113"
        #expect(await asked.ask("GET", "/v1/head", host: host, scheme: "https").status == 200)
        #expect(await asked.ask("GET", "/v1/head", host: host).status == 421)
        let other = await asked.ask("GET", "/v1/head", host: "rebound.example", scheme: "https")
        #expect(other.status == 421)
    }

    @Test func `Any name will do where that is said`() async throws {
        let asked = try await Asked(names: "*")
        #expect(await asked.ask("GET", "/v1/head", host: "rebound.example").status == 200)
    }

    @Test(arguments: [
        ("a.example", true), ("a,b-c.example , D_e", true), ("*", true), ("", false),
        ("http://a", false), ("a:80", false), ("a/b", false), (",", false),
    ])
    func `Names are hosts alone`(list: String, areValid: Bool) {
        #expect(ServedNames.areValid(list) == areValid)
    }
}
