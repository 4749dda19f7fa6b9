import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

@Suite struct `What the pages join with other packages` {
    @Test func `Counts, measures and traces`() async throws {
        let (figures, spans) = (Elsewhere.Figures(), Elsewhere.Spans())
        let told = try await Elsewhere.Figures.$here.withValue(figures) {
            try await Elsewhere.Spans.$here.withValue(spans) {
                try await Printed.by(Elsewhere.logsAndMetrics)
            }
        }
        #expect(try Page("logs-and-metrics.md").told == told)
        #expect(figures["sourcing_events_recorded"] == 2)
        #expect(figures["sourcing_refusals"] == 1)
        #expect(figures["sourcing_recording"] == 2)
        #expect(figures["sourcing_deciding"] == 3)
        #expect(figures["sourcing_loading"] > 0)
        #expect(figures["bank_commands name=Deposit outcome=done"] == 1)
        #expect(figures["bank_commands name=Withdraw outcome=failed"] == 1)
        #expect(spans.all.map(\.name) == ["OpenAccount", "Deposit", "Withdraw"])
        #expect(spans.all[1].attributes["request"] as? String == "request-77")
    }

    @Test(.timeLimit(.minutes(1))) func `Ends by a signal, the store last`() async throws {
        let (engine, signals) = (ModelStore(), Elsewhere.Signals())
        let told = try await Printed.by {
            try await Elsewhere.Signals.$here.withValue(signals) {
                try await Elsewhere.served(engine) { signals.raise(.sigterm) }
            }
        }
        #expect(try Page("services.md").told == told)
        await #expect { try await engine.head() } throws: { error in
            (error as? StoreError)?.code == .closed
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Ends by cancellation`() async throws {
        let engine = ModelStore()
        let served = Task { try await Elsewhere.served(engine) {} }
        served.cancel()
        _ = await served.result
        await #expect { try await engine.head() } throws: { error in
            (error as? StoreError)?.code == .closed
        }
    }
}
