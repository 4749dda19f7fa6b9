public import DaybookSourcing
public import Testing

/// A golden digest of a fold: fails when some events lead to other states than they did when it was written down, and says
/// what to do.
///
/// It is taken over the stored fields of the state behind each event, however their Swift types are called. A fold that
/// changes without a new `version` contradicts the snapshots that are kept of it.
/// - Parameters:
///   - model: The fold.
///   - events: Some in which all of them occur that the fold tells apart.
///   - digest: As the failure of an empty one prints it: the version of the fold, and what its states are like.
///   - sourceLocation: Where it is told that it fails.
public func expectDigest<Model: Fold>(
    of model: Model, over events: [Model.Event], _ digest: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let found = "\(Model.version):\(StateDigest(model, events))"
    if digest == found { return }
    let version = digest.split(separator: ":").first.flatMap { Int($0) }
    let text: String
    if digest.isEmpty {
        text = "The digest of fold '\(Model.name)' is not written down yet. Write \"\(found)\"."
    } else if version == Model.version {
        text =
            "Fold '\(Model.name)' has changed, and its version is \(Model.version) as before: "
            + "snapshots hold states that its events do not lead to any more. Count "
            + "'version' up to \(Model.version + 1), and write \"\(Model.version + 1):"
            + "\(StateDigest(model, events))\" here. Where nobody keeps snapshots of it, "
            + "\"\(found)\" will do."
    } else if let version, version < Model.version {
        text =
            "Fold '\(Model.name)' has a new version, \(Model.version). Write \"\(found)\" here."
    } else {
        text =
            "\"\(digest)\" is no digest of version \(Model.version) of fold '\(Model.name)'. "
            + "Has its version been set back? Otherwise write \"\(found)\"."
    }
    Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
}

/// A number for the states that some events lead to, over the fields of each.
struct StateDigest: CustomStringConvertible {
    let description: String

    init<Model: Fold>(_ model: Model, _ events: [Model.Event]) {
        var digest = FNVDigest()
        var state = model.initial
        func take(_ state: Model.State) {
            for leaf in Reflection(state).leaves() {
                digest.add("\(leaf.path)=\(leaf.text)\n")
            }
            digest.add(byte: 0xFF)
        }
        take(state)
        for event in events {
            model.evolve(&state, event)
            take(state)
        }
        let digits = String(digest.value, radix: 16)
        description = String(repeating: "0", count: 16 - digits.count) + digits
    }
}
