internal import DaybookPlatform

/// The target that `DAYBOOK_FUZZ` names.
private let target: FuzzTarget = {
    let name = Host.environment("DAYBOOK_FUZZ") ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue)
        fatalError("DAYBOOK_FUZZ names what is tried: one of \(names.joined(separator: ", "))")
    }
    return target
}()

/// What libFuzzer calls, again and again, with bytes of its making.
@_cdecl("LLVMFuzzerTestOneInput")
public func tryInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    // Safe: the fuzzer says how many bytes there are, and they stay as long as this runs.
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
    target.run(unsafe bytes.bytes)
    return 0
}
