extension SourcingError.Code {
    /// A state machine that cannot work as it is written down.
    public static let invalidMachine = Self("invalidMachine")
}

/// What a machine has to be like.
struct MachineCheck<Definition: MachineDefinition> {
    private typealias Phase = Definition.Phase
    private let definition: Definition
    private let transitions: [MachineTransition<Definition>]

    init(_ definition: Definition) {
        self.definition = definition
        transitions = definition.transitions
    }

    func check() throws(SourcingError) {
        try checkEvents()
        try checkPhases()
        for phase in Phase.allCases {
            try checkChoice(from: phase)
            try checkArrivals(from: phase)
        }
    }

    private func wrong(_ what: String, why: String, _ remedy: String) -> SourcingError {
        SourcingError(
            .invalidMachine, what, why: why, remedy: remedy, place: "machine '\(Definition.name)'")
    }

    private func checkEvents() throws(SourcingError) {
        let members = Definition.Event.members.map { $0.payload }
        let known = Set(members.map { ObjectIdentifier($0) })
        for transition in transitions where !known.contains(ObjectIdentifier(transition.payload)) {
            throw wrong(
                "\(transition.words) makes an event that is none of the machine's",
                why: "\(Definition.Event.self) has no case for \(transition.payload)",
                "Add the case and its line in 'members'.")
        }
        let made = Set(transitions.map { ObjectIdentifier($0.payload) })
        for member in members where !made.contains(ObjectIdentifier(member)) {
            throw wrong(
                "No transition makes '\(member.eventType.name)'",
                why: "\(Definition.Event.self) has a case for it",
                "Add the transition; a PastTransition where it is recorded no more; or leave the case out."
            )
        }
    }

    private func checkPhases() throws(SourcingError) {
        for transition in transitions {
            if transition.from.isEmpty {
                throw wrong(
                    "\(transition.words) leads to '\(transition.to.rawValue)' from nowhere",
                    why: "its 'from' names no phase", "Name the phases that it leads from.")
            }
            for phase in transition.from where definition.final.contains(phase) {
                throw wrong(
                    "\(transition.words) leads from '\(phase.rawValue)', which is final",
                    why: "'final' names that phase", "Leave out the one or the other.")
            }
        }
        let reached = reached()
        for phase in Phase.allCases {
            if !reached.contains(phase) {
                throw wrong(
                    "'\(phase.rawValue)' is never reached",
                    why: "no transitions lead there from '\(definition.start.rawValue)'",
                    "Add a transition that leads to it, or leave the phase out.")
            }
            if !definition.final.contains(phase)
                && !transitions.contains(where: { $0.from.contains(phase) })
            {
                throw wrong(
                    "'\(phase.rawValue)' cannot be left", why: "no transition leads from it",
                    "Name it in 'final', or add the transition.")
            }
        }
    }

    private func reached() -> Set<Phase> {
        var reached: Set<Phase> = [definition.start]
        var open = [definition.start]
        while let phase = open.popLast() {
            for transition in transitions
            where transition.from.contains(phase) && reached.insert(transition.to).inserted {
                open.append(transition.to)
            }
        }
        return reached
    }

    /// Of several transitions by one command, all but the last have guards, each another one.
    private func checkChoice(from phase: Phase) throws(SourcingError) {
        var seen: [ObjectIdentifier: [String?]] = [:]
        for transition in transitions where transition.from.contains(phase) {
            guard let command = transition.command else { continue }
            let others = seen[ObjectIdentifier(command), default: []]
            if others.contains(nil) {
                throw wrong(
                    "\(transition.words) is never taken from '\(phase.rawValue)'",
                    why: "a transition by \(command.name) without a guard stands before it",
                    "Give that one a guard, or write it behind the others.")
            }
            if others.contains(transition.condition) {
                throw wrong(
                    "\(transition.words) leads from '\(phase.rawValue)' twice",
                    why: "two transitions have the same guard", "Give each a guard of its own.")
            }
            seen[ObjectIdentifier(command)] = others + [transition.condition]
        }
    }

    /// What is recorded tells where it led.
    private func checkArrivals(from phase: Phase) throws(SourcingError) {
        var seen: [ObjectIdentifier: Phase] = [:]
        for transition in transitions where transition.from.contains(phase) {
            let event = transition.payload
            let other = seen.updateValue(transition.to, forKey: ObjectIdentifier(event))
            if let other, other != transition.to {
                throw wrong(
                    "'\(event.eventType.name)' leads from '\(phase.rawValue)' to '\(other.rawValue)' and to "
                        + "'\(transition.to.rawValue)'",
                    why: "what is recorded has to tell where it led",
                    "Record an event of another type on one of the ways.")
            }
        }
    }
}
