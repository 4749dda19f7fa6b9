import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// A type of events as a test wants it, and a second one beside it.
private struct Sample: DomainEvent {
    static let eventType = EventType("sample", version: 3)
}

private struct Twin: DomainEvent {
    static let eventType: EventType = "sample"
}

private struct Nameless: DomainEvent {
    static let eventType: EventType = ""
}

private struct Unborn: DomainEvent {
    static let eventType = EventType("unborn", version: 0)
}

private struct Anything: Decodable {}

struct `A catalog is checked when it is made` {
    private func words(@CatalogBuilder _ entries: () -> [CatalogEntry]) -> String {
        do throws(SourcingError) {
            _ = try EventCatalog(entries)
            return "it is one"
        } catch {
            #expect(error.code == .invalidCatalog)
            return "\(error)"
        }
    }

    @Test func `A name that stands there twice`() {
        #expect(
            words {
                Deposited.self
                EventEntry(Opened.self).renamed(from: "opened", "money-deposited")
            }
                == "The name 'money-deposited' stands twice in the catalog: it is of 'money-deposited', read as "
                + "Deposited, and of 'account-opened', read as Opened (type 'money-deposited'). Give each type of "
                + "events a name of its own; a former name belongs to one of them.")
        #expect(
            words {
                IgnoredEvent("heartbeat", formerNames: "beat")
                Deposited.self
                SplitEvent("beat", into: Deposited.self) { (_: Anything) in [] }
            }
                == "The name 'beat' stands twice in the catalog: it is of 'heartbeat', ignored, and of 'beat', "
                + "split into Deposited (type 'beat'). Give each type of events a name of its own; a former name "
                + "belongs to one of them.")
    }

    @Test func `A type without a name, or of a version that cannot be`() {
        #expect(
            words { Nameless.self }
                == "A type of events has no name: its 'eventType' is empty (type ''). Give it one.")
        #expect(
            words { Unborn.self }
                == "Version 0 of 'unborn' cannot be: versions count from 1 (type 'unborn'). Begin with version 1."
        )
    }

    @Test func `A version that nobody reads`() {
        #expect(
            words { EventEntry(Sample.self).neverRecorded(version: 1) }
                == "Nobody reads version 2 of 'sample': the present version is 3 (type 'sample'). Add "
                + "'upcast(from: 2)' to its entry, or 'neverRecorded(version: 2)'.")
        #expect(
            words {
                EventEntry(Sample.self).neverRecorded(version: 1).upcast(from: 2) {
                    (_: Anything) in Sample()
                }
            } == "it is one")
    }

    @Test func `A version that is said twice, or is no older one`() {
        let upcast: @Sendable (Anything) -> Sample = { _ in Sample() }
        #expect(
            words { EventEntry(Sample.self).upcast(from: 1, upcast).upcast(from: 1, upcast) }
                == "Version 1 of 'sample' is read in two ways: it stands twice in its entry (type 'sample'). "
                + "Keep one of them.")
        #expect(
            words { EventEntry(Sample.self).upcast(from: 1, upcast).neverRecorded(version: 1) }
                == "Version 1 of 'sample' is read, and was never recorded: its entry says both (type 'sample'). "
                + "Leave one of them out.")
        for version in [0, 3] {
            #expect(
                words { EventEntry(Sample.self).neverRecorded(version: version) }
                    == "Version \(version) of 'sample' is no older one: the present version is 3 (type 'sample'). "
                    + "Count 'eventType' up where the fields have changed, or leave the line out.")
        }
    }

    @Test func `An event that became one without a line of its own`() {
        #expect(
            words { SplitEvent("money-moved", into: Deposited.self) { (_: Anything) in [] } }
                == "Type 'money-deposited' is not in the catalog: events of type 'money-moved' became events of it "
                + "(type 'money-deposited'). Add a line for it to the EventCatalog.")
        #expect(
            words {
                EventEntry(CardCharged.self).split(from: 1, into: FeeCharged.self) {
                    (_: Anything) in []
                }
            }
                == "Type 'card-fee-charged' is not in the catalog: events of type 'card-charged' became events of "
                + "it (type 'card-fee-charged'). Add a line for it to the EventCatalog.")
    }

    @Test func `A set of events that does not fit it`() throws {
        let missing = #expect(throws: SourcingError.self) {
            let catalog = try EventCatalog {
                Opened.self
                Deposited.self
            }
            _ = try Repository(Account(), in: SourcedStore(ModelStore(), catalog: catalog))
        }
        #expect(
            missing?.description
                == "Type 'money-withdrawn' is not in the catalog: AccountEvent has a case for it "
                + "(type 'money-withdrawn'). Add a line for it to the EventCatalog.")
        // The name is there, and it is of another Swift type.
        #expect(throws: SourcingError.self) {
            let catalog = try EventCatalog {
                EventEntry(Sample.self).neverRecorded(version: 1).neverRecorded(version: 2)
            }
            _ = try Repository(Twins(), in: SourcedStore(ModelStore(), catalog: catalog))
        }
        let twice = #expect(throws: SourcingError.self) {
            let catalog = try EventCatalog { Twin.self }
            _ = try Repository(Twins(), in: SourcedStore(ModelStore(), catalog: catalog))
        }
        #expect(
            twice?.description
                == "Event names 'sample' twice: each type is one case (Event). Leave one line of 'members' out."
        )
    }

    @Test func `Takes the lines of another`() throws {
        let cards = try cardCatalog()
        #expect(
            words {
                cards
                Deposited.self
            } == "it is one")
        #expect(
            words {
                cards
                CardBlocked.self
            }.hasPrefix("The name 'card-blocked' stands twice"))
    }
}

private struct Twins: Fold {
    enum Event: EventSet {
        case one(Twin)
        case other(Twin)

        static var members: [EventMember<Event>] {
            EventMember(Event.one)
            EventMember(Event.other)
        }
        var event: any DomainEvent {
            switch self {
            case .one(let event), .other(let event): event
            }
        }
    }

    static let name = "twins"
    var initial: Int { 0 }
    func evolve(_ state: inout Int, _ event: Event) { state += 1 }
}
