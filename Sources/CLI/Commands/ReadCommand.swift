internal import Daybook
internal import DaybookStore

/// `daybook read`: prints what is recorded.
enum ReadCommand {
    static let declaration = CommandDeclaration(
        "read", "Print events that are recorded.",
        operands: [SelectionOptions.stream], options: ReadPlan.declarations,
        isServed: true,
        notes: [
            "Types and tags together select the events that have one of the types and all of the "
                + "tags. Times: see `daybook help times`."
        ],
        examples: [
            "daybook read account-576",
            "daybook read --type item-sold --tag country:France --limit 10",
            "daybook read --all --since 2h --json",
        ],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let plan = try ReadPlan(invocation.arguments, invocation.surroundings.time)
        return try await invocation.withStore(.readOnly) { store in
            var printer = EventPrinter(invocation)
            try await plan.forEachBatch(of: store) { batch, count in
                for index in 0..<count { try printer.print(batch, at: index) }
            }
            return .success
        }
    }
}
