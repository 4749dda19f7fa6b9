extension JSONValue {
    /// Applies a merge patch (RFC 7396).
    ///
    /// A patch that is an object sets the members it names, removes those it names with `null`, and
    /// does the same one level down where both sides are objects. Any other patch replaces the
    /// value. Takes time by the size of the patch, not by that of the value, if nobody else holds
    /// the value.
    public mutating func mergePatch(_ patch: JSONValue) {
        guard case .object(let changes) = patch else {
            self = patch
            return
        }
        var members = JSONObject()
        if case .object(let present) = self {
            members = present
            // One owner, so that the members are changed where they are and not copied.
            self = .null
        }
        for (key, change) in changes {
            if change.isNull {
                members.removeValue(forKey: key)
            } else {
                members.update(key) { $0.mergePatch(change) }
            }
        }
        self = .object(members)
    }

    /// The value to which a merge patch (RFC 7396) was applied: see ``mergePatch(_:)``.
    public func mergePatched(by patch: JSONValue) -> JSONValue {
        var value = self
        value.mergePatch(patch)
        return value
    }

    /// A merge patch that turns one value into another: `old.mergePatched(by: patch) == new`.
    ///
    /// It names only what differs; arrays are replaced whole, nulls in them included. Where both
    /// are equal objects it is `{}`.
    ///
    /// The form has a limit: `null` means removal, so a patch cannot set a member to null. A null
    /// member of `new` that is not null in `old` already will be absent from the result; one that
    /// is null in both stays. Ask ``hasNullMember`` of `new` where that matters.
    public static func mergePatch(from old: JSONValue, to new: JSONValue) -> JSONValue {
        guard case .object(let oldMembers) = old, case .object(let newMembers) = new else {
            return new
        }
        return .object(changes(from: oldMembers, to: newMembers))
    }

    private static func changes(from old: JSONObject, to new: JSONObject) -> JSONObject {
        var patch = JSONObject()
        for (key, _) in old where new[key] == nil { patch[key] = .some(.null) }
        for (key, value) in new {
            switch (old[key], value) {
            case (nil, .null):
                // It cannot be set, and there is nothing to remove.
                break
            case (.object(let before)?, .object(let after)):
                let inner = changes(from: before, to: after)
                if !inner.isEmpty { patch[key] = .object(inner) }
            case (let before, _):
                if before != value { patch[key] = .some(value) }
            }
        }
        return patch
    }

    /// Whether an object in this value, itself included, has a member that is null. Arrays are not
    /// looked into: a merge patch replaces them whole.
    public var hasNullMember: Bool {
        guard case .object(let members) = self else { return false }
        return members.contains { $0.value.isNull || $0.value.hasNullMember }
    }
}
