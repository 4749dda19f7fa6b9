import DaybookBytes
import DaybookJSON
import DaybookPlatform

@testable import DaybookCLI

/// A student who wants into a course, or out of it again.
struct Enrolment: Sendable {
    let course: String
    let student: String
    let isRegistration: Bool
}

/// Who came and went, in order: those of `oulad`, or others like them where it is absent.
enum Enrolments {
    static func all() throws -> [Enrolment] {
        if RealSet.arePresent { return try recorded() }
        print("\(RealSet.absence); enrolments are made up instead")
        return invented(seed: 1)
    }

    private static func recorded() throws -> [Enrolment] {
        var lines = try RealSet.oulad.lines(of: "events.jsonl.zst")
        var all: [Enrolment] = []
        while try lines.advance() == .line {
            var type = ""
            var tags: [String] = []
            var fields = try JSONScanner(fieldsOf: lines.line)
            while let field = try fields.nextField() {
                if field.isNamed("type", in: lines.line) {
                    type = try field.value.string(in: lines.line)
                } else if field.isNamed("tags", in: lines.line) {
                    tags = try field.value.strings(in: lines.line)
                }
            }
            let isRegistration = type == "student-registered"
            guard isRegistration || type == "student-unregistered" else { continue }
            all.append(
                Enrolment(course: tags[0], student: tags[1], isRegistration: isRegistration))
        }
        return all
    }

    /// 22 courses with 350 to 2,400 registrations each, three in ten of which are given up again.
    static func invented(seed: UInt64) -> [Enrolment] {
        let random = SeededRandomness(seed: seed)
        var open: [Enrolment] = []
        var left = (1...22).map { ("course:\($0)", 350 + random.next(below: 2_050)) }
        var all: [Enrolment] = []
        while !left.isEmpty {
            if !open.isEmpty, random.chance(3, in: 13) {
                let gone = open.remove(at: random.next(below: open.count))
                all.append(
                    Enrolment(course: gone.course, student: gone.student, isRegistration: false))
                continue
            }
            let place = random.next(below: left.count)
            let student = Enrolment(
                course: left[place].0, student: "student:\(all.count)", isRegistration: true)
            all.append(student)
            open.append(student)
            left[place].1 -= 1
            if left[place].1 == 0 { left.remove(at: place) }
        }
        return all
    }
}

extension [Enrolment] {
    /// How many registered for each course, whether they left it or not.
    var totals: [String: Int] {
        reduce(into: [:]) { if $1.isRegistration { $0[$1.course, default: 0] += 1 } }
    }

    /// The most that were in each course at once.
    var peaks: [String: Int] {
        var (active, peaks): ([String: Int], [String: Int]) = ([:], [:])
        for one in self {
            active[one.course, default: 0] += one.isRegistration ? 1 : -1
            peaks[one.course] = Swift.max(peaks[one.course] ?? 0, active[one.course]!)
        }
        return peaks
    }
}
