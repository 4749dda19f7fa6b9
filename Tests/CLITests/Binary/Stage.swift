import DaybookPlatform
import Foundation
import Testing

/// A folder in which everything is there that the examples of the help speak of.
struct Stage {
    private let binary: Binary
    private let home: String

    /// - Parameter command: whose examples are to run.
    init(_ place: Workplace, for command: String) async throws {
        home = place.path + "/home"
        var binary = Binary(store: home + "/daybook-data")
        binary.directory = home
        self.binary = binary
        try FileManager.default.createDirectory(
            atPath: home + "/bin", withIntermediateDirectories: true)
        try write("payment.json", #"{"amount":250}"#)
        try write("orders.jsonl", eventLines(0..<20))
        // The examples that fetch something fetch it from here.
        try write("bin/curl", "#!/bin/sh\ncat orders.jsonl\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: home + "/bin/curl")
        try await fill()
        if ["delete", "truncate"].contains(command) {
            let line = #"{"stream":"account-1","type":"paid"}"# + "\n"
            let eight = String(repeating: line, count: 8)
            try await binary.succeed("import", "-", input: eight)
        }
        if command == "catalog" {
            let paid = #"{"name":"paid","version":1,"formerNames":[],"versions":[1],"#
            try write(
                "catalog.json",
                #"{"format":"json","unknown":"fail","lines":[\#(paid)"splitsInto":[],"isIgnored":false}]}"#
            )
        }
        if command == "new" {
            let clone = home + "/src/daybook"
            try FileManager.default.createDirectory(
                atPath: clone, withIntermediateDirectories: true)
            try write("src/daybook/Package.swift", #"Package(name: "daybook")"#)
        }
        if command == "restore" {
            try await binary.succeed("backup", home + "/backups/orders")
            try await binary.succeed("backup", home + "/orders.tar")
        }
        try await makeRepositories()
    }

    func run(_ example: String) async throws -> Binary.Ended {
        var line = example
        // As they stand these never end, or take half a minute.
        if line.hasPrefix("daybook tail") {
            line = "timeout --foreground --signal=INT --preserve-status 1 " + line
        } else if line.hasPrefix("daybook bench") {
            line = line.replacing("--history 1000000", with: "--history 10000")
            line += " --only nothing-else" + (line.contains("--seconds") ? "" : " --seconds 1")
        }
        // What is for a shell is run by it.
        if line.hasPrefix("eval") { line = "bash -c '\(line)'" }
        // Nothing was recorded then.
        line = line.replacing("--at 2024-05-01T11:59", with: "--at now")
        let path = "\(home)/bin:\(Binary.folder):" + "/usr/local/bin:/usr/bin:/bin"
        // Without a name for the store: the default is part of what the examples show.
        return try await binary.shell(
            line, variables: ["HOME": home, "PATH": path, "URL": "u", "DAYBOOK_STORE": ""])
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: home + "/" + name, atomically: false, encoding: .utf8)
    }

    /// Accounts with a few events each, and a file to import.
    private func fill() async throws {
        let account = (0..<5).map { number in
            #"{"stream":"account-576","type":"paid","occurredAt":"1993-0\#(number + 3)-01","#
                + #""tags":["country:France"],"data":{"balance":\#(number * 100)}}"# + "\n"
        }.joined()
        try await binary.succeed("import", "-", input: account)
        let another = Binary(store: home + "/other")
        try await another.succeed("import", "-", input: account + eventLines(0..<50))
        try await another.succeed("export", "--output", home + "/events.jsonl.zst")
    }

    /// Small histories wherever an example expects one, the folder itself included.
    private func makeRepositories() async throws {
        for folder in ["projects/compiler", "src/project", "."] {
            let script = """
                mkdir -p '\(home)/\(folder)' && cd '\(home)/\(folder)' && git init -q . \
                && git config user.name Ada && git config user.email ada@example.org \
                && echo one > one.txt && git add one.txt && git commit -qm one \
                && echo two > two.txt && git add two.txt && git commit -qm two
                """
            let ended = try await binary.shell(script)
            guard ended.status == .exited(0) else { throw Refused(why: ended.errors) }
        }
    }
}
