import DaybookJSON
import DaybookPlatform
import Foundation
import Testing

extension BinaryTests {
    /// The command as a server.
    @Suite struct `Serving` {
        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        /// Starts a server, and waits until it says that it serves: with the line it says it by.
        private func start(_ words: String...) async throws -> (Subprocess, JSONValue) {
            let server = try binary.start(
                ["serve", "--port", "0", "--connections-max", "100", "--json"] + words)
            let line = try await Binary.blocking { try server.line() }
            return (server, try JSONValue(parsing: line))
        }

        @Test func `It says where it serves, and ends in good order when it is asked to`()
            async throws
        {
            let (server, said) = try await start()
            #expect(said["port"]?.asInt64.map { $0 > 0 } == true)
            #expect(said["store"]?.asString == place.store)
            #expect(said["journal"]?.asString == "main")
            #expect(said["serving"]?.asString?.hasPrefix("http://127.0.0.1:") == true)
            server.terminate()
            #expect(try await server.drained().status == .exited(0))
            let log = server.complaints().split(separator: "\n")
            let messages = try log.map { try parsed(String($0))["message"]?.asString }
            #expect(messages == ["listening", "serving", "stopping", "stopped"])
            let head = try await binary.succeed("head")
            #expect(!head.errors.contains("unclean"), "\(head.errors)")
        }

        @Test func `A store that another process writes is refused, and says which`() async throws {
            let (server, _) = try await start()
            let second = try await binary.run(
                "serve", "--port", "0", "--log-level", "error", "--json")
            #expect(second.status == .exited(6))
            let error = try parsed(second.errors)["error"]
            #expect(error?["code"]?.asString == "locked")
            #expect(error?["why"]?.asString?.contains("process \(server.processID)") == true)
            #expect(error?["place"]?.asString == "\(place.store)/LOCK")
            server.interrupt()
            #expect(try await server.drained().status == .exited(0))
        }

        @Test func `A port that is taken is said, with what to do`() async throws {
            let (server, said) = try await start()
            let port = try #require(said["port"]?.asInt64)
            let other = Binary(store: place.path + "/other")
            let second = try await other.run(
                "serve", "--port", "\(port)", "--log-level", "error", "--json")
            #expect(second.status == .exited(1))
            let error = try parsed(second.errors)["error"]
            #expect(error?["code"]?.asString == "addressInUse")
            #expect(error?["what"]?.asString == "Port \(port) is taken")
            #expect(error?["place"]?.asString == "127.0.0.1 port \(port), of --port")
            #expect(error?["remedy"]?.asString?.contains("ss -ltnp") == true)
            #expect(!FileManager.default.fileExists(atPath: other.store), "nothing is made")
            server.terminate()
            #expect(try await server.drained().status == .exited(0))
        }

        @Test func `It compacts its store where a command asks for it`() async throws {
            let (server, said) = try await start("--compaction-bytes-per-second", "none")
            let port = try #require(said["port"]?.asInt64)
            let refused = try parsed(try await binary.run("compact", "--json").errors)["error"]
            #expect(refused?["code"]?.asString == "locked")
            #expect(refused?["remedy"]?.asString?.contains("compact --url daybook://") == true)
            let url = "daybook://127.0.0.1:\(port)"
            let asked = try await binary.succeed("compact", "--url", url, "--json")
            let answer = try parsed(asked.output)
            let id = try #require(answer["compaction"]?.asString)
            #expect(answer["started"] == true && id.count == 36)
            let again = try await binary.succeed("compact", "--url", url)
            #expect(again.output.contains("compaction ") && again.output.contains("log"))
            let mixed = try await binary.run("compact", "--url", url, "--all")
            #expect(mixed.status == .exited(2), "\(mixed.errors)")
            server.terminate()
            #expect(try await server.drained().status == .exited(0))
            let log = try server.complaints().split(separator: "\n").map { try parsed(String($0)) }
            // The last one may be stopped by the end of the server.
            let ended = log.filter {
                ["compaction ended", "compaction stopped"].contains($0["message"]?.asString)
            }
            #expect(ended.contains { $0["compaction"]?.asString == id }, "\(log)")
            let gone = try await binary.run("compact", "--url", url, "--json")
            #expect(gone.status == .exited(1))
            let error = try parsed(gone.errors)["error"]
            #expect(error?["code"]?.asString == "unavailable")
            #expect(error?["place"]?.asString == url)
            #expect(error?["remedy"]?.asString?.contains("daybook serve") == true)
        }

        @Test func `Under TLS it is asked with the certificate that is trusted`() async throws {
            let made = try await binary.shell(
                "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext "
                    + "subjectAltName=IP:127.0.0.1 -keyout '\(place.path)/key' "
                    + "-out '\(place.path)/cert'")
            #expect(made.status == .exited(0), "\(made.errors)")
            let (server, said) = try await start(
                "--tls-certificate", place.path + "/cert", "--tls-key", place.path + "/key")
            let url = "daybook://127.0.0.1:\(try #require(said["port"]?.asInt64))"
            let trusted = try await binary.succeed(
                "compact", "--url", url + "?tlsCaFile=\(place.path)/cert")
            #expect(trusted.output.contains("has begun compaction"))
            let named = url.replacing("127.0.0.1", with: "localhost")
            let wrongs = [
                (url, "unavailable", "?tls"), (url + "?tls", "untrusted", "self-signed"),
                (named + "?tlsCaFile=\(place.path)/cert", "untrusted", "hostname mismatch"),
            ]
            for (wrong, code, words) in wrongs {
                let refused = try await binary.run("compact", "--url", wrong, "--json")
                #expect(refused.status == .exited(1), "\(wrong)")
                let error = try parsed(refused.errors)["error"]
                #expect(error?["code"]?.asString == code, "\(refused.errors)")
                #expect(refused.errors.contains(words), "\(refused.errors)")
            }
            server.terminate()
            #expect(try await server.drained().status == .exited(0))
        }

        @Test func `Streams that are closed keep nothing from being served`() async throws {
            let log = place.path + "/log"
            let line =
                "timeout --preserve-status -s TERM 60 daybook serve --port 0 0<&- 1>&- 2>'\(log)' &"
            let script =
                line + " pid=$!; until grep -q '\"serving\"' '\(log)'; do kill -0 $pid || exit 9;"
                + " sleep 0.05; done; kill -TERM $pid; wait $pid"
            #expect(try await binary.shell(script).status == .exited(0))
            let text = try String(contentsOfFile: log, encoding: .utf8)
            #expect(text.contains("\"stopped\""), "\(text)")
        }

        @Test func `SIGHUP ends nothing`() async throws {
            let (server, _) = try await start()
            server.hangUp()
            server.terminate()
            #expect(try await server.drained().status == .exited(0))
        }
    }
}

extension Subprocess {
    /// The first line of its output, or all of it where it ends before.
    func line() throws -> String {
        var bytes: [UInt8] = []
        while bytes.last != UInt8(ascii: "\n"), case let more = try read(), !more.isEmpty {
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends what a service manager sends.
    fileprivate func terminate() { kill(processID, SIGTERM) }
    fileprivate func hangUp() { kill(processID, SIGHUP) }
}
