public import DaybookPlatform

/// What goes wrong on a simulated disk, and at which call: rules that are looked at in turn.
///
/// Calls are counted from the moment the plan is set, by each rule those that it is about:
/// `.fail(at: 2, with: .EIO, only: .syncs)` is about the second sync, `.crash(at: 2)` about the second call.
public struct FaultPlan: Sendable, CustomStringConvertible {
    /// What happens to a call.
    public enum Fault: Sendable, CustomStringConvertible {
        /// The power goes: this call and all later ones throw `SimulatedDisk.powerLost`. What the call
        /// would have changed may or may not be found afterwards; a sync has not happened.
        case crash
        /// It throws and changes nothing, but that a failed sync forgets what it should have written.
        case fail(Errno)
        /// A write ends after half of its bytes (at least one) and says so. Of no effect on other calls.
        case shortWrite

        /// The rules in words.
        public var description: String {
            switch self {
            case .crash: "crash"
            case .fail(let error): "fails: \(error)"
            case .shortWrite: "short"
            }
        }
    }

    /// Whether a fault goes away.
    public enum Duration: Sendable { case once, forEver }

    struct Rule: Sendable {
        let fault: Fault
        let at: Int
        let duration: Duration
        let kinds: Set<DiskCall.Kind>
        let pathPart: String?
        /// It is about calls that touch one of these bytes only.
        var range: Range<Int>?
        var seen = 0

        /// Counts the call if the rule is about it, and says whether it is hit.
        mutating func isHit(by call: DiskCall) -> Bool {
            guard kinds.contains(call.kind) else { return false }
            if let pathPart, !call.path.contains(pathPart) { return false }
            if let range {
                if call.path != pathPart || call.range?.overlaps(range) != true { return false }
            }
            seen += 1
            return duration == .once ? seen == at : seen >= at
        }
    }

    var rules: [Rule] = []

    /// Nothing goes wrong.
    public static let none = FaultPlan()

    /// The power goes at the `number`th call; given kinds or a part of the path, of those.
    public static func crash(
        at number: Int, only kinds: Set<DiskCall.Kind> = .all, path part: String? = nil
    ) -> FaultPlan {
        FaultPlan(
            rule: Rule(fault: .crash, at: number, duration: .once, kinds: kinds, pathPart: part))
    }

    /// The `number`th call fails, or it and all later ones; given kinds or a part of the path, of those.
    public static func fail(
        at number: Int, with error: Errno, _ duration: Duration = .once,
        only kinds: Set<DiskCall.Kind> = .all, path part: String? = nil
    ) -> FaultPlan {
        FaultPlan(
            rule: Rule(
                fault: .fail(error), at: number, duration: duration, kinds: kinds, pathPart: part))
    }

    /// Some bytes of a file cannot be read any more.
    public static func lose(
        _ range: Range<Int>, of path: String, with error: Errno = .EIO
    ) -> FaultPlan {
        var rule = Rule(
            fault: .fail(error), at: 1, duration: .forEver, kinds: [.read], pathPart: path)
        rule.range = range
        return FaultPlan(rule: rule)
    }

    /// The `number`th write, or it and all later ones, writes only half.
    public static func shortWrite(
        at number: Int, _ duration: Duration = .once, path part: String? = nil
    ) -> FaultPlan {
        FaultPlan(
            rule: Rule(
                fault: .shortWrite, at: number, duration: duration, kinds: [.write], pathPart: part)
        )
    }

    /// Both plans; where both are about one call, the first has its way.
    public static func + (first: FaultPlan, second: FaultPlan) -> FaultPlan {
        var both = first
        both.rules += second.rules
        return both
    }

    private init() {}

    private init(rule: Rule) {
        precondition(rule.at > 0, "calls are counted from 1")
        rules = [rule]
    }

    /// Counts the call and says what happens to it.
    mutating func fault(for call: DiskCall) -> Fault? {
        var fault: Fault?
        for index in rules.indices where rules[index].isHit(by: call) {
            fault = fault ?? rules[index].fault
        }
        return fault
    }

    /// The rules in words.
    public var description: String {
        if rules.isEmpty { return "no faults" }
        return rules.map { rule in
            let kinds =
                rule.kinds == .all
                ? "call" : rule.kinds.map(\.rawValue).sorted().joined(separator: "/")
            let on =
                (rule.pathPart.map { " on *\($0)*" } ?? "")
                + (rule.range.map { " in bytes \($0)" } ?? "")
            return
                "\(rule.fault) at \(kinds) \(rule.at)\(rule.duration == .once ? "" : " and later")\(on)"
        }.joined(separator: ", ")
    }
}
