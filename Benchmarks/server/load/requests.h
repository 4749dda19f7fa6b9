// The requests of KurrentDB's protocol that the load consists of. Fields by their numbers in its public
// `streams.proto` and, for many streams in one append, `kurrentdb/protocol/v2/streams/streams.proto`.
#pragma once
#include <stdio.h>

#include "bytes.h"

#define APPEND "/event_store.client.streams.Streams/Append"
#define READ "/event_store.client.streams.Streams/Read"
#define APPEND_RECORDS "/kurrentdb.protocol.v2.streams.StreamsService/AppendRecords"

enum expectation { ANY = 4, NO_STREAM = 3, REVISION = 2 };

// What an event holds: where its bytes say the time, a reader finds the event and knows how old it is.
#define PAYLOAD_MAX 65536
static char payload[PAYLOAD_MAX];
static size_t payload_count = 256;

static uint64_t random_state = 88172645463325252u;

// Marsaglia's xorshift of 64 bits.
static uint64_t random_number(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static struct bytes *emptied(struct bytes *bytes) {
    bytes->count = 0;
    return bytes;
}

static void add_proposed_event(struct bytes *request) {
    static struct bytes structured, id, type, content, event, message;
    add_number(emptied(&structured), 1, random_number());
    add_number(&structured, 2, random_number());
    add_message(emptied(&id), 1, &structured);
    add_text(emptied(&type), 1, "type");
    add_text(&type, 2, "T");
    add_text(emptied(&content), 1, "content-type");
    add_text(&content, 2, "application/octet-stream");
    add_message(emptied(&event), 1, &id);
    add_message(&event, 2, &type);
    add_message(&event, 2, &content);
    add_field(&event, 4, payload, payload_count);
    add_message(emptied(&message), 2, &event);
    add_frame(request, &message);
}

static void make_append(struct bytes *request, const char *stream, enum expectation expectation,
                        uint64_t revision, int events) {
    static struct bytes name, options, message;
    add_text(emptied(&name), 3, stream);
    add_message(emptied(&options), 1, &name);
    if (expectation == REVISION) add_number(&options, REVISION, revision);
    else add_empty(&options, expectation);
    add_message(emptied(&message), 1, &options);
    add_frame(emptied(request), &message);
    for (int number = 0; number < events; number++) add_proposed_event(request);
}

// Events for many streams, each the next one of `streams`, from `*next` on.
static void make_records(struct bytes *request, uint64_t *next, uint64_t streams, int events) {
    static struct bytes schema, record, message;
    emptied(&message);
    for (int number = 0; number < events; number++) {
        char name[32];
        snprintf(name, sizeof name, "s%llu", (unsigned long long)((*next)++ % streams));
        add_number(emptied(&schema), 1, 4);
        add_text(&schema, 2, "T");
        add_message(emptied(&record), 3, &schema);
        add_field(&record, 4, payload, payload_count);
        add_text(&record, 5, name);
        add_message(&message, 1, &record);
    }
    add_frame(emptied(request), &message);
}

// Of a stream, or of all where there is none; `count` of 0 means what comes from now on.
static void make_read(struct bytes *request, const char *stream, uint64_t count) {
    static struct bytes name, where, options, uuid, message;
    emptied(&where), emptied(&options);
    if (stream) {
        add_text(emptied(&name), 3, stream);
        add_message(&where, 1, &name);
        add_empty(&where, count ? 3 : 4);
        add_message(&options, 1, &where);
    } else {
        add_empty(&where, 2);
        add_message(&options, 2, &where);
    }
    if (count) add_number(&options, 5, count);
    else add_empty(&options, 6);
    add_empty(&options, 8);
    add_empty(emptied(&uuid), 1);
    add_message(&options, 9, &uuid);
    add_message(emptied(&message), 1, &options);
    add_frame(emptied(request), &message);
}
