package import Daybook
package import DaybookStore

/// What a read says to its client as it goes on: a value, told what the steps of the store come to.
package protocol ReadConversation: SendableMetatype {
    /// Where it writes what it says, and what a failure is there.
    associatedtype Sink: ReadSink
    /// Whose steps it is told.
    associatedtype Source: ReadSource
    typealias Verdict = ReadVerdict<Source.Wanted>

    /// Steps in one go, before others of the loop get their turn.
    static var stepsMax: Int { get }
    /// What to begin with.
    var beginning: Verdict { get }
    /// How many events were sent so far.
    var sent: Int { get }
    /// Whether it goes on until its client goes.
    var isEndless: Bool { get }
    /// What an answer without an end is ended with when the server is to end.
    var draining: Sink.Failure { get }
    /// A step was made.
    /// - Parameter place: Everything up to here was looked at; 0 where that is not known.
    /// - Throws: What the answer ends with.
    mutating func took(
        _ step: StoreStep<Source.Events>, at place: Position, into sink: Sink
    ) throws(Sink.Failure) -> Verdict
    /// The store failed.
    mutating func failed(_ error: StoreError, into sink: Sink) throws(Sink.Failure) -> Verdict
    /// What is asked where a stream is to be looked up.
    func question(_ stream: String) throws(StoreError) -> LookUp<StreamInfo>
    /// The stream asked for is this.
    /// - Throws: What the answer ends with.
    mutating func found(_ stream: StreamInfo, into sink: Sink) throws(Sink.Failure) -> Verdict
    /// The client takes more again, after it did not for a while.
    /// - Parameter head: What there is to be read by now.
    mutating func resumed(at place: Position, head: Position, into sink: Sink)
}

/// What is to be done next.
package enum ReadVerdict<Wanted> {
    /// The next step.
    case goOn
    /// Steps of a source that is to be begun.
    case begin(Wanted)
    /// The next step when there is something new.
    case wait(HeadWait)
    /// A stream is to be looked up.
    case lookUp(stream: String)
    /// The answer is whole.
    case finish
}

extension ReadConversation {
    package static var stepsMax: Int { 16 }
    package func question(_ stream: String) throws(StoreError) -> LookUp<StreamInfo> {
        try .stream(stream)
    }
    package mutating func found(
        _ stream: StreamInfo, into sink: Sink
    ) throws(Sink.Failure) -> Verdict {
        preconditionFailure("a stream is found where one was to be looked up")
    }
    package mutating func resumed(at place: Position, head: Position, into sink: Sink) {}
}
