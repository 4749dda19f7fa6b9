"""KurrentDB's other client for Python, which waits for nothing: the same calls, many at a time."""

import asyncio

from kurrentdbclient import AsyncKurrentDBClient, StreamState, exceptions

from support import Served, event, events, ids


class AsyncClientTests(Served):
    def with_client(self, body):
        async def run():
            client = AsyncKurrentDBClient(f"kdb://{self.served.address}?Tls=false")
            await client.connect()
            try:
                return await asyncio.wait_for(body(client), 60)
            finally:
                await client.close()

        return asyncio.run(run())

    def test_many_appends_at_a_time_are_each_recorded_once(self):
        stream, new = self.stream(), events(300)

        async def body(client):
            await asyncio.gather(*[
                client.append_events(stream, current_version=StreamState.ANY, events=[each])
                for each in new])
            return await client.get_stream(stream)

        read = self.with_client(body)
        self.assertEqual(sorted(ids(read)), sorted(ids(new)))

    def test_of_many_that_expect_the_same_version_one_wins(self):
        stream = self.stream()

        async def body(client):
            return await asyncio.gather(*[
                client.append_to_stream(
                    stream, current_version=StreamState.NO_STREAM, events=event())
                for _ in range(100)], return_exceptions=True)

        answers = self.with_client(body)
        won = [answer for answer in answers if isinstance(answer, int)]
        lost = [a for a in answers if isinstance(a, exceptions.WrongCurrentVersionError)]
        self.assertEqual((len(won), len(lost)), (1, 99))
        self.assertEqual(len(self.db.get_stream(stream)), 1)

    def test_writers_that_read_and_then_expect_what_they_read_lose_no_step(self):
        stream, steps = self.stream(), 25

        async def step(client):
            """Appends the next number, however often others are quicker."""
            while True:
                version = await client.get_current_version(stream)
                number = version + 1 if isinstance(version, int) else 0
                try:
                    return await client.append_to_stream(
                        stream, current_version=version, events=event(data=b"%d" % number))
                except exceptions.WrongCurrentVersionError:
                    pass

        async def walk(client):
            return [await step(client) for _ in range(steps)]

        async def body(client):
            return await asyncio.gather(*[walk(client) for _ in range(8)])

        taken = [position for walked in self.with_client(body) for position in walked]
        self.assertEqual(len(set(taken)), 8 * steps)
        self.assertEqual(
            [int(each.data) for each in self.db.get_stream(stream)], list(range(8 * steps)))

    def test_a_subscription_and_a_writer_on_one_connection(self):
        stream, new = self.stream(), events(200)

        async def body(client):
            subscription = await client.subscribe_to_stream(stream)

            async def write():
                for each in new:
                    await client.append_to_stream(
                        stream, current_version=StreamState.ANY, events=each)

            writer = asyncio.ensure_future(write())
            taken = [await anext(subscription) for _ in new]
            await writer
            await subscription.stop()
            return taken

        self.assertEqual(ids(self.with_client(body)), ids(new))

    def test_reads_of_many_streams_at_a_time(self):
        names = [self.stream() for _ in range(50)]
        for name in names:
            self.db.append_events(name, current_version=StreamState.NO_STREAM, events=events(10))

        async def body(client):
            return await asyncio.gather(*[client.get_stream(name) for name in names])

        read = self.with_client(body)
        self.assertEqual([each[0].stream_name for each in read], names)
        self.assertEqual({len(each) for each in read}, {10})
