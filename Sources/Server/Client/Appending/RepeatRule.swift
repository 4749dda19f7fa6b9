internal import Daybook

/// Whether an append may be sent again, when it is not known what came of it.
///
/// The server recognises an append by its ids: in a stream with a condition that names the place where its events
/// would stand, for good; by a query condition as well; in any other within the last positions, so it must be known that
/// no more were recorded since it was sent first. What has no ids is not recognised.
enum RepeatRule: Hashable {
    case always
    /// As long as no more than so many positions were recorded since.
    case withinWindow
    case never

    /// Positions that may have been recorded since an append was sent first, by the last that is known from before: a
    /// part of those within which the server looks for it, as more come while it is on its way again.
    static let positionsMax = Position(Limits.idempotencyWindow / 2)

    init(_ append: Append) {
        if append.entries.isEmpty {
            self = .never
        } else if append.queryCondition != nil {
            self = .always
        } else {
            let isNamed = append.entries.allSatisfy { entry in
                switch append.conditions[entry.stream] ?? .any {
                case .none, .softDeleted, .revision: true
                case .any, .exists, .tombstoned: false
                }
            }
            self = isNamed ? .always : .withinWindow
        }
    }

    /// - Parameters:
    ///   - before: A position that was there when it was sent first.
    ///   - now: The last position there is.
    func allows(from before: Position, to now: Position) -> Bool {
        switch self {
        case .always: true
        case .withinWindow: now >= before && now - before <= Self.positionsMax
        case .never: false
        }
    }
}
