// The requests that the load consists of. Fields by their numbers: of KurrentDB's protocol in its public `streams.proto`
// and, for many streams in one append, `kurrentdb/protocol/v2/streams/streams.proto`; of Daybook's in `Protocol/daybook/v1`.
#pragma once
#include <stdio.h>

#include "bytes.h"

#define APPEND "/event_store.client.streams.Streams/Append"
#define READ "/event_store.client.streams.Streams/Read"
#define APPEND_RECORDS "/kurrentdb.protocol.v2.streams.StreamsService/AppendRecords"

#define V1 "/daybook.v1.EventStoreService/"

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

// An AppendRequest of daybook.v1 to one stream. With a tag, all events have it, and none with it may stand behind a
// position.
static void add_v1_append(struct bytes *message, const char *stream, int events, const char *tag, uint64_t after) {
    static struct bytes part, event, item, query, condition;
    add_text(emptied(&part), 1, stream);
    for (int number = 0; number < events; number++) {
        uint64_t id[2] = {random_number(), random_number()};
        add_field(emptied(&event), 1, id, sizeof id);
        add_text(&event, 2, "T");
        add_text(&event, 3, "application/octet-stream");
        add_field(&event, 4, payload, payload_count);
        if (tag) add_text(&event, 6, tag);
        add_message(&part, 3, &event);
    }
    add_message(emptied(message), 2, &part);
    if (!tag) return;
    add_text(emptied(&item), 2, tag);
    add_message(emptied(&query), 1, &item);
    add_message(emptied(&condition), 1, &query);
    add_number(&condition, 2, after);
    add_message(message, 3, &condition);
}

static void make_v1_append(struct bytes *request, const char *stream, int events, const char *tag, uint64_t after) {
    static struct bytes message;
    add_v1_append(&message, stream, events, tag, after);
    add_frame(emptied(request), &message);
}

static void add_v1_pipelined(struct bytes *request, uint64_t number, const char *stream, int events) {
    static struct bytes append, message;
    add_v1_append(&append, stream, events, NULL, 0);
    add_number(emptied(&message), 1, number);
    add_message(&message, 2, &append);
    add_frame(request, &message);
}

static uint64_t varint_at(const uint8_t **at) {
    uint64_t value = 0;
    for (int shift = 0; ; shift += 7, (*at)++) {
        value |= (uint64_t)(**at & 127) << shift;
        if (**at < 128) return (*at)++, value;
    }
}

// The body of a request of the HTTP API: each event a line of JSON.
static void make_web_append(struct bytes *request, int events) {
    emptied(request);
    for (int number = 0; number < events; number++) {
        char id[64];
        uint64_t high = random_number(), low = random_number();
        int count = snprintf(id, sizeof id, "{\"id\":\"%08x-%04x-4%03x-8%03x-%012llx\",", (unsigned)(high >> 32),
                             (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF), (unsigned)(low >> 52),
                             (unsigned long long)(low & 0xFFFFFFFFFFFFu));
        add(request, id, (size_t)count);
        add(request, "\"type\":\"T\",\"data\":\"", 19);
        add(request, payload, payload_count);
        add(request, "\"}\n", 3);
    }
}
