import Testing

@testable import DaybookServer

@Suite struct `Configuration of the server` {
    private func resolve(
        flags: [String: String] = [:], variables: [String: String] = [:], file: String? = nil
    ) throws(ServerError) -> Configuration {
        try Configuration.resolve(
            flags: flags, variables: variables,
            file: file.map { ("/etc/daybook.conf", Array($0.utf8)) })
    }

    private func refusal(
        flags: [String: String] = [:], variables: [String: String] = [:], file: String? = nil
    ) throws -> ServerError {
        try #require(throws: ServerError.self) {
            try resolve(flags: flags, variables: variables, file: file).check()
        }
    }

    @Test func `Without a word it listens on this machine at 2113`() throws {
        let configuration = try resolve()
        try configuration.check()
        #expect(configuration.address == "127.0.0.1")
        #expect(configuration.port == 2113)
        #expect(configuration.store == "daybook-data")
        #expect(configuration.journal == "main")
        #expect(configuration.tls == nil)
        #expect(configuration.loops == nil)
        #expect(configuration.advertisedHost == "127.0.0.1")
        #expect(configuration.advertisedPort == nil)
        #expect(configuration.messageBytesMax == 33 << 20)
        #expect(configuration.headerBytesMax == 64 << 10)
        #expect(configuration.connectionsMax == 16_384)
        #expect(configuration.connectionStreamsMax == 1000)
        #expect(configuration.subscribersMax == 10_000)
        #expect(configuration.headerTimeoutSeconds == 10)
        #expect(configuration.bodyTimeoutSeconds == 30)
        #expect(configuration.idleTimeoutSeconds == 75)
        #expect(configuration.stallTimeoutSeconds == 120)
        #expect(configuration.keepAliveIntervalSeconds == 60)
        #expect(
            try resolve(flags: ["keep-alive-interval": "none"]).keepAliveIntervalSeconds == nil)
        #expect(configuration.drainTimeoutMilliseconds == 8000)
        #expect(configuration.drainDelayMilliseconds == 0)
        #expect(configuration.logLevel == .info)
        #expect(configuration.segmentBytesMax == 64 << 20)
        #expect(configuration.inFlightBytesMax == 256 << 20)
        #expect(configuration.compactionBytesPerSecond == 64 << 20)
        #expect(configuration.entries.allSatisfy { $0.origin == .standard })
    }

    @Test func `Seconds are rounded up`() throws {
        #expect(try resolve(flags: ["idle-timeout": "1001ms"]).idleTimeoutSeconds == 2)
    }

    @Test func `A flag counts before a variable, and a variable before the file`() throws {
        let file = "port = 1\nloops = 2\nlog-level = debug\n"
        let variables = ["DAYBOOK_PORT": "3", "DAYBOOK_LOOPS": "4", "PATH": "/bin"]
        let configuration = try resolve(flags: ["port": "5"], variables: variables, file: file)
        #expect(configuration.port == 5)
        #expect(configuration.origin(of: "port").description == "--port")
        #expect(configuration.loops == 4)
        #expect(configuration.origin(of: "loops").description == "$DAYBOOK_LOOPS")
        #expect(configuration.logLevel == .debug)
        #expect(configuration.origin(of: "log-level").description == "/etc/daybook.conf:3")
        #expect(configuration.origin(of: "journal").description == "default")
    }

    @Test func `A file has comments, empty lines and quotes`() throws {
        let file = """
            # where it is
              store = "/data/#1"   # the first
            port=0\t# any
            drain-timeout = 1min
            drain-delay = 5s

            message-bytes-max=16M\r
            """
        let configuration = try resolve(file: file)
        #expect(configuration.store == "/data/#1")
        #expect(configuration.port == 0)
        #expect(configuration.drainTimeoutMilliseconds == 60_000)
        #expect(configuration.drainDelayMilliseconds == 5000)
        #expect(configuration.messageBytesMax == 16 << 20)
        #expect(configuration.origin(of: "message-bytes-max").description == "/etc/daybook.conf:7")
    }

    @Test(arguments: [
        ("prot = 1", "`prot` is unknown", "Did you mean `port`?", 1),
        ("\nport = 1\n# again\nport = 2", "`port` is set twice", "Leave one", 4),
        ("port = 70000", "`port = 70000` cannot be used", "The default is `2113`", 1),
        ("port = -1", "`port = -1` cannot be used", "The default is `2113`", 1),
        ("port =", "`port = ` cannot be used", "The default is", 1),
        ("port", "`port` sets nothing", "name = value", 1),
        ("store = \"a", "`store = \"a` cannot be read", "store = \"value\"", 1),
        ("store = \"a\" b", "`store = \"a\" b` cannot be read", "store = \"value\"", 1),
        ("log-level = inf", "`log-level = inf` cannot be used", "Did you mean `info`?", 1),
        ("drain-timeout = 11min", "`drain-timeout = 11min` cannot be used", "`8s`", 1),
        ("drain-timeout = 8", "`drain-timeout = 8` cannot be used", "`8s`", 1),
        ("message-bytes-max = 1K", "`message-bytes-max = 1K` cannot be used", "`33M`", 1),
        ("\u{1B}[31m = 1", "`·[31m` is unknown", "--print-config", 1),
    ])
    func `A bad line is refused with its place`(
        file: String, what: String, remedy: String, line: Int
    ) throws {
        let error = try refusal(file: file)
        #expect(error.code == .configuration)
        #expect(error.what == what)
        #expect(error.remedy.contains(remedy), "\(error.remedy)")
        #expect(error.place == "/etc/daybook.conf:\(line)")
    }

    @Test func `A bad value is refused also where another one counts`() throws {
        let error = try refusal(flags: ["port": "1"], variables: ["DAYBOOK_PORT": "x"])
        #expect(error.what == "`DAYBOOK_PORT=x` cannot be used")
        #expect(error.why == "port is a whole number from 0 to 65535")
        #expect(error.place == "$DAYBOOK_PORT")
        #expect(try refusal(flags: ["port": "x"]).what == "`--port x` cannot be used")
    }

    @Test func `What Kubernetes sets is explained`() throws {
        let error = try refusal(variables: ["DAYBOOK_PORT": "tcp://10.0.0.1:2113"])
        #expect(error.remedy.contains("enableServiceLinks"))
    }

    @Test func `A variable misspelt is refused, and a foreign one noted`() throws {
        let error = try refusal(variables: ["DAYBOOK_DRAIN_TIMOUT": "1s"])
        #expect(error.what == "the variable `DAYBOOK_DRAIN_TIMOUT` is unknown")
        #expect(error.remedy.contains("Did you mean `DAYBOOK_DRAIN_TIMEOUT`?"))
        #expect(error.place == "$DAYBOOK_DRAIN_TIMOUT")
        let foreign = [
            "DAYBOOK_SERVICE_HOST": "10.0.0.1", "DAYBOOK_PART": "1/2", "DAYBOOK_CONFIG": "x",
            "DAYBOOK_JOURNAL": "", "HOME": "/",
        ]
        let configuration = try resolve(variables: foreign)
        #expect(
            configuration.notes == ["the variable DAYBOOK_SERVICE_HOST is no setting: passed over"])
        #expect(configuration.journal == "main", "a variable that is empty is not set")
    }

    @Test func `What is no text is no file with settings`() throws {
        let error = try #require(throws: ServerError.self) {
            try Configuration.resolve(file: ("a", [0xFF]))
        }
        #expect(error.what == "`a` is no text")
    }

    @Test(arguments: ["127.0.0.1", "127.255.0.3", "::1", "localhost"])
    func `An address of this machine is listened at`(address: String) throws {
        try resolve(flags: ["address": address]).check()
    }

    @Test(arguments: [
        "0.0.0.0", "::", "10.0.0.1", "127.0.0", "127.0.0.256", "127.0.0.01", "127.0.0.1.", "::2",
        "example.com", "1270.0.0.1",
    ])
    func `Any other is refused, with what to do instead`(address: String) throws {
        let error = try refusal(file: "address = \(address)")
        #expect(error.code == .addressRefused)
        #expect(error.what.contains(address))
        #expect(error.why.contains("others could reach the store"))
        #expect(error.remedy.contains("127.0.0.1"))
        #expect(error.place == "/etc/daybook.conf:1")
    }

    @Test func `A certificate without its key is refused`() throws {
        let error = try refusal(flags: ["tls-certificate": "c.pem"])
        #expect(error.what == "`tls-certificate` is set without `tls-key`")
        #expect(try refusal(flags: ["tls-key": "k.pem"]).what.hasPrefix("`tls-key` is set"))
        let both = try resolve(flags: ["tls-certificate": "c.pem", "tls-key": "k.pem"])
        try both.check()
        #expect(both.tls?.certificate == "c.pem" && both.tls?.key == "k.pem")
    }

    @Test(arguments: Settings.all.map(\.name))
    func `Every setting reads its own default and says what it needs`(name: String) throws {
        let setting = try #require(Settings[name])
        let value = try #require(setting.value(of: setting.standard))
        #expect(setting.value(of: value.description) == value)
        #expect(setting.value(of: "") == nil)
        #expect(setting.value(of: "a\u{7}") == nil)
        #expect(setting.summary.hasSuffix("."))
        #expect(!setting.need.isEmpty)
        #expect(setting.variable.hasPrefix("DAYBOOK_") && !setting.variable.contains("-"))
        #expect(Settings.all.count { $0.name == name } == 1)
    }

    @Test(arguments: [
        (Setting.Value.bytes(1 << 20), "1M"), (.bytes(1536), "1536"), (.bytes(0), "0"),
        (.milliseconds(90_000), "90s"), (.milliseconds(120_000), "2min"),
        (.milliseconds(1500), "1500ms"), (.milliseconds(0), "0ms"), (.word("none"), "none"),
    ])
    func `Values are shown as they are written`(value: Setting.Value, text: String) {
        #expect(value.description == text)
    }
}
