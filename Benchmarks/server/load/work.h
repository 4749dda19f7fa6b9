// What is to be done, by the settings, and what has been measured of it.
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "bytes.h"
#include "requests.h"

enum work { WORK_APPEND, WORK_EXPECT, WORK_FILL, WORK_STREAM, WORK_ALL, WORK_PUBLISH, WORK_SUBSCRIBE,
            WORK_V1_APPEND, WORK_V1_CONDITION, WORK_V1_PIPELINE, WORK_V1_ALL,
            WORK_WEB_APPEND, WORK_WEB_FOLLOW, WORKS };
static const char *const work_names[WORKS] = {"append", "expect", "fill", "stream", "all", "publish", "subscribe",
                                               "v1-append", "v1-condition", "v1-pipeline", "v1-all",
                                               "web-append", "web-follow"};

static enum work work;
static int port = 2113, connections = 1, in_flight = 1, events = 1, unanswered = 1024;
static double seconds = 3, warm_up = 0.5, rate;
static uint64_t streams = 100000, total, run;

static uint64_t measured_from, measured_until;
static uint64_t issued, next_stream, errors, skipped, calls_done, events_done, events_seen, events_seen_all;
static uint64_t *times;
static size_t times_count, times_room;

static void fail(const char *format, ...) {
    va_list words;
    va_start(words, format);
    vfprintf(stderr, format, words);
    va_end(words);
    fputc('\n', stderr);
    exit(2);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static bool is_measured(uint64_t time) { return time >= measured_from && time < measured_until; }

static void note_time(uint64_t nanoseconds) {
    if (times_count == times_room) {
        times_room = times_room ? times_room * 2 : 1 << 16;
        times = realloc(times, times_room * sizeof *times);
        if (!times) abort();
    }
    times[times_count++] = nanoseconds;
}

// The mark of an event: "@T=" and the time, in 16 hexadecimal digits.
#define MARK_COUNT 19

static void stamp_payload(uint64_t time) {
    memcpy(payload, "@T=", 3);
    for (int digit = 0; digit < 16; digit++) payload[3 + digit] = "0123456789abcdef"[time >> (60 - 4 * digit) & 15];
}

static uint64_t time_of_mark(const char *mark) {
    uint64_t time = 0;
    for (int digit = 3; digit < MARK_COUNT; digit++)
        time = time << 4 | (uint64_t)(mark[digit] <= '9' ? mark[digit] - '0' : mark[digit] - 'a' + 10);
    return time;
}

// Counts the events in bytes that came, also those whose mark comes in two parts.
static void look_for_marks(struct bytes *bytes, const char *more, size_t count) {
    add(bytes, more, count);
    const char *at = bytes->start, *end = at + bytes->count;
    uint64_t seen_at = now();
    while ((at = memchr(at, '@', (size_t)(end - at))) && end - at >= MARK_COUNT) {
        if (at[1] != 'T' || at[2] != '=') {
            at++;
            continue;
        }
        events_seen_all++;
        if (is_measured(seen_at)) {
            events_seen++;
            if (work == WORK_SUBSCRIBE) note_time(seen_at - time_of_mark(at));
        }
        at += MARK_COUNT;
    }
    size_t rest = at ? (size_t)(end - at) : 0;
    memmove(bytes->start, at ? at : bytes->start, rest);
    bytes->count = rest;
}
