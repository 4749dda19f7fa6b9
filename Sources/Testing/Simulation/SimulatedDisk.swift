public import DaybookPlatform
internal import Synchronization

/// A disk in memory that forgets like a real one: the tool to show that nothing acknowledged is ever lost.
///
/// It keeps apart what readers see and what is durable. At the call that its plan names, something fails or
/// the power goes; `afterCrash` then gives the disks that a power cut may leave, one for each seed. Every
/// call is counted, so that a test can run its work again and again and crash it at each call in turn:
///
/// ```swift
/// for call in 1... {
///     let disk = SimulatedDisk(plan: .crash(at: call))
///     let acknowledged = work(on: disk)
///     for seed in 0..<20 { check(disk.afterCrash(seed: seed), holds: acknowledged) }
///     if !disk.hasCrashed { break }
/// }
/// ```
///
/// An image may be taken at any time, also without a crash; it leaves this disk as it is and shares the
/// memory of what is the same. The same calls and the same seed give the same image, always.
public final class SimulatedDisk: Disk {
    /// What every call throws once the power has gone ("State not recoverable"); no plan throws it.
    public static let powerLost = Errno(code: 131)

    /// As many calls are kept in `calls`: older ones go.
    public static let loggedCallsMax = 4096

    struct State: Sendable {
        var names = SimulatedNames()
        var files: [Int: SimulatedFile] = [:]
        var opens = OpenFiles()
        var lastNumber = 0
        var plan = FaultPlan.none
        var capacityBytes: Int?
        var servesCachedReads = true

        var callCount = 0
        var calls: [DiskCall] = []
        var faultCount = 0
        var hasCrashed = false

        mutating func number() -> Int {
            lastNumber += 1
            return lastNumber
        }
    }

    let state: Mutex<State>

    /// An empty disk.
    public convenience init(plan: FaultPlan = .none) {
        var state = State()
        state.plan = plan
        self.init(state)
    }

    init(_ state: State) { self.state = Mutex(state) }

    /// What goes wrong from now on; counting starts anew.
    public var plan: FaultPlan {
        get { state.withLock { $0.plan } }
        set { state.withLock { $0.plan = newValue } }
    }

    /// How many calls there were.
    public var callCount: Int { state.withLock { $0.callCount } }

    /// The last calls, oldest first: for the message of a failing test.
    public var calls: [DiskCall] { state.withLock { $0.calls } }

    /// How often the plan struck.
    ///
    /// A test of a fault that was never reached has shown nothing.
    public var faultCount: Int { state.withLock { $0.faultCount } }

    /// Whether the power has gone.
    public var hasCrashed: Bool { state.withLock { $0.hasCrashed } }

    /// How many bytes all files together may have, by their sizes; nil: no limit.
    ///
    /// A write into the last of the room is short, the next fails with `ENOSPC`.
    public var capacityBytes: Int? {
        get { state.withLock { $0.capacityBytes } }
        set { state.withLock { $0.capacityBytes = newValue } }
    }

    /// Whether reads `.cachedOnly` find what they look for; where not, they throw `EAGAIN`.
    public var servesCachedReads: Bool {
        get { state.withLock { $0.servesCachedReads } }
        set { state.withLock { $0.servesCachedReads = newValue } }
    }
}

extension SimulatedDisk.State {
    /// Counts and logs a call and says what happens to it.
    ///
    /// Throws once the power has gone.
    mutating func begin(
        _ kind: DiskCall.Kind, _ path: String, _ range: Range<Int>? = nil, target: String? = nil
    ) throws(Errno) -> FaultPlan.Fault? {
        if hasCrashed { throw SimulatedDisk.powerLost }
        callCount += 1
        var call = DiskCall(number: callCount, kind: kind, path: path, range: range, target: target)
        call.fault = plan.fault(for: call)
        if call.fault != nil { faultCount += 1 }
        if calls.count == 2 * SimulatedDisk.loggedCallsMax {
            calls.removeFirst(SimulatedDisk.loggedCallsMax)
        }
        calls.append(call)
        return call.fault
    }

    /// Forgets the file if nothing leads to it any more.
    mutating func dropIfUnused(_ file: Int) {
        if !opens.isOpen(file) && !names.mayReach(file) { files[file] = nil }
    }

    /// How many bytes more the files may have.
    var room: Int {
        guard let capacityBytes else { return .max }
        let used = files.reduce(0) { sum, file in
            let counts = opens.isOpen(file.key) || names.visible.hasName(file.key)
            return sum + (counts ? file.value.visible.size : 0)
        }
        return max(0, capacityBytes - used)
    }
}
