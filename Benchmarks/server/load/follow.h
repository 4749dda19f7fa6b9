// Follows all events as server-sent events, and checks that each connection gets every one of them, in order and once.
#pragma once

static int followers_at_end;

// A line of what came: events are numbered from 1 without a gap, as nothing else is in the store.
static void take_event(struct connection *connection, const char *line, size_t count, uint64_t seen_at) {
    static const char begins[] = "data: {\"position\":";
    size_t length = sizeof begins - 1;
    if (count <= length || memcmp(line, begins, length)) fail("an event without a position: %.*s", (int)count, line);
    uint64_t position = strtoull(line + length, NULL, 10);
    if (position != connection->position + 1 && errors++ < 3)
        fprintf(stderr, "connection %d: %llu behind %llu\n", connection->number, (unsigned long long)position,
                (unsigned long long)connection->position);
    connection->position = position;
    events_seen_all++;
    if (memmem(line, count, "\"type\":\"end\"", 12)) followers_at_end++;
    const char *mark = memmem(line, count, "@T=", 3);
    if (!mark || mark + MARK_COUNT > line + count) return;
    if (measured_from <= seen_at) note_time(seen_at - time_of_mark(mark));
}

static void follow(struct connection *connection, const uint8_t *more, size_t count) {
    struct bytes *bytes = &connection->marks_carried;
    add(bytes, more, count);
    const char *at = bytes->start, *end = at + bytes->count, *line_end;
    uint64_t seen_at = now();
    while ((line_end = memchr(at, '\n', (size_t)(end - at)))) {
        size_t length = (size_t)(line_end - at);
        if (connection->is_event) take_event(connection, at, length, seen_at);
        connection->is_event = length == 12 && !memcmp(at, "event: event", 12);
        at = line_end + 1;
    }
    memmove(bytes->start, at, (size_t)(end - at));
    bytes->count = (size_t)(end - at);
}
