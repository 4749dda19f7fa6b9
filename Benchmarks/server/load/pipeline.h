// Appends one behind the other on one call, so many of them without an answer.
#pragma once

#define UNANSWERED_MAX 65536

static uint64_t pipeline_began[UNANSWERED_MAX];
static uint64_t pipeline_sent, pipeline_answered;
static struct bytes pipeline_carried;

static bool is_pipeline_over(const struct call *call) {
    return now() >= measured_until && pipeline_sent == pipeline_answered && call->request.count == 0;
}

// As many appends as may be without an answer, each the next one of the streams.
static void fill_pipeline(struct call *call) {
    uint64_t time = now();
    if (time >= measured_until) return;
    stamp_payload(time);
    while (pipeline_sent - pipeline_answered < (uint64_t)unanswered) {
        char name[32];
        snprintf(name, sizeof name, "p%llu", (unsigned long long)(pipeline_sent % 64));
        add_v1_pipelined(&call->request, ++pipeline_sent, name, events);
        pipeline_began[pipeline_sent % UNANSWERED_MAX] = time;
    }
}

// Answers may come in any order, and in pieces.
static void take_answers(struct connection *connection, struct call *call, const uint8_t *bytes, size_t count) {
    add(&pipeline_carried, bytes, count);
    const uint8_t *start = (const uint8_t *)pipeline_carried.start;
    size_t at = 0, rest;
    uint64_t time = now();
    while ((rest = pipeline_carried.count - at) >= 5) {
        uint32_t length;
        memcpy(&length, start + at + 1, sizeof length);
        length = be32toh(length);
        if (rest < 5 + length) break;
        const uint8_t *field = start + at + 6;
        uint64_t number = varint_at(&field);
        if (*field != 0x12) errors++;
        pipeline_answered++;
        if (is_measured(time)) {
            calls_done++;
            events_done += (uint64_t)events;
            note_time(time - pipeline_began[number % UNANSWERED_MAX]);
        }
        at += 5 + length;
    }
    memmove(pipeline_carried.start, pipeline_carried.start + at, pipeline_carried.count - at);
    pipeline_carried.count -= at;
    fill_pipeline(call);
    nghttp2_session_resume_data(connection->session, call->stream);
}
