internal import DaybookGRPC
internal import DaybookHTTP

/// Tells a client the figures of the server again and again, as fast as it asked for and takes them.
final class FiguresAnswer: GRPCAnswer {
    private let call: GRPCCall
    private let control: any NodeControl
    private let milliseconds: Int
    private let ended: () -> Void
    private var timer: (any LoopTimer)?
    private var isStuck = false
    private var isOver = false

    /// - Parameter ended: called once at the end, however it comes.
    init(
        _ call: GRPCCall, _ control: any NodeControl, _ milliseconds: Int,
        ended: @escaping () -> Void
    ) {
        self.call = call
        self.control = control
        self.milliseconds = milliseconds
        self.ended = ended
    }

    func begin() {
        let bound = LoopBound(self, on: call.loop)
        control.figures { figures in bound.post { $0.tell(figures) } }
    }

    private func tell(_ figures: [Monitoring.StatsResponse.Figure]) {
        if isOver { return }
        call.send { Monitoring.StatsResponse(figures).encode(into: &$0) }
        isStuck = !call.isWritable
        if !isStuck { goOnLater() }
    }

    private func goOnLater() {
        timer = call.loop.after(milliseconds: milliseconds) { [weak self] in self?.begin() }
    }

    func writable() {
        if !isStuck || isOver { return }
        isStuck = false
        goOnLater()
    }

    func cancelled() { end() }

    func drain() {
        if isOver { return }
        call.finish(.notReady)
        end()
    }

    private func end() {
        if isOver { return }
        isOver = true
        timer?.cancel()
        timer = nil
        ended()
    }
}
