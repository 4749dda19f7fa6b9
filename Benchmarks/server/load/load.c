// Puts load on a server that speaks KurrentDB's protocol, daybook.v1 and the HTTP API, from one thread, and prints what became of it as JSON.
// usage: load WORK NAME=VALUE...      for instance  load append port=2113 connections=64
//
// WORK   append      one append after another, each to the stream of its connection and place
//        expect      the same, each with the revision that the stream must have
//        fill        `total` events in `streams` streams, the events of an append in many of them
//        stream      reads streams that `fill` made, at random
//        all         reads everything, once, up to `total` events
//        publish     appends `rate` times a second to the stream `run`, whatever becomes of them
//        v1-append, v1-condition   append by daybook.v1, the second each with a query condition behind its last
//        v1-pipeline               the same on one call of each connection, `unanswered` of them without an answer
//        v1-all                    all by daybook.v1
//        web-append  append as JSON by the HTTP API, several events as lines
//        web-follow  follows everything as server-sent events on each connection, from an empty store on until an event of the
//                    type "end", and fails where one gets not all of it, or not in order; at most for `seconds`
//        subscribe   follows the stream `run`: its times are from before the append until the event is there
//
// It ends after `warm-up` and `seconds`, or when `total` events were asked for, or seen; `in-flight` calls at once for each
// of `connections`, `events` an append. A time begins when a request is given to the connection and ends when its
// answer was read.
#define _GNU_SOURCE
#include <signal.h>
#include <sys/resource.h>

#include "connection.h"

static bool is_over(struct connection *all) {
    int under_way = 0;
    for (int number = 0; number < connections; number++) under_way += all[number].under_way;
    if (total && issued >= total && under_way == 0) return true;
    if (work == WORK_WEB_FOLLOW && followers_at_end == connections) return true;
    if (work == WORK_WEB_FOLLOW && now() >= measured_until)
        fail("%d of %d connections got all", followers_at_end, connections);
    bool reads_on = work == WORK_ALL || work == WORK_V1_ALL || work == WORK_SUBSCRIBE;
    if (total && reads_on && events_seen_all >= total) return true;
    if ((work == WORK_ALL || work == WORK_V1_ALL) && issued && under_way == 0) return true;
    uint64_t time = now();
    if (time < measured_until) return false;
    return under_way == 0 || reads_on || time >= measured_until + 3000000000u;
}

// Begins what is due by the clock; how long there is until the next is due.
static struct timespec begin_what_is_due(struct connection *all, uint64_t *due) {
    uint64_t time = now();
    if (rate <= 0) return (struct timespec){.tv_nsec = 50000000};
    for (; *due <= time && time < measured_until; *due += (uint64_t)(1e9 / rate)) {
        if (all->free) begin_call(all), write_output(all);
        else skipped++;
    }
    time = now();
    uint64_t rest = *due > time ? *due - time : 0;
    return (struct timespec){.tv_nsec = (long)(rest < 50000000u ? rest : 50000000u)};
}

static void turn(struct connection *all) {
    struct epoll_event happened[256];
    uint64_t due = now();
    for (int number = 0; number < connections; number++) begin_calls(&all[number]);
    while (!is_over(all)) {
        struct timespec wait = begin_what_is_due(all, &due);
        int count = epoll_pwait2(poll_descriptor, happened, 256, &wait, NULL);
        for (int number = 0; number < count; number++) {
            struct connection *connection = happened[number].data.ptr;
            if (happened[number].events & ~(uint32_t)EPOLLOUT) read_input(connection);
            begin_calls(connection);
        }
    }
}

static int by_size(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

// In microseconds.
static double time_of(double share) {
    return times_count ? (double)times[(size_t)((double)(times_count - 1) * share)] / 1e3 : 0;
}

static double processor_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void take_setting(char *setting) {
    char *value = strchr(setting, '=');
    if (!value) fail("'%s' is not NAME=VALUE", setting);
    *value++ = 0;
    const struct {
        const char *name;
        int *whole;
        double *part;
        uint64_t *large;
    } settings[] = {{"port", &port, 0, 0},           {"connections", &connections, 0, 0},
                    {"in-flight", &in_flight, 0, 0}, {"events", &events, 0, 0},
                    {"unanswered", &unanswered, 0, 0},
                    {"seconds", 0, &seconds, 0},     {"warm-up", 0, &warm_up, 0},
                    {"rate", 0, &rate, 0},           {"streams", 0, 0, &streams},
                    {"total", 0, 0, &total},         {"run", 0, 0, &run}};
    for (size_t number = 0; number < sizeof settings / sizeof *settings; number++) {
        if (strcmp(settings[number].name, setting)) continue;
        if (settings[number].whole) *settings[number].whole = atoi(value);
        if (settings[number].part) *settings[number].part = atof(value);
        if (settings[number].large) *settings[number].large = strtoull(value, NULL, 10);
        return;
    }
    fail("there is no setting '%s'", setting);
}

int main(int count, char **words) {
    if (count < 2) fail("usage: load WORK NAME=VALUE...");
    while (work < WORKS && strcmp(work_names[work], words[1])) work++;
    if (work == WORKS) fail("there is no work '%s'", words[1]);
    run = now();
    for (int number = 2; number < count; number++) take_setting(words[number]);
    random_state ^= now();
    for (size_t at = 0; at < payload_count; at++) payload[at] = (char)('A' + random_number() % 26);
    bool is_all = work == WORK_ALL || work == WORK_V1_ALL;
    if (work == WORK_FILL || is_all || work == WORK_SUBSCRIBE || work == WORK_V1_PIPELINE || work == WORK_WEB_FOLLOW)
        in_flight = 1;
    if (work == WORK_FILL || is_all || work == WORK_WEB_FOLLOW) warm_up = 0;
    if (unanswered < 1 || unanswered > UNANSWERED_MAX) fail("at most %d appends can be unanswered", UNANSWERED_MAX);

    signal(SIGPIPE, SIG_IGN);
    poll_descriptor = epoll_create1(0);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    for (int number = 0; number < connections; number++) open_connection(&all[number], number);
    uint64_t began = now();
    double processor_before = processor_seconds();
    measured_from = began + (uint64_t)(warm_up * 1e9);
    measured_until = measured_from + (uint64_t)(seconds * 1e9);
    turn(all);

    double took = (double)(now() - began) / 1e9;
    bool until_done = work == WORK_FILL || work == WORK_WEB_FOLLOW || is_all;
    bool reads = is_all || work == WORK_WEB_FOLLOW || work == WORK_SUBSCRIBE;
    double measured = until_done ? took : seconds;
    if (times_count) qsort(times, times_count, sizeof *times, by_size);
    printf("{\"work\":\"%s\",\"seconds\":%.3f,\"calls\":%llu,\"events\":%llu,\"seen\":%llu,\"errors\":%llu,"
           "\"skipped\":%llu,\"callsPerSecond\":%.1f,\"eventsPerSecond\":%.1f,"
           "\"p50Microseconds\":%.1f,\"p99Microseconds\":%.1f,\"processors\":%.3f}\n",
           words[1], took, (unsigned long long)calls_done, (unsigned long long)events_done,
           (unsigned long long)events_seen_all, (unsigned long long)errors, (unsigned long long)skipped,
           (double)calls_done / measured,
           (double)(until_done && reads ? events_seen_all : reads ? events_seen : events_done) / measured,
           time_of(0.5), time_of(0.99), (processor_seconds() - processor_before) / took);
    return errors > 0 || (calls_done == 0 && events_seen == 0 && events_seen_all == 0) ? 1 : 0;
}
