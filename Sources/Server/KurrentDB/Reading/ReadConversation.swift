internal import Daybook
internal import DaybookGRPC
internal import DaybookStore

/// What a read says to its client as it goes on: a value, told what the steps of the store come to.
protocol ReadConversation: SendableMetatype {
    /// What to begin with.
    var beginning: ReadVerdict { get }
    /// How many events were sent so far.
    var sent: Int { get }
    /// Whether it goes on until its client goes.
    var isEndless: Bool { get }
    /// A step was made.
    /// - Parameter place: Everything up to here was looked at; 0 where that is not known.
    /// - Throws: The status with which the answer ends.
    mutating func took(
        _ step: StoreStep<FoundEvents>, at place: Position, into messages: inout GRPCMessages
    ) throws(GRPCStatus) -> ReadVerdict
    /// The store failed.
    mutating func failed(
        _ error: StoreError, into messages: inout GRPCMessages
    ) throws(GRPCStatus) -> ReadVerdict
    /// The stream asked for is this.
    /// - Throws: The status with which the answer ends.
    mutating func found(
        _ stream: StreamInfo, into messages: inout GRPCMessages
    ) throws(GRPCStatus) -> ReadVerdict
    /// The client takes more again, after it did not for a while.
    /// - Parameter head: What there is to be read by now.
    mutating func resumed(
        at place: Position, head: Position, into messages: inout GRPCMessages)
}

/// What is to be done next.
enum ReadVerdict {
    /// The next step.
    case goOn
    /// Steps of a source that is to be begun.
    case begin(ReadSource.Wanted)
    /// The next step when there is something new.
    case wait(HeadWait)
    /// A stream is to be looked up.
    case lookUp(stream: String)
    /// The answer is whole.
    case finish
}

extension ReadConversation {
    mutating func resumed(
        at place: Position, head: Position, into messages: inout GRPCMessages
    ) {}
}
