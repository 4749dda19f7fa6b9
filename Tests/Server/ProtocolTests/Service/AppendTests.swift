import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookProtocol
import DaybookServerTesting
import DaybookStore
import Testing

/// Appends and deletions by the service.
@Suite(.timeLimit(.minutes(15)))
struct AppendTests {
    private let one = Append([Event(type: "t")], to: "s-1")

    @Test func `An append is answered when it is recorded, counted, and a repetition is not`()
        async throws
    {
        let client = try await ServiceClient()
        for isDuplicate in [false, true] {
            let answer = await client.append(one)
            #expect(answer.code == .ok)
            let appended = try answer.first(V1.SentAppended.self).appended
            #expect(appended.lastPosition == 1)
            #expect(appended.isDuplicate == isDuplicate)
        }
        #expect(client.told.appended == [1])
    }

    @Test func `A refusal carries the error of the store, and is noted`() async throws {
        let client = try await ServiceClient()
        let answer = await client.append(
            Append([Event(type: "t")], to: "s-1", expecting: .revision(9)))
        #expect(answer.code == .failedPrecondition)
        #expect(answer.error?.code == .wrongRevision)
        #expect(answer.error?.actual == .never)
        #expect(client.told.errors == [.wrongRevision])
    }

    @Test func `An append is one message`() async throws {
        let client = try await ServiceClient()
        let bytes = message { one.encode(journal: "", into: &$0) }
        for messages in [[], [bytes, bytes]] {
            let call = client.begin(V1.append)
            call.send(all: messages)
            await call.finish()
            #expect(call.answer.error?.code == .invalid)
        }
        #expect(client.told.appended.isEmpty)
    }

    @Test func `Bytes that are no append are refused with their fault`() async throws {
        let client = try await ServiceClient()
        for path in [V1.append, V1.delete, V1.read, V1.subscribe, V1.getHead, V1.listStreams] {
            let call = client.begin(path)
            call.send(all: [[0x0A, 0x7F]])
            await call.finish()
            #expect(call.answer.code == .invalidArgument)
            #expect(call.answer.error?.why.contains("too early") == true, "\(path)")
        }
    }

    @Test func `Appends that wait for the end of their request take no more memory than they may`()
        async throws
    {
        let client = try await ServiceClient(incomingBytesMax: 10_000)
        let large = Append([Event(type: "t", data: Array(repeating: 7, count: 6_000))], to: "s")
        let first = client.begin(V1.append)
        first.send(message: message { large.encode(journal: "", into: &$0) })
        let second = client.begin(V1.append)
        second.send(all: [message { large.encode(journal: "", into: &$0) }])
        await second.finish()
        #expect(second.answer.code == .resourceExhausted)
        #expect(second.answer.error?.code == .busy)
        first.exchange.fail()
        let third = await client.append(large)
        #expect(third.code == .ok, "what the first held was given back")
        var noted = one
        noted.records = [
            SystemRecord(owner: "o", key: "k", value: Array(repeating: 7, count: 12_000))
        ]
        let terms = await client.append(noted)
        #expect(terms.error?.code == .busy, "records count, too")
    }

    @Test func `An append has so many events and conditions, and no more`() async throws {
        let client = try await ServiceClient(incomingBytesMax: 64 << 20)
        let events = await client.call(V1.append) { writer in
            writer.message(2) { writer in
                writer.string(1, "s")
                for _ in 0...Limits.appendEventsMax { writer.message(3) { $0.string(2, "t") } }
            }
        }
        #expect(events.error?.code == .tooLarge)
        let conditions = await client.call(V1.append) { writer in
            for number in 0...Limits.appendStreamsMax {
                writer.message(2) { writer in
                    writer.string(1, "s\(number)")
                    writer.message(2) { $0.uint64(1, 2) }
                }
            }
        }
        #expect(conditions.error?.code == .invalid)
        #expect(conditions.error?.why.contains("at most 65536 streams") == true)
    }

    @Test func `Pipelined appends are recorded in their order, refused ones apart`() async throws {
        let client = try await ServiceClient()
        let call = client.begin(V1.appendPipelined)
        #expect(call.exchange.isEndless)
        for number in 0..<6 as Range<UInt64> {
            let condition: StreamCondition = number == 3 ? .revision(77) : .any
            let append = Append([Event(type: "t\(number)")], to: "s", expecting: condition)
            call.send(
                message: message { V1.encode(append, journal: "", number: number, into: &$0) })
        }
        call.send(message: message { $0.uint64(1, 6) })
        call.end()
        await call.finish()
        #expect(call.answer.code == .ok)
        var errors: [UInt64: StoreError.Code] = [:]
        let answers = try call.messages.map { try V1.PipelinedAnswer.decoded(from: $0.rawSpan) }
        for answer in answers {
            if case .failure(let error) = answer.result { errors[answer.number] = error.code }
        }
        #expect(answers.map(\.number).sorted() == Array(0...6))
        #expect(errors == [3: .wrongRevision, 6: .invalid])
        let types = try await client.store.events(.stream("s")).map(\.type)
        #expect(types == ["t0", "t1", "t2", "t4", "t5"])
    }

