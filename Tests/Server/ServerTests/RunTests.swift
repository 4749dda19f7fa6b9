import Daybook
import DaybookHTTP
import DaybookPlatform
import Testing

@testable import DaybookServer

@Suite struct `The run of a server` {
    @Test func `Of each kind of trouble one is told in a while, with how many were not`() {
        var meter = TroubleMeter()
        let second: Int64 = 1_000_000_000
        #expect(meter.admits(.wrongRevision, at: 0) == nil, "the client's own")
        #expect(meter.admits(.diskFull, at: 0) == 0)
        #expect(meter.admits(.diskFull, at: second) == nil)
        #expect(meter.admits(.corrupt, at: second) == 0)
        #expect(meter.admits(.diskFull, at: 9 * second) == nil)
        #expect(meter.admits(.diskFull, at: 10 * second) == 2)
        #expect(meter.admits(.diskFull, at: 20 * second) == 0)
    }

    @Test func `Trouble is told with what to do`() throws {
        let sink = HeldSink()
        let log = try Log.start(level: .error, format: .json, to: sink, time: StillTime())
        let trouble = TroubleLog(log, StillTime())
        for _ in 0..<3 {
            trouble.note(StoreError(.diskFull, "No room", why: "it is full", remedy: "Make room."))
        }
        log.close()
        #expect(sink.lines.count == 1)
        #expect(sink.lines[0].contains(#""code":"diskFull","what":"No room","why":"it is full""#))
    }

    @Test func `Nobody gets a place where all are taken`() {
        let gauge = Gauge()
        let places = Places(max: 2, shownBy: gauge)
        #expect(places.take() && places.take())
        #expect(!places.take())
        #expect(gauge.value == 2)
        places.leave()
        #expect(gauge.value == 1)
        #expect(places.take())
        #expect(!places.take())
    }

    @Test(arguments: [
        (Errno.EADDRINUSE, ServerError.Code.addressInUse, "Port 80 is taken", "`--port 81`"),
        (.EACCES, .address, "Port 80 cannot be listened at", "`--port 2113`"),
        (.EADDRNOTAVAIL, .address, "127.0.0.9 cannot be listened at", "127.0.0.1"),
        (.EMFILE, .address, "The server cannot listen", "limits"),
    ])
    func `A port that cannot be had is explained`(
        cause: Errno, code: ServerError.Code, what: String, remedy: String
    ) throws {
        let configuration = try Configuration.resolve(
            flags: ["port": "80"], variables: ["DAYBOOK_ADDRESS": "127.0.0.9"])
        let error = ServerError(
            listening: HTTPServerError(description: "no", cause: cause), configuration)
        #expect(error.code == code)
        #expect(error.what == what)
        #expect(error.remedy.contains(remedy))
        #expect(error.place == "127.0.0.9 port 80, of --port")
    }

    @Test func `The transport is told the limits`() throws {
        let configuration = try Configuration.resolve(flags: [
            "address": "::1", "port": "7", "loops": "3", "connections-max": "9",
            "connection-streams-max": "8", "header-bytes-max": "5K", "message-bytes-max": "1M",
            "header-timeout": "2s", "body-timeout": "3s", "idle-timeout": "4s",
            "stall-timeout": "5s", "keep-alive-interval": "6s",
        ])
        let metrics = ServerMetrics(startedAt: 0, time: StillTime())
        let options = HTTPServerOptions(configuration, observer: metrics.transport)
        #expect(options.address == "::1")
        #expect(options.port == 7)
        #expect(options.loops == 3)
        #expect(options.connectionsMax == 9)
        #expect(options.limits.streamsMax == 8)
        #expect(options.limits.headBytesMax == 5 << 10)
        #expect(options.limits.bodyBytesMax == 1 << 20)
        #expect(options.times.headSeconds == 2)
        #expect(options.times.bodyGraceSeconds == 3)
        #expect(options.times.idleSeconds == 4)
        #expect(options.times.stallSeconds == 5)
        #expect(options.times.silentSeconds == 6)
    }

    @Test func `Clients are told the advertised place, or else the one listened at`() throws {
        let log = try Log.start(level: .error, format: .json)
        func setup(_ flags: [String: String]) throws -> ServerSetup {
            ServerSetup(try Configuration.resolve(flags: flags), version: "0.1.0", log: log)
        }
        #expect(try setup([:]).authority(listeningAt: 99) == "127.0.0.1:99")
        #expect(try setup(["address": "::1"]).authority(listeningAt: 99) == "[::1]:99")
        let told = try setup(["advertised-host": "db.local", "advertised-port": "443"])
        #expect(told.authority(listeningAt: 99) == "db.local:443")
    }
}
