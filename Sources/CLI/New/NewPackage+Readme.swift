extension NewPackage {
    /// What to type, and where to go on.
    var readme: String {
        """
        # \(name.text)

        Accounts, with [Daybook](\(daybook.location)): kept is what happened, and a balance is what that has led to.

        ```sh
        swift test
        swift run -q \(name.text) open 41 Ada
        swift run -q \(name.text) deposit 41 50
        swift run -q \(name.text) withdraw 41 80
        swift run -q \(name.text) show 41
        swift run -q \(name.text) history 41
        ```

        The withdrawal is refused: there is not enough. What is recorded lies in the folder `daybook-data`, where the
        command `daybook` looks as well:

        ```sh
        daybook read --all
        daybook streams
        daybook verify
        ```

        ## What is where

        | | |
        |---|---|
        | `Sources/\(name.module)/Events.swift` | what can happen, and the catalog of all that can be read |
        | `Sources/\(name.module)/Account.swift` | what is decided, and what becomes of it |
        | `Sources/\(name.module)/Accounts.swift` | what is done with accounts in a store |
        | `Sources/\(name.module)/Program.swift` | what the words of a command line mean |
        | `Tests/\(name.module)Tests` | given, when, then; and events as they were recorded, a file for each version |

        ## Something else can happen

        Write its type and a case for it in `Events.swift`, a line in `members`, `event` and the catalog, and what it
        does in `Account.swift`. Put its data as JSON into `Tests/\(name.module)Tests/Events`: the tests say how the file
        is called.

        ## An event changes

        A new field that is optional needs nothing else. Otherwise count the version of the event up, keep the old fields
        as a type, and say in the catalog how such events are read:

        ```swift
        EventEntry(Opened.self).upcast(from: 1) { (old: OpenedV1) in Opened(owner: old.owner, branch: "main") }
        ```

        The tests say then which files to add: an event of the new version, and what the old one becomes.

        ## What looks after it

        ```sh
        swift run -q \(name.text) verify
        swift run -q \(name.text) catalog > catalog.json
        daybook catalog catalog.json
        ```

        `verify` looks whether the program can read all that is recorded, and whether its snapshots are what the events
        lead to. With `catalog.json` anybody can do the first, whoever wrote the program: keep it beside each version.

        The pages to read on lie in `Documentation/sourcing` of Daybook.

        """
    }
}
