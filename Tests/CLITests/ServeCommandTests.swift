import DaybookJSON
import DaybookServer
import Testing

@testable import DaybookCLI

@Suite struct ServeCommandTests {
    @Test func `Every setting is shown with its value and where it came from`() async throws {
        let folder = Folder()
        let file = try folder.write("daybook.conf", "# ours\nlog-level = debug\nport = 1\n")
        var console = Console()
        console.environment = ["DAYBOOK_STORE": "/data/bank", "DAYBOOK_PORT": "2"]
        let result = await console.run(
            "serve", "--print-config", "--config", file, "--port", "3", "--drain-timeout", "60s")
        #expect(result.exit == .success)
        #expect(result.lines[0].split(separator: " ") == ["setting", "value", "from"])
        #expect(result.lines.count == Settings.all.count + 1)
        func row(_ name: String) -> [Substring]? {
            result.lines.first { $0.hasPrefix(name + " ") }?.split(separator: " ")
        }
        #expect(row("store") == ["store", "/data/bank", "$DAYBOOK_STORE"])
        #expect(row("port") == ["port", "3", "--port"])
        #expect(row("log-level") == ["log-level", "debug", "\(file):2"])
        #expect(row("drain-timeout") == ["drain-timeout", "1min", "--drain-timeout"])
        #expect(row("drain-delay") == ["drain-delay", "0ms", "default"])
        #expect(row("journal") == ["journal", "main", "default"])
    }

    @Test func `Machines get numbers with their units`() async throws {
        var console = Console()
        console.environment = ["DAYBOOK_CONFIG": ""]
        let json = try parsed(await console.run("serve", "--print-config", "--json").output)
        #expect(json["port"]?["value"] == 2113)
        #expect(json["port"]?["from"]?.asString == "default")
        #expect(json["message-bytes-max"]?["value"] == 34_603_008)
        #expect(json["message-bytes-max"]?["unit"]?.asString == "bytes")
        #expect(json["drain-timeout"]?["value"] == 8000)
        #expect(json["drain-timeout"]?["unit"]?.asString == "milliseconds")
        #expect(json["loops"]?["value"]?.asString == "auto")
    }

    @Test func `The file can be named by a variable`() async throws {
        let folder = Folder()
        var console = Console()
        console.environment = ["DAYBOOK_CONFIG": try folder.write("c", "journal = billing\n")]
        let result = await console.run("serve", "--print-config")
        #expect(result.lines.contains { $0.hasPrefix("journal ") && $0.contains("billing") })
    }

    @Test func `A variable that is no setting is noted`() async {
        var console = Console()
        console.environment = ["DAYBOOK_SERVICE_HOST": "10.0.0.1"]
        let result = await console.run("serve", "--print-config")
        #expect(result.exit == .success)
        #expect(result.errors.contains("DAYBOOK_SERVICE_HOST is no setting"))
    }

    @Test(
        arguments: [
            (["--port", "70000"], "`--port 70000` cannot be used", "--port"),
            (["--address", "0.0.0.0"], "`0.0.0.0` is not listened at", "--address"),
            (["--tls-key", "k.pem"], "`tls-key` is set without `tls-certificate`", "--tls-key"),
            (["--log-level", "loud"], "`--log-level loud` is unknown", nil),
            (["--prot", "1"], "`--prot` is unknown", nil),
        ] as [([String], String, String?)])
    func `What cannot be is refused before anything is opened`(
        words: [String], what: String, place: String?
    ) async {
        let console = Console()
        let result = await console.run(["serve"] + words)
        #expect(result.exit == .usage)
        #expect(result.errors.contains(what), "\(result.errors)")
        if let place { #expect(result.errors.contains("place:  \(place)\n"), "\(result.errors)") }
        #expect(console.opened.last == nil)
    }

    @Test func `A refused address is also said where settings are printed`() async {
        let result = await Console().run("serve", "--address", "10.0.0.1", "--print-config")
        #expect(result.exit == .usage)
        #expect(result.lines.contains { $0.hasPrefix("address ") && $0.contains("10.0.0.1") })
        #expect(result.errors.contains("SSH tunnel"))
    }

    @Test func `A file that is not there, or says what cannot be, is named`() async throws {
        let folder = Folder()
        let missing = await Console().run("serve", "--config", folder.path + "/none")
        #expect(missing.exit == .notFound)
        #expect(missing.errors.contains("none` cannot be read"))
        let file = try folder.write("c", "port = 1\ndrain-timout = 1s\n")
        let wrong = await Console().run("serve", "--config", file, "--json")
        #expect(wrong.exit == .usage)
        let error = try parsed(wrong.errors)["error"]
        #expect(error?["code"]?.asString == "configuration")
        #expect(error?["place"]?.asString == "\(file):2")
        #expect(error?["remedy"]?.asString?.contains("Did you mean `drain-timeout`?") == true)
        let long = try folder.write("l", String(repeating: "\n", count: Settings.fileBytesMax + 1))
        let tooLong = await Console().run("serve", "--config", long)
        #expect(tooLong.exit == .usage)
        #expect(tooLong.errors.contains("`\(long)` is too large for a file with settings"))
        let most = try folder.write("m", String(repeating: "\n", count: Settings.fileBytesMax))
        #expect(await Console().run("serve", "--config", most, "--print-config").exit == .success)
    }

    @Test func `The help names every setting with its default`() async {
        let page = await Console().run("serve", "--help").output
        for setting in Settings.all {
            #expect(page.contains("--\(setting.name) "))
        }
        #expect(page.contains("(default: 2113)"))
        #expect(page.contains("SIGHUP"))
    }
}