    @Test func `What comes behind an append that is not taken for now does not overtake it`()
        async throws
    {
        let client = try await ServiceClient(incomingBytesMax: 10_000)
        let call = client.begin(V1.appendPipelined)
        for (number, bytes) in [10, 12_000, 10].enumerated() {
            let event = Event(type: "t", data: Array(repeating: 7, count: bytes))
            let append = Append([event], to: "s")
            call.send(
                message: message {
                    V1.encode(append, journal: "", number: UInt64(number), into: &$0)
                })
        }
        call.end()
        await call.finish()
        #expect(call.answer.code == .ok)
        var codes: [UInt64: StoreError.Code?] = [:]
        for bytes in call.messages {
            let answer = try V1.PipelinedAnswer.decoded(from: bytes.rawSpan)
            if case .failure(let error) = answer.result { codes[answer.number] = error.code }
        }
        #expect(codes == [1: .busy, 2: .busy])
        #expect(try await client.store.events(.stream("s")).count == 1)
        // Another call takes them.
        let next = client.begin(V1.appendPipelined)
        next.send(message: message { V1.encode(one, journal: "", number: 2, into: &$0) })
        next.end()
        await next.finish()
        #expect(try await client.store.events(.stream("s-1")).count == 1)
    }

    @Test func `An append of a pipeline waits for the one before it, whatever that waits for`()
        async throws
    {
        let disk = HeldDisk()
        let client = try await ServiceClient(on: disk)
        let first = Append([Event(type: "t")], to: "a", expecting: .none)
        #expect(await client.append(first).code == .ok)
        disk.hold()
        let call = client.begin(V1.appendPipelined)
        // Whether the first is the one that was recorded has to be read; of the second all is known.
        let both = [first, Append([Event(type: "t")], to: "b")]
        for (number, append) in both.enumerated() {
            call.send(
                message: message {
                    V1.encode(append, journal: "", number: UInt64(number), into: &$0)
                })
        }
        let other = try await client.store.append([Event(type: "t")], to: "c")
        #expect(other.firstPosition == 2, "others wait for neither")
        disk.letGo()
        call.end()
        await call.finish()
        let answers = try call.messages.map { try V1.PipelinedAnswer.decoded(from: $0.rawSpan) }
        #expect(answers.map(\.number) == [0, 1])
        #expect(try answers[0].result?.get().isDuplicate == true)
        #expect(try answers[1].result?.get().firstPosition == 3)
    }

    @Test func `A pipeline ends with its server, and what it took is answered before`()
        async throws
    {
        let client = try await ServiceClient()
        let call = client.begin(V1.appendPipelined)
        call.send(message: message { V1.encode(one, journal: "", number: 1, into: &$0) })
        call.exchange.handler?.drain()
        await call.finish()
        #expect(call.messages.count == 1)
        #expect(call.answer.error?.code == .closed)
        #expect(call.answer.code == .unavailable)
    }

    @Test func `A client that takes no answers is not asked for more`() async throws {
        let client = try await ServiceClient()
        let call = client.begin(V1.appendPipelined)
        call.answer.isStuck = true
        let long = String(repeating: "s", count: 1_000)
        var sent: UInt64 = 0
        while call.answer.waitingBytes < 256 << 10 {
            let append = Append([Event(type: "t")], to: long)
            call.send(
                message: message { V1.encode(append, journal: "", number: sent, into: &$0) })
            sent += 1
            await client.loop.turn { call.messages.count == sent }
        }
        let taken = call.answer.consumed
        call.send(message: message { V1.encode(one, journal: "", number: sent, into: &$0) })
        client.loop.turn()
        #expect(call.answer.consumed == taken)
        call.answer.isStuck = false
        call.exchange.handler?.writable()
        call.end()
        await call.finish()
        #expect(call.messages.count == Int(sent) + 1)
    }

    @Test func `A stream is deleted where it is as expected`() async throws {
        let client = try await ServiceClient()
        _ = await client.append(one)
        func delete(_ kind: Deletion, _ condition: StreamCondition) async -> KeptAnswer {
            await client.call(V1.delete) { writer in
                V1.DeleteRequest("s-1", kind, expecting: condition, journal: "")
                    .encode(into: &writer)
            }
        }
        let wrong = await delete(.soft, .revision(7))
        #expect(wrong.error?.code == .wrongRevision)
        let soft = await delete(.soft, .revision(0))
        #expect(try soft.first(V1.DeleteResponse.self).position == 2)
        let system = await client.call(V1.delete) { writer in
            V1.DeleteRequest("$s", .soft, expecting: .any, journal: "").encode(into: &writer)
        }
        #expect(system.error?.code == .invalid)
    }
}
